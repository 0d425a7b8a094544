/* Each type and attribute beside the plain integers: vectors, and the sentence for each refusal. */
#include "core/field-bits.h"
#include "core/field.h"
#include "util/bytes.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

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
        assert_int_equal(format_check(format, data, size, why), 0);
}

static void expect_refused(const char *spec, FieldValue value, int outcome, const char *sentence) {
        _cleanup_(format_freep) Format *format = make_field(spec);
        char why[FORMAT_WHY_SIZE] = "";
        uint8_t data[VALUE_SIZE_MAX];
        size_t size = 0;

        assert_int_equal(field_encode(&format->fields[0], &value, data, &size, why), outcome);
        assert_string_equal(why, sentence);
}

/* What came over the air. */
static void expect_bad_bytes(const char *spec, const char *hex, int outcome, const char *sentence) {
        _cleanup_(format_freep) Format *format = make_field(spec);
        char why[FORMAT_WHY_SIZE] = "";
        uint8_t data[VALUE_SIZE_MAX];
        size_t size = 0;

        assert_int_equal(bytes_from_hex(data, sizeof data, hex, &size), 0);
        assert_int_equal(format_check(format, data, size, why), outcome);
        assert_string_equal(why, sentence);
}

/* text of value is no more than that. */
static FieldValue decode(const Format *format, const char *hex, uint8_t data[VALUE_SIZE_MAX]) {
        FieldValue value = {};
        size_t size = 0;

        assert_int_equal(bytes_from_hex(data, VALUE_SIZE_MAX, hex, &size), 0);
        assert_true(format_can_decode(format, data, size));
        field_decode(&format->fields[0], data, size, &value);
        return value;
}

static void expect_number(const char *spec, const char *hex, double number) {
        _cleanup_(format_freep) Format *format = make_field(spec);
        uint8_t data[VALUE_SIZE_MAX];
        FieldValue value = decode(format, hex, data);

        if (value.number != number)
                fail_msg("%s of %s is %.17g, not %.17g", spec, hex, value.number, number);
}

static void expect_label(const char *spec, const char *hex, const char *name) {
        _cleanup_(format_freep) Format *format = make_field(spec);
        uint8_t data[VALUE_SIZE_MAX];
        FieldValue value = decode(format, hex, data);

        assert_int_equal(value.kind, FIELD_VALUE_LABEL);
        assert_string_equal(value.text, name);
}

static FieldValue integer_value(uint64_t magnitude, bool negative) {
        return (FieldValue){.kind = FIELD_VALUE_INTEGER,
                .integer = {.magnitude = magnitude, .negative = negative},
                .number = negative ? -(double)magnitude : (double)magnitude};
}

static void test_wide_integers_hold_their_ends(void **state) {
        expect_bytes("u24", number_value(0xfffffe), "feffff");
        expect_bytes("u48", number_value(0x123456789abc), "bc9a78563412");
        expect_bytes("i24", number_value(-8388608), "000080");
        expect_bytes("i48", number_value(-1), "ffffffffffff");
        expect_bytes("u64", integer_value(UINT64_MAX, false), "ffffffffffffffff");
        expect_bytes("u64", text_value("18446744073709551614"), "feffffffffffffff");
        expect_bytes("u64", text_value("0x8000000000000001"), "0100000000000080");
        expect_bytes("i64", integer_value(UINT64_C(1) << 63, true), "0000000000000080");
        expect_bytes("i64", text_value("-9223372036854775807"), "0100000000000080");
        expect_bytes("i64", text_value("9007199254740993"), "0100000000002000");
        expect_refused("u24", number_value(0x1000000), FORMAT_E_RANGE,
                "x: 16777216 is above its maximum 16777215");
        expect_refused("u64", number_value(0x1p64), FORMAT_E_RANGE,
                "x: 1.84467440737e+19 is above its maximum 18446744073709551615");
        expect_refused(
                "u64", integer_value(1, true), FORMAT_E_RANGE, "x: -1 is below its minimum 0");
        expect_refused("i64", text_value("9223372036854775808"), FORMAT_E_RANGE,
                "x: 9223372036854775808 is above its maximum 9223372036854775807");
        expect_bytes("u64 clamp=yes", number_value(1e300), "ffffffffffffffff");
}

