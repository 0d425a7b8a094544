/* Values as a person reads them. */
#include "sim/central/value-text.h"

#include "util/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../core/formats.h"

static void expect(const Line *lines, size_t n, bool single, const char *hex, const char *wanted) {
        _cleanup_(format_freep) Format *format = make_format(lines, n);
        uint8_t data[VALUE_SIZE_MAX] = {};
        size_t size;

        assert_int_equal(bytes_from_hex(data, sizeof(data), hex, &size), 0);
        _cleanup_free_ char *text = value_text(format, single, data, size);
        if (!wanted) {
                assert_null(text);
                return;
        }
        assert_non_null(text);
        assert_string_equal(text, wanted);
}

static void expect_one(const char *spec, const char *hex, const char *wanted) {
        const Line line = {"value", spec};

        expect(&line, 1, true, hex, wanted);
}

static void test_a_number_has_the_decimals_of_its_scale(void **state) {
        expect_one("i16 scale=0.01", "5c08", "21.40");
        expect_one("i16 scale=0.01", "ffff", "-0.01");
        expect_one("i16 scale=0.5", "0300", "1.5");
        expect_one("i16 scale=0.25", "0300", "0.75");
        expect_one("u8", "ff", "255");
        expect_one("u8 scale=10", "05", "50");
}

static void test_a_unit_stands_behind_the_value(void **state) {
        expect_one("u16 unit=ppm", "c201", "450 ppm");
}

static void test_fields_have_their_names_and_padding_is_left_out(void **state) {
        static const Line lines[] = {{"co2_ppm", "u16 unit=ppm"}, {"reserved", "pad 1"},
                {"temperature_c", "i16 scale=0.1"}};

        expect(lines, ELEMENTS(lines), false, "c20100e100", "co2_ppm=450 ppm, temperature_c=22.5");
}

static void test_labels_stand_for_their_numbers(void **state) {
        expect_one("u8 enum=OFF,ON", "01", "ON");
        expect_one("u8 names=Oyster:1", "01", "Oyster");
        expect_one("u8 names=Oyster:1", "07", "7");
}

static void test_bits_are_told_by_name_and_unnamed_ones_by_position(void **state) {
        expect_one("u8 bits=FAN:1,MIST:2", "06", "FAN|MIST");
        expect_one("u8 bits=FAN:1,MIST:2", "0a", "FAN|3");
        expect_one("u8 bits=FAN:1,MIST:2", "00", "none");
}

static void test_text_and_bytes_are_told_as_they_are(void **state) {
        expect_one("utf8", "6869", "hi");
        expect_one("utf8", "", "");
        expect_one("bytes", "00ff", "00ff");
}

static void test_bytes_that_are_none_of_the_format_are_not_read(void **state) {
        expect_one("u16", "01", NULL);
        expect_one("u16", "010203", NULL);
        expect_one("utf8", "ff", NULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_number_has_the_decimals_of_its_scale),
                cmocka_unit_test(test_a_unit_stands_behind_the_value),
                cmocka_unit_test(test_fields_have_their_names_and_padding_is_left_out),
                cmocka_unit_test(test_labels_stand_for_their_numbers),
                cmocka_unit_test(test_bits_are_told_by_name_and_unnamed_ones_by_position),
                cmocka_unit_test(test_text_and_bytes_are_told_as_they_are),
                cmocka_unit_test(test_bytes_that_are_none_of_the_format_are_not_read),
        };

        return cmocka_run_group_tests_name("value-text", tests, NULL, NULL);
}
