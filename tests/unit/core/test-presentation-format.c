/* Units by name, and what a field's type and unit are in the SIG's numbers. */
#include "core/presentation-format.h"
#include "core/unit.h"
#include "util/bytes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats.h"

static void expect_unit(const char *name, uint16_t number, int exponent) {
        Unit unit = {0};

        if (!unit_find(&unit, name))
                fail_msg("there is no unit %s", name);
        if (unit.number != number || unit.exponent != exponent)
                fail_msg("%s is 0x%04x, 10^%d", name, unit.number, unit.exponent);
}

static void expect_format(const char *spec, const char *hex) {
        const Line line = {"x", spec};
        _cleanup_(format_freep) Format *format = make_format(&line, 1);
        uint8_t out[PRESENTATION_FORMAT_SIZE];
        char why[FORMAT_WHY_SIZE] = "", got[2 * sizeof(out) + 1];
        int r = presentation_format(&format->fields[0], out, why);

        assert_string_equal(why, "");
        assert_int_equal(r, 0);
        bytes_to_hex(got, out, sizeof(out));
        assert_string_equal(got, hex);
}

static void expect_none(const char *spec, const char *sentence) {
        const Line line = {"x", spec};
        _cleanup_(format_freep) Format *format = make_format(&line, 1);
        uint8_t out[PRESENTATION_FORMAT_SIZE];
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(presentation_format(&format->fields[0], out, why), -ENOTSUP);
        assert_string_equal(why, sentence);
}

static void test_a_unit_has_symbols_and_words(void **state) {
        expect_unit("C", 0x272f, 0);
        expect_unit("°C", 0x272f, 0);
        expect_unit("Celsius", 0x272f, 0);
        expect_unit("%", 0x27ad, 0);
        expect_unit("percent", 0x27ad, 0);
        expect_unit("lux", 0x2731, 0);
        expect_unit("ppm", 0x27c4, 0);
        expect_unit("s", 0x2703, 0);
        expect_unit("seconds", 0x2703, 0);
        expect_unit("min", 0x2760, 0);
        expect_unit("d", 0x2762, 0);
        expect_unit("henry", 0x272e, 0);
        expect_unit("dB", 0x27c3, 0);
}

static void test_a_prefix_becomes_an_exponent(void **state) {
        expect_unit("mV", 0x2728, -3);
        expect_unit("millivolts", 0x2728, -3);
        expect_unit("uA", 0x2704, -6);
        expect_unit("µA", 0x2704, -6);
        expect_unit("hPa", 0x2724, 2);
        expect_unit("kilopascal", 0x2724, 3);
        expect_unit("MHz", 0x2722, 6);
        expect_unit("cm", 0x2701, -2);
        expect_unit("ml", 0x2767, -3);
        /* The SIG counts these in kilograms and kilowatt hours. */
        expect_unit("g", 0x2702, -3);
        expect_unit("kg", 0x2702, 0);
        expect_unit("mg", 0x2702, -6);
        expect_unit("kWh", 0x27ab, 0);
        expect_unit("Wh", 0x27ab, -3);
        expect_unit("ug/m3", 0x271b, -9);
}

static void test_the_case_of_a_symbol_matters(void **state) {
        Unit unit;

        expect_unit("mW", 0x2726, -3);
        expect_unit("MW", 0x2726, 6);
        assert_false(unit_find(&unit, "PPM."));
        assert_false(unit_find(&unit, "pa"));
        assert_false(unit_find(&unit, "HZ5"));
}

static void test_what_is_no_unit_is_not_found(void **state) {
        Unit unit;

        assert_false(unit_find(&unit, ""));
        assert_false(unit_find(&unit, "bananas"));
        assert_false(unit_find(&unit, "k"));
        assert_false(unit_find(&unit, "kilo"));
        assert_false(unit_find(&unit, "kmin"));
        assert_false(unit_find(&unit, "mC"));
        assert_false(unit_find(&unit, "pH"));
        expect_unit("nH", 0x272e, -9);
        assert_false(unit_find(&unit, "voltss"));
}

static void test_type_scale_and_unit_make_the_format(void **state) {
        expect_format("i16 scale=0.01 unit=celsius", "0efe2f27010000");
        expect_format("u8 unit=percent", "0400ad27010000");
        expect_format("u32 scale=0.1 unit=Pa", "08ff2427010000");
        expect_format("u16 scale=100 unit=mV", "06ff2827010000");
        expect_format("u16", "06000027010000");
        expect_format("i8", "0c000027010000");
        expect_format("i32", "10000027010000");
        expect_format("bool", "01000027010000");
        expect_format("u24", "07000027010000");
        expect_format("u48 scale=1000", "09030027010000");
        expect_format("u64 unit=s", "0a000327010000");
        expect_format("i24", "0f000027010000");
        expect_format("i48", "11000027010000");
        expect_format("i64", "12000027010000");
        expect_format("f32 unit=V", "14002827010000");
        expect_format("f64", "15000027010000");
        expect_format("medfloat16 unit=celsius", "16002f27010000");
        expect_format("medfloat32", "17000027010000");
        expect_format("utf8", "19000027010000");
        expect_format("bytes size=4", "1b000027010000");
}

static void test_what_cannot_be_said_is_refused_by_name(void **state) {
        expect_none("u16 scale=0.5", "its scale is no power of ten");
        expect_none("u16 unit=kB", "the SIG has no unit \"kB\"");
        expect_none("u16 offset=1", "an offset cannot be told");
        expect_none("u16 endian=big", "the SIG's formats are little-endian");
        expect_none("u16 count=2", "the SIG has no format for an array");
        expect_none("f32 unit=mV", "the unit \"mV\" needs an exponent, which f32 cannot have");
        expect_none("pad 2", "the SIG has no format for pad");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_unit_has_symbols_and_words),
                cmocka_unit_test(test_a_prefix_becomes_an_exponent),
                cmocka_unit_test(test_the_case_of_a_symbol_matters),
                cmocka_unit_test(test_what_is_no_unit_is_not_found),
                cmocka_unit_test(test_type_scale_and_unit_make_the_format),
                cmocka_unit_test(test_what_cannot_be_said_is_refused_by_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