static void test_wide_integers_are_exact(void **state) {
        _cleanup_(format_freep) Format *format = make_field("u64");
        _cleanup_(format_freep) Format *with_sign = make_field("i64");
        uint8_t data[VALUE_SIZE_MAX];
        FieldValue value = decode(format, "0100000000002080", data);

        assert_int_equal(value.kind, FIELD_VALUE_INTEGER);
        assert_true(value.integer.magnitude == 0x8020000000000001 && !value.integer.negative);
        value = decode(with_sign, "0100000000000080", data);
        assert_true(value.integer.magnitude == INT64_MAX && value.integer.negative);
}

static void test_big_endian_on_request(void **state) {
        expect_bytes("u16 endian=big", number_value(0x1234), "1234");
        expect_bytes("u16 endian=little", number_value(0x1234), "3412");
        expect_bytes("i24 endian=big", number_value(-2), "fffffe");
        expect_bytes("u16 endian=big count=2", text_value("1,2"), "00010002");
        expect_bytes("f32 endian=big", number_value(-2.5), "c0200000");
        expect_bytes("medfloat16 endian=big", number_value(36.4), "f16c");
        expect_number("i16 endian=big scale=0.1", "ffcb", -5.3);
}

static void test_offset_is_added_to_the_value(void **state) {
        expect_bytes("u8 offset=-40", number_value(-40), "00");
        expect_bytes("u8 offset=-40", number_value(215), "ff");
        expect_bytes("u8 scale=0.5 offset=-40", number_value(21.5), "7b");
        expect_number("u8 scale=0.1 offset=-40", "03", -39.7);
        expect_number("u8 scale=0.1 offset=0.3", "01", 0.4);
        expect_refused("u8 offset=-40", number_value(-41), FORMAT_E_RANGE,
                "x: -41 is below its minimum -40");
        expect_refused("u8 scale=0.1 offset=100 max=101", number_value(101.1), FORMAT_E_RANGE,
                "x: 101.1 is above its maximum 101");
}

/* With a scale the value is a double, and what it could not tell apart is not legal. */
static void test_a_scaled_integer_has_48_bits(void **state) {
        expect_bytes("u64 scale=0.001", number_value(0x1p48 / 1000), "0000000000000100");
        expect_bad_bytes("u64 scale=0.001", "0100000000000100", FORMAT_E_RANGE,
                "x: 281474976711 is above its maximum 281474976711");
        expect_bad_bytes("i64 scale=0.001", "ffffffffffff7fff", FORMAT_E_RANGE,
                "x: -3.6028797019e+13 is below its minimum -281474976711");
}

static void test_a_bool_is_yes_or_no(void **state) {
        const FieldValue yes = {.kind = FIELD_VALUE_BOOL, .number = 1};
        _cleanup_(format_freep) Format *format = make_field("bool");
        uint8_t data[VALUE_SIZE_MAX];

        expect_bytes("bool", yes, "01");
        expect_bytes("bool", number_value(0), "00");
        expect_bytes("bool", integer_value(1, false), "01");
        expect_bytes("bool", text_value("yes"), "01");
        expect_bytes("bool", text_value("off"), "00");
        expect_bytes("bool", text_value("1"), "01");
        assert_int_equal(decode(format, "01", data).kind, FIELD_VALUE_BOOL);
        expect_refused("bool", number_value(2), FORMAT_E_RANGE, "x: 2 is above its maximum 1");
        expect_refused("bool", number_value(0.6), FORMAT_E_RANGE, "x: 0.6 is neither 0 nor 1");
        expect_refused(
                "bool", text_value("maybe"), FORMAT_E_TYPE, "x: \"maybe\" is neither yes nor no");
        expect_bad_bytes("bool", "02", FORMAT_E_RANGE, "x: 2 is above its maximum 1");
        expect_refused("u8", yes, FORMAT_E_TYPE, "x: yes or no where a number is needed");
        expect_refused("utf8", yes, FORMAT_E_TYPE, "x: yes or no where text is needed");
}

