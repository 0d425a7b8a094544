/* Formats: sizes and places, encoding, decoding and checking. */
#include "util/bytes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

#define MAKE_FORMAT(lines) make_format(lines, ELEMENTS(lines))

static Format *make_field(const char *spec) {
        const Line line = {"x", spec};

        return make_format(&line, 1);
}

/* Encodes into a field of this spec; data must become the bytes of hex. */
static void expect_bytes(const char *spec, FieldValue value, const char *hex) {
        _cleanup_(format_freep) Format *format = make_field(spec);
        char why[FORMAT_WHY_SIZE] = "", got[2 * VALUE_SIZE_MAX + 1];
        uint8_t data[VALUE_SIZE_MAX];
        size_t size = 0;
        int r = field_encode(&format->fields[0], &value, data, &size, why);

        assert_string_equal(why, "");
        assert_int_equal(r, 0);
        bytes_to_hex(got, data, size);
        assert_string_equal(got, hex);
}

static void expect_refused(const char *spec, FieldValue value, int outcome, const char *sentence) {
        _cleanup_(format_freep) Format *format = make_field(spec);
        char why[FORMAT_WHY_SIZE] = "";
        uint8_t data[VALUE_SIZE_MAX];
        size_t size = 0;

        assert_int_equal(field_encode(&format->fields[0], &value, data, &size, why), outcome);
        assert_string_equal(why, sentence);
}

static FieldValue decode(const Format *format, const char *name, const uint8_t *data, size_t size) {
        FieldValue value = {};
        size_t offset = 0;
        const Field *field = format_find(format, name, &offset);

        assert_non_null(field);
        field_decode(field, data + offset, size - offset, &value);
        return value;
}

static const Line mixed_lines[] = {{"a", "u8"}, {"gap", "pad 3"}, {"b", "i32"},
        {"c", "bytes size=2"}, {"d", "utf8 size_max=9"}};

static void test_sizes_add_up(void **state) {
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(mixed_lines);

        assert_int_equal(format_size_min(format), 1 + 3 + 4 + 2);
        assert_int_equal(format_size_max(format), 1 + 3 + 4 + 2 + 9);
}

static void test_find_gives_the_offset_but_finds_no_padding(void **state) {
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(mixed_lines);
        size_t offset = 77;

        assert_ptr_equal(format_find(format, "c", &offset), &format->fields[3]);
        assert_int_equal(offset, 8);
        assert_ptr_equal(format_find(format, "a", &offset), &format->fields[0]);
        assert_int_equal(offset, 0);
        assert_null(format_find(format, "gap", &offset));
        assert_null(format_find(format, "e", &offset));
}

static void test_initial_writes_each_default(void **state) {
        static const Line lines[] = {{"a", "u8 default=5"}, {"gap", "pad 1"}, {"b", "i16 min=10"},
                {"c", "u8 enum=LOW:3,HIGH:2"}, {"d", "bytes size=2 default=beef"},
                {"e", "utf8 default=hey"}};
        const uint8_t expected[] = {5, 0, 10, 0, 2, 0xbe, 0xef, 'h', 'e', 'y'};
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(lines);
        uint8_t data[VALUE_SIZE_MAX];
        size_t size = 0;

        format_initial(format, data, &size);
        assert_int_equal(size, sizeof expected);
        assert_memory_equal(data, expected, sizeof expected);
}

static void test_each_integer_type_holds_its_ends(void **state) {
        expect_bytes("u8", number_value(255), "ff");
        expect_bytes("u16", number_value(65535), "ffff");
        expect_bytes("u32", number_value(4294967295), "ffffffff");
        expect_bytes("i8", number_value(-128), "80");
        expect_bytes("i16", number_value(-32768), "0080");
        expect_bytes("i32", number_value(-2147483648.0), "00000080");
        expect_bytes("i32", number_value(2147483647), "ffffff7f");
}

static void test_a_number_outside_the_type_is_refused(void **state) {
        expect_refused("u8", number_value(256), FORMAT_E_RANGE, "x: 256 is above its maximum 255");
        expect_refused("u16", number_value(-1), FORMAT_E_RANGE, "x: -1 is below its minimum 0");
        expect_refused("u32", number_value(4294967296), FORMAT_E_RANGE,
                "x: 4294967296 is above its maximum 4294967295");
        expect_refused(
                "i8", number_value(-129), FORMAT_E_RANGE, "x: -129 is below its minimum -128");
        expect_refused("i16 scale=0.1", number_value(1e300), FORMAT_E_RANGE,
                "x: 1e+300 is above its maximum 3276.7");
}

static void test_numbers_are_rounded_to_the_nearest_step(void **state) {
        expect_bytes("i16 scale=0.01", number_value(21.404), "5c08");
        expect_bytes("i16 scale=0.01", number_value(-21.406), "a3f7");
        expect_bytes("u8 scale=0.5", number_value(1.3), "03");
        expect_bytes("u16 scale=2.5", number_value(24), "0a00");
}

static void test_a_bound_is_met_within_half_a_step(void **state) {
        expect_bytes("i16 scale=0.1 min=-10 max=50", number_value(-10.04), "9cff");
        expect_bytes("i16 scale=0.1 min=-10 max=50", number_value(50.04), "f401");
        expect_refused("i16 scale=0.1 min=-10 max=50", number_value(-10.06), FORMAT_E_RANGE,
                "x: -10.06 is below its minimum -10");
}

/* 0.07 * 100 is a little more than 7, 0.29 * 100 a little less than 29. */
static void test_a_bound_is_not_lost_to_the_rounding_of_doubles(void **state) {
        expect_bytes("u8 scale=0.01 min=0.07", number_value(0.07), "07");
        expect_bytes("u8 scale=0.01 max=0.29", number_value(0.29), "1d");
}

static void test_a_bound_between_two_steps_holds_inwards(void **state) {
        expect_bytes("u8 scale=0.1 min=0.25", number_value(0.3), "03");
        expect_refused("u8 scale=0.1 min=0.25", number_value(0.2), FORMAT_E_RANGE,
                "x: 0.2 is below its minimum 0.25");
        expect_bytes("u8 scale=0.1 min=0.25 clamp=yes", number_value(0), "03");
        expect_bytes("u8 scale=0.1 max=1.29 clamp=yes", number_value(2), "0c");
}

static void test_clamp_takes_the_nearest_legal_value(void **state) {
        expect_bytes("i16 scale=0.1 min=-10 max=50 clamp=yes", number_value(-300), "9cff");
        expect_bytes("u16 max=1440 clamp=yes", text_value("1e9"), "a005");
        expect_bytes("u16 clamp=yes", number_value(INFINITY), "ffff");
}

static void test_nan_and_infinity_are_no_values(void **state) {
        expect_refused(
                "u16", number_value(INFINITY), FORMAT_E_RANGE, "x: inf is above its maximum 65535");
        expect_refused("u16", number_value(NAN), FORMAT_E_RANGE, "x: nan is not a number");
        expect_refused(
                "u16 clamp=yes", number_value(NAN), FORMAT_E_RANGE, "x: nan is not a number");
        expect_refused("u8 enum=A", number_value(NAN), FORMAT_E_RANGE, "x: nan is not a number");
}

static void test_text_for_a_number_may_be_decimal_or_hex(void **state) {
        expect_bytes("i16 scale=0.1", text_value("-5.3"), "cbff");
        expect_bytes("u16", text_value("0x8087"), "8780");
        expect_refused("u16", text_value("warm"), FORMAT_E_TYPE, "x: \"warm\" is not a number");
        expect_refused("u16", text_value(""), FORMAT_E_TYPE, "x: \"\" is not a number");
}

static void test_an_enum_takes_its_labels_and_their_numbers_only(void **state) {
        expect_bytes("u8 enum=OFF,ON,CYCLE", text_value("CYCLE"), "02");
        expect_bytes("u8 enum=OFF,ON,CYCLE", text_value("cycle"), "02");
        expect_bytes("u8 enum=OFF,ON,CYCLE", number_value(1), "01");
        expect_refused("u8 enum=OFF,ON,CYCLE", text_value("FAST"), FORMAT_E_RANGE,
                "x: \"FAST\" is none of OFF, ON, CYCLE");
        expect_refused("u8 enum=OFF,ON,CYCLE", number_value(3), FORMAT_E_RANGE,
                "x: 3 is none of OFF, ON, CYCLE");
        expect_refused("u8 enum=OFF,ON,CYCLE", number_value(0.6), FORMAT_E_RANGE,
                "x: 0.6 is none of OFF, ON, CYCLE");
}