/* IEEE 754: sign, exponent with a bias of 127 or 1023, mantissa without its first bit. */
static void test_floats(void **state) {
        expect_bytes("f32", number_value(1), "0000803f");
        expect_bytes("f32", number_value(-2.5), "000020c0");
        expect_bytes("f32", text_value("21.4"), "3333ab41");
        expect_bytes("f64", number_value(1), "000000000000f03f");
        expect_bytes("f64", number_value(3.141592653589793), "182d4454fb210940");
        expect_number("f32", "3333ab41", 21.4);
        expect_number("f32", "ffff7f7f", 3.4028235e38);
        expect_number("f32", "01000000", 1e-45);
        expect_number("f64", "9a9999999999b93f", 0.1);
        expect_refused("f32", number_value(1e39), FORMAT_E_RANGE,
                "x: 1e+39 is above its maximum 3.4028235e+38");
        expect_refused("f32 max=50", number_value(50.1), FORMAT_E_RANGE,
                "x: 50.1 is above its maximum 50");
        expect_bytes("f32", number_value(3.4028235e38), "ffff7f7f");
        expect_bytes("f32 clamp=yes", number_value(1e128), "ffff7f7f");
        expect_bytes("f32 max=50 clamp=yes", number_value(INFINITY), "00004842");
        expect_bad_bytes("f32 min=0", "000020c0", FORMAT_E_RANGE, "x: -2.5 is below its minimum 0");
        expect_refused("f32", text_value("warm"), FORMAT_E_TYPE, "x: \"warm\" is not a number");
}

static void test_what_is_no_number_has_a_name(void **state) {
        expect_bytes("f32", text_value("nan"), "0000c07f");
        expect_bytes("f64", text_value("-INF"), "000000000000f0ff");
        expect_bytes("medfloat16", text_value("NRes"), "0008");
        expect_bytes("medfloat16", number_value(NAN), "ff07");
        expect_bytes("medfloat32", text_value("+inf"), "feff7f00");
        expect_label("medfloat16", "0008", "NRes");
        expect_label("medfloat32", "02008000", "-INF");
        expect_label("f32", "0000807f", "+INF");
        expect_label("f32", "0100c0ff", "NaN");
        expect_refused("f32", text_value("NRes"), FORMAT_E_TYPE, "x: \"NRes\" is not a number");
        expect_refused("medfloat16 min=0", text_value("NRes"), FORMAT_E_RANGE,
                "x: NRes is not between its minimum and its maximum");
        expect_refused(
                "f32 max=5", text_value("INF"), FORMAT_E_RANGE, "x: inf is above its maximum 5");
        expect_bad_bytes("f32 max=5", "0000c07f", FORMAT_E_RANGE,
                "x: NaN is not between its minimum and its maximum");
        expect_bad_bytes(
                "medfloat16", "0108", FORMAT_E_RANGE, "x: is none of the numbers of medfloat16");
}

static void test_an_array_has_its_number_of_elements(void **state) {
        const FieldValue numbers[] = {number_value(1), text_value("B"), number_value(2)};
        const FieldValue array = {.kind = FIELD_VALUE_ARRAY, .elements = numbers, .size = 3};

        expect_bytes("u16 count=4", text_value("1,2, 3,0x400"), "0100020003000004");
        expect_bytes("u8 names=A,B count=3", array, "010102");
        expect_bytes("u8 count_max=3", text_value(""), "");
        expect_bytes("i8 scale=0.5 count_max=3", text_value("-1,1.5"), "fe03");
        expect_bytes("bool count=2", text_value("yes,no"), "0100");
        expect_refused(
                "u16 count=4", text_value("1,2,3"), FORMAT_E_LENGTH, "x: 3 elements, needs 4");
        expect_refused("u16 count=1", text_value(""), FORMAT_E_LENGTH, "x: 0 elements, needs 1");
        expect_refused("u16 count_max=2", array, FORMAT_E_LENGTH, "x: 3 elements, needs 0 to 2");
        expect_refused("u8 count=2", text_value("1,256"), FORMAT_E_RANGE,
                "x[1]: 256 is above its maximum 255");
        expect_refused("u8 count=2", text_value("1,"), FORMAT_E_TYPE, "x[1]: \"\" is not a number");
        expect_refused("u8 count=2", number_value(1), FORMAT_E_TYPE,
                "x: one value where an array is needed");
        expect_refused("u8", array, FORMAT_E_TYPE, "x: an array where one number is needed");
        expect_refused("f32", array, FORMAT_E_TYPE, "x: an array where a number is needed");
        expect_refused("utf8", array, FORMAT_E_TYPE, "x: an array where text is needed");
}