static void test_names_label_some_numbers_and_forbid_none(void **state) {
        expect_bytes("u8 names=A:1,B:99", text_value("B"), "63");
        expect_bytes("u8 names=A:1,B:99", text_value("42"), "2a");
        expect_refused("u8 names=A:1,B:99", text_value("C"), FORMAT_E_RANGE,
                "x: \"C\" is neither a number nor one of A, B");
        expect_refused("u8 names=A:1,B:99", text_value("4,2"), FORMAT_E_RANGE,
                "x: \"4,2\" is neither a number nor one of A, B; write a decimal point");
}

static void test_bits_are_joined_by_comma_or_bar(void **state) {
        expect_bytes("u16 bits=A,B,C:15", text_value("A,C"), "0180");
        expect_bytes("u16 bits=A,B,C:15", text_value("c|b"), "0280");
        expect_bytes("u16 bits=A,B,C:15", text_value(""), "0000");
        expect_bytes("u16 bits=A,B,C:15", number_value(0x8001), "0180");
        expect_bytes("u32 bits=TOP:31", text_value("TOP"), "00000080");
}

static void test_unknown_bits_are_refused_by_name_and_by_number(void **state) {
        expect_refused(
                "u16 bits=A,B", text_value("A,D"), FORMAT_E_RANGE, "x: \"D\" is none of A, B");
        expect_refused(
                "u16 bits=A,B", number_value(5), FORMAT_E_RANGE, "x: 5 has bits other than A, B");
        expect_refused("u16 bits=A,B", number_value(65537), FORMAT_E_RANGE,
                "x: 65537 has bits other than A, B");
        expect_refused(
                "u16 bits=A,B", number_value(-1), FORMAT_E_RANGE, "x: -1 has bits other than A, B");
}

static void test_utf8_is_checked_and_measured_in_bytes(void **state) {
        expect_bytes("utf8 size_max=3", text_value("\xc3\xa4x"), "c3a478");
        expect_refused("utf8 size_max=3", text_value("\xc3\xa4xy"), FORMAT_E_LENGTH,
                "x: 4 bytes, needs 0 to 3");
        expect_refused("utf8", text_value("\xff"), FORMAT_E_RANGE, "x: is not UTF-8");
}

static void test_bytes_are_given_as_hex(void **state) {
        expect_bytes("bytes size_max=4", text_value("be EF"), "beef");
        expect_bytes("bytes size_max=4", text_value(""), "");
        expect_refused("bytes size=4", text_value("beef"), FORMAT_E_LENGTH, "x: 2 bytes, needs 4");
        expect_refused("bytes", text_value("beer"), FORMAT_E_TYPE, "x: \"beer\" is not hex");
}

static void test_text_and_numbers_do_not_stand_for_each_other(void **state) {
        const uint8_t data[] = {1};
        const FieldValue bytes = {.kind = FIELD_VALUE_BYTES, .data = data, .size = sizeof data};

        expect_refused("utf8", number_value(5), FORMAT_E_TYPE, "x: a number where text is needed");
        expect_refused("bytes", number_value(5), FORMAT_E_TYPE, "x: a number where text is needed");
        expect_refused("u8", bytes, FORMAT_E_TYPE, "x: bytes where a number is needed");
        expect_refused("pad 1", number_value(0), FORMAT_E_TYPE, "x: padding takes no value");
}

static void test_a_sentence_shows_no_control_characters(void **state) {
        expect_refused(
                "u16", text_value("a\x1b[2J\n"), FORMAT_E_TYPE, "x: \"a?[2J?\" is not a number");
}

static void test_decode_names_what_has_a_label(void **state) {
        static const Line lines[] = {
                {"mode", "u8 enum=OFF,ON"}, {"species", "u8 names=A:1"}, {"flags", "u8 bits=F:7"}};
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(lines);
        const uint8_t data[] = {1, 2, 0x80};
        FieldValue value = decode(format, "mode", data, sizeof data);

        assert_int_equal(value.kind, FIELD_VALUE_LABEL);
        assert_string_equal(value.text, "ON");
        assert_true(value.number == 1);
        value = decode(format, "species", data, sizeof data);
        assert_int_equal(value.kind, FIELD_VALUE_INTEGER);
        assert_true(value.number == 2);
        value = decode(format, "flags", data, sizeof data);
        assert_int_equal(value.kind, FIELD_VALUE_BITS);
        assert_true(value.number == 0x80);
}