static void test_an_array_from_the_air_has_whole_elements(void **state) {
        _cleanup_(format_freep) Format *format = make_field("u16 count_max=4 max=9");
        uint8_t data[VALUE_SIZE_MAX];
        FieldValue value = decode(format, "010002000300", data), element;

        assert_int_equal(value.kind, FIELD_VALUE_ARRAY);
        assert_int_equal(value.size, 3);
        field_decode_element(&format->fields[0], value.data, 2, &element);
        assert_true(element.number == 3);
        assert_false(format_can_decode(format, data, 5));
        expect_bad_bytes(
                "u16 count_max=4", "010002", FORMAT_E_LENGTH, "x: 3 bytes, not a multiple of 2");
        expect_bad_bytes("u16 count=4", "010002", FORMAT_E_LENGTH, "3 bytes, needs 8");
        expect_bad_bytes(
                "u16 count_max=2", "010002000300", FORMAT_E_LENGTH, "6 bytes, needs 0 to 4");
        expect_bad_bytes("u16 count_max=4 max=9", "01000a00", FORMAT_E_RANGE,
                "x[1]: 10 is above its maximum 9");
}

static void test_an_element_cannot_be_cut(void **state) {
        char text[400];

        memset(text, '0', sizeof text);
        memcpy(text + sizeof text - 4, "1,1", 4);
        expect_refused("u8 count=2", text_value(text), FORMAT_E_TYPE,
                "x[0]: \"000000000000000000000000000000000000000000000000000000000000...\" is too "
                "long");
}

static void test_labels_may_be_negative(void **state) {
        expect_bytes("i16 enum=LOW:-2,NONE,OK", text_value("LOW"), "feff");
        expect_bytes("i16 enum=LOW:-2,NONE,OK", number_value(-1), "ffff");
        expect_label("i16 enum=LOW:-2,NONE,OK", "feff", "LOW");
        expect_bad_bytes("i16 enum=LOW:-2", "ffff", FORMAT_E_RANGE, "x: -1 is none of LOW");
        expect_label("i16 scale=0.01 min=-273.15 names=UNKNOWN:-32768", "0080", "UNKNOWN");
        expect_label("u64 names=UNKNOWN:0xffffffffffffffff", "ffffffffffffffff", "UNKNOWN");
}

#define HUMIDITY "u16 scale=0.01 max=100 clamp=yes names=unknown:0xffff"

/* As the SIG's characteristics have them: a range, and numbers outside of it that mean something
 * else. */
static void test_what_is_named_may_be_out_of_range(void **state) {
        expect_bytes(HUMIDITY, text_value("unknown"), "ffff");
        expect_bytes(HUMIDITY, number_value(655.35), "ffff");
        expect_bytes(HUMIDITY, number_value(655.34), "1027");
        expect_bytes(HUMIDITY, number_value(100.3), "1027");
        expect_bytes(HUMIDITY, number_value(1e30), "1027");
        expect_bytes(HUMIDITY, number_value(-1), "0000");
        expect_label(HUMIDITY, "ffff", "unknown");
        expect_number(HUMIDITY, "1027", 100);
        expect_bad_bytes(HUMIDITY, "1127", FORMAT_E_RANGE, "x: 100.01 is above its maximum 100");
        expect_bytes("i16 min=-5 names=NONE:-32768", integer_value(32768, true), "0080");
        expect_refused("i16 min=-5 names=NONE:-32768", integer_value(32767, true), FORMAT_E_RANGE,
                "x: -32767 is below its minimum -5");
        /* The bits of -1 and of 2^64 - 1 are the same. */
        expect_refused("u64 max=5 names=NONE:0xffffffffffffffff", integer_value(1, true),
                FORMAT_E_RANGE, "x: -1 is below its minimum 0");
        expect_refused("i64 max=5 names=NONE:-1", integer_value(UINT64_MAX, false), FORMAT_E_RANGE,
                "x: 18446744073709551615 is above its maximum 5");
        expect_bytes("u8 max=5 count=2 names=NONE:255", text_value("NONE,3"), "ff03");
}

static void test_bits_go_to_64(void **state) {
        expect_bytes("u64 bits=A,Z:63", text_value("A|Z"), "0100000000000080");
        expect_bad_bytes("u64 bits=A,Z:63", "0300000000000000", FORMAT_E_RANGE,
                "x: 3 has bits other than A, Z");
        expect_bytes("u24 bits=A:23", number_value(0x800000), "000080");
}