static void test_decode_gives_what_is_left_to_a_variable_field(void **state) {
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(mixed_lines);
        const uint8_t data[] = {1, 0, 0, 0, 2, 0, 0, 0, 0xbe, 0xef, 'h', 'i'};
        FieldValue value = decode(format, "c", data, sizeof data);

        assert_int_equal(value.kind, FIELD_VALUE_BYTES);
        assert_ptr_equal(value.data, data + 8);
        assert_int_equal(value.size, 2);
        value = decode(format, "d", data, sizeof data);
        assert_int_equal(value.kind, FIELD_VALUE_TEXT);
        assert_int_equal(value.size, 2);
        assert_memory_equal(value.text, "hi", 2);
}

static void test_decode_gives_the_nearest_double(void **state) {
        _cleanup_(format_freep) Format *format = make_field("i16 scale=0.1");
        const uint8_t data[] = {0x03, 0x00};

        /* 3 * 0.1 would be 0.30000000000000004. */
        assert_true(decode(format, "x", data, sizeof data).number == 0.3);
}

static void test_check_measures_before_it_reads(void **state) {
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(mixed_lines);
        char why[FORMAT_WHY_SIZE] = "";
        uint8_t data[20] = {0};

        assert_int_equal(format_check(format, data, 9, why), FORMAT_E_LENGTH);
        assert_string_equal(why, "9 bytes, needs 10 to 19");
        assert_int_equal(format_check(format, data, 20, why), FORMAT_E_LENGTH);
        assert_int_equal(format_check(format, NULL, 0, why), FORMAT_E_LENGTH);
        assert_int_equal(format_check(format, data, 10, why), 0);
}

static void test_check_takes_an_empty_value_without_an_address(void **state) {
        _cleanup_(format_freep) Format *format = make_field("utf8");
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(format_check(format, NULL, 0, why), 0);
}

static void test_check_ignores_padding_and_sees_bad_utf8(void **state) {
        static const Line lines[] = {{"gap", "pad 1"}, {"text", "utf8"}};
        _cleanup_(format_freep) Format *format = MAKE_FORMAT(lines);
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(format_check(format, (const uint8_t *)"\xffok", 3, why), 0);
        assert_int_equal(format_check(format, (const uint8_t *)"\0\xff", 2, why), FORMAT_E_RANGE);
        assert_string_equal(why, "text: is not UTF-8");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sizes_add_up),
                cmocka_unit_test(test_find_gives_the_offset_but_finds_no_padding),
                cmocka_unit_test(test_initial_writes_each_default),
                cmocka_unit_test(test_each_integer_type_holds_its_ends),
                cmocka_unit_test(test_a_number_outside_the_type_is_refused),
                cmocka_unit_test(test_numbers_are_rounded_to_the_nearest_step),
                cmocka_unit_test(test_a_bound_is_met_within_half_a_step),
                cmocka_unit_test(test_a_bound_is_not_lost_to_the_rounding_of_doubles),
                cmocka_unit_test(test_a_bound_between_two_steps_holds_inwards),
                cmocka_unit_test(test_clamp_takes_the_nearest_legal_value),
                cmocka_unit_test(test_nan_and_infinity_are_no_values),
                cmocka_unit_test(test_text_for_a_number_may_be_decimal_or_hex),
                cmocka_unit_test(test_an_enum_takes_its_labels_and_their_numbers_only),
                cmocka_unit_test(test_names_label_some_numbers_and_forbid_none),
                cmocka_unit_test(test_bits_are_joined_by_comma_or_bar),
                cmocka_unit_test(test_unknown_bits_are_refused_by_name_and_by_number),
                cmocka_unit_test(test_utf8_is_checked_and_measured_in_bytes),
                cmocka_unit_test(test_bytes_are_given_as_hex),
                cmocka_unit_test(test_text_and_numbers_do_not_stand_for_each_other),
                cmocka_unit_test(test_a_sentence_shows_no_control_characters),
                cmocka_unit_test(test_decode_names_what_has_a_label),
                cmocka_unit_test(test_decode_gives_what_is_left_to_a_variable_field),
                cmocka_unit_test(test_decode_gives_the_nearest_double),
                cmocka_unit_test(test_check_measures_before_it_reads),
                cmocka_unit_test(test_check_takes_an_empty_value_without_an_address),
                cmocka_unit_test(test_check_ignores_padding_and_sees_bad_utf8),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