/* The words between are of the library. */
static void expect_no_json(const char *text, const char *place) {
        _cleanup_(format_freep) Format *format = make_field("utf8 json=yes");
        const char begin[] = "x: is not JSON: ";
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(
                format_check(format, (const uint8_t *)text, strlen(text), why), FORMAT_E_RANGE);
        assert_int_equal(strncmp(why, begin, strlen(begin)), 0);
        assert_string_equal(why + strlen(why) - strlen(place), place);
}

static void test_several_bits_are_a_number(void **state) {
        static const char spec[] = "u16 bits=HEAT,LEVEL:4-6,FAN,REST:8-15";

        expect_bytes(spec, text_value("HEAT,LEVEL=5"), "5100");
        expect_bytes(spec, text_value("rest=255|fan"), "80ff");
        expect_bytes(spec, text_value("LEVEL=0"), "0000");
        expect_bytes(spec, text_value("LEVEL=7,LEVEL=0x2"), "2000");
        expect_bytes(
                "u64 bits=ALL:0-63", text_value("ALL=18446744073709551615"), "ffffffffffffffff");
        expect_refused(spec, text_value("LEVEL=8"), FORMAT_E_RANGE,
                "x: LEVEL is a number from 0 to 7: LEVEL=1");
        expect_refused(spec, text_value("LEVEL"), FORMAT_E_RANGE,
                "x: LEVEL is a number from 0 to 7: LEVEL=1");
        expect_refused(
                spec, text_value("FAN=2"), FORMAT_E_RANGE, "x: FAN is a number from 0 to 1: FAN=1");
        expect_refused(spec, text_value("COLD=1"), FORMAT_E_RANGE,
                "x: \"COLD\" is none of HEAT, LEVEL, FAN, REST");
        expect_bad_bytes(
                spec, "0200", FORMAT_E_RANGE, "x: 2 has bits other than HEAT, LEVEL, FAN, REST");
}

static void test_bits_are_taken_one_label_after_the_other(void **state) {
        _cleanup_(format_freep) Format *format = make_field("u16 bits=HEAT,LEVEL:4-6,TOP:15");
        uint64_t bits = 0x8032;
        FieldBits bit;

        assert_true(field_bits_next(&format->fields[0], &bits, &bit));
        assert_null(bit.label);
        assert_int_equal(bit.position, 1);
        assert_true(field_bits_next(&format->fields[0], &bits, &bit));
        assert_string_equal(bit.label->name, "LEVEL");
        assert_int_equal(bit.value, 3);
        assert_true(field_bits_next(&format->fields[0], &bits, &bit));
        assert_string_equal(bit.label->name, "TOP");
        assert_int_equal(bit.value, 1);
        assert_false(field_bits_next(&format->fields[0], &bits, &bit));
}

static void test_a_text_may_have_to_be_json(void **state) {
        expect_bytes("utf8 json=yes", text_value("{\"a\":[1]}"), "7b2261223a5b315d7d");
        expect_bytes("utf8", text_value("{"), "7b");
        expect_no_json("", "it is empty");
        expect_no_json("{\"a\":[1}", " at byte 8");
        expect_no_json("{}}", " at byte 3");
        expect_bad_bytes(
                "utf8 json=yes size_max=2", "7b7d7d", FORMAT_E_LENGTH, "3 bytes, needs 0 to 2");
        expect_refused("utf8 json=yes", number_value(1), FORMAT_E_TYPE,
                "x: a number where text is needed");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_wide_integers_hold_their_ends),
                cmocka_unit_test(test_wide_integers_are_exact),
                cmocka_unit_test(test_big_endian_on_request),
                cmocka_unit_test(test_offset_is_added_to_the_value),
                cmocka_unit_test(test_a_scaled_integer_has_48_bits),
                cmocka_unit_test(test_a_bool_is_yes_or_no),
                cmocka_unit_test(test_floats),
                cmocka_unit_test(test_what_is_no_number_has_a_name),
                cmocka_unit_test(test_an_array_has_its_number_of_elements),
                cmocka_unit_test(test_an_array_from_the_air_has_whole_elements),
                cmocka_unit_test(test_an_element_cannot_be_cut),
                cmocka_unit_test(test_labels_may_be_negative),
                cmocka_unit_test(test_what_is_named_may_be_out_of_range),
                cmocka_unit_test(test_bits_go_to_64),
                cmocka_unit_test(test_several_bits_are_a_number),
                cmocka_unit_test(test_bits_are_taken_one_label_after_the_other),
                cmocka_unit_test(test_a_text_may_have_to_be_json),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
