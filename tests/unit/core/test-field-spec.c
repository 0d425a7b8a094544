/* The line that declares a field: what it sets, and the sentence for each mistake. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"

static Format *make_field(const char *spec) {
        const Line line = {"x", spec};

        return make_format(&line, 1);
}

static void expect_bad(const char *spec, const char *sentence) {
        char why[FORMAT_WHY_SIZE] = "";
        Format *format = NULL;

        assert_int_equal(format_add_field(&format, "x", spec, why), -EINVAL);
        assert_string_equal(why, sentence);
        assert_null(format);
}

static void test_each_type_has_its_size_and_range(void **state) {
        static const struct {
                const char *spec;
                size_t size;
                double min, max;
        } expected[] = {
                {"u8", 1, 0, 255},
                {"u16", 2, 0, 65535},
                {"u32", 4, 0, 4294967295},
                {"i8", 1, -128, 127},
                {"i16", 2, -32768, 32767},
                {"i32", 4, -2147483648.0, 2147483647},
                {"u24", 3, 0, 16777215},
                {"u48", 6, 0, 0x1p48 - 1},
                {"u64", 8, 0, 0x1p64},
                {"i24", 3, -8388608, 8388607},
                {"i48", 6, -0x1p47, 0x1p47 - 1},
                {"i64", 8, -0x1p63, 0x1p63},
                {"bool", 1, 0, 1},
                {"f32", 4, -3.4028235e38, 3.4028235e38},
                {"f64", 8, -0x1.fffffffffffffp1023, 0x1.fffffffffffffp1023},
                {"medfloat16", 2, -2045e7, 2045e7},
                {"medfloat32", 4, -8388605e127, 8388605e127},
        };

        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                _cleanup_(format_freep) Format *format = make_field(expected[i].spec);

                assert_int_equal(format->fields[0].size_min, expected[i].size);
                assert_int_equal(format->fields[0].size_max, expected[i].size);
                assert_true(format->fields[0].min == expected[i].min);
                assert_true(format->fields[0].max == expected[i].max);
        }
}

static void test_all_attributes_of_a_number_are_set(void **state) {
        _cleanup_(format_freep) Format *format =
                make_field("i16 scale=0.1 min=-10 max=50 unit=celsius default=20 clamp=yes");
        const Field *field = &format->fields[0];

        assert_string_equal(field->name, "x");
        assert_int_equal(field->type, FIELD_I16);
        assert_true(field->min == -10 && field->max == 50);
        assert_string_equal(field->unit, "celsius");
        assert_true(field->clamp);
        assert_int_equal(field->initial_size, 2);
        assert_memory_equal(field->initial, "\xc8\x00", 2);
}

static void test_a_decimal_scale_is_held_as_a_divisor(void **state) {
        _cleanup_(format_freep) Format *tenth = make_field("u8 scale=0.1");
        _cleanup_(format_freep) Format *other = make_field("u8 scale=0.3");
        _cleanup_(format_freep) Format *large = make_field("u8 scale=2.5");
        _cleanup_(format_freep) Format *least = make_field("u8 scale=1e-9");

        assert_true(tenth->fields[0].scale == 1 && tenth->fields[0].divisor == 10);
        assert_true(other->fields[0].scale == 0.3 && other->fields[0].divisor == 1);
        assert_true(large->fields[0].scale == 2.5 && large->fields[0].divisor == 1);
        assert_true(least->fields[0].scale == 1 && least->fields[0].divisor == 1e9);
}

static void test_scale_is_checked(void **state) {
        expect_bad("u8 scale=0", "scale: 0 is not between 1e-09 and 1e+09");
        expect_bad("u8 scale=-1", "scale: -1 is not between 1e-09 and 1e+09");
        expect_bad("u8 scale=x", "scale: \"x\" is not a number");
}

static void test_bounds_lie_inside_the_type_and_in_order(void **state) {
        expect_bad("u8 max=256", "max: 256 is outside what u8 holds here, 0 to 255");
        expect_bad("u8 min=-1", "min: -1 is outside what u8 holds here, 0 to 255");
        expect_bad("i8 scale=0.1 max=13", "max: 13 is outside what i8 holds here, -12.8 to 12.7");
        expect_bad("u8 min=5 max=4", "no value lies from min 5 to max 4");
        expect_bad("u8 min=1.2 max=1.8", "no value lies from min 1.2 to max 1.8");
        expect_bad("u8 min=", "min: \"\" is not a number");
}

static void test_the_default_is_checked_and_not_clamped(void **state) {
        expect_bad("u8 max=10 default=11", "default: 11 is above its maximum 10");
        expect_bad("u8 max=10 clamp=yes default=11", "default: 11 is above its maximum 10");
        expect_bad("u8 default=low", "default: \"low\" is not a number");
        expect_bad("u8 enum=A,B default=C", "default: \"C\" is none of A, B");
        expect_bad("utf8 size_max=2 default=abc", "default: 3 bytes, needs 0 to 2");
        expect_bad("bytes default=0", "default: \"0\" is not hex");
}

static void expect_initial(const char *spec, const void *data, size_t size) {
        _cleanup_(format_freep) Format *format = make_field(spec);

        assert_int_equal(format->fields[0].initial_size, size);
        assert_memory_equal(format->fields[0].initial, data, size);
}

static void test_without_a_default_zero_is_first_and_the_minimum_next(void **state) {
        expect_initial("u8", "\0", 1);
        expect_initial("i8 min=-5", "\0", 1);
        expect_initial("u16 min=400", "\x90\x01", 2);
        expect_initial("i8 max=-5", "\x80", 1);
        expect_initial("u8 scale=0.1 min=0.24", "\x03", 1);
        expect_initial("u8 enum=B:9,A:4", "\x04", 1);
        expect_initial("u8 enum=B:9,A:0", "\x00", 1);
        expect_initial("u8 bits=B:6", "\0", 1);
        expect_initial("bytes size=2", "\0\0", 2);
        expect_initial("pad 2", "\0\0", 2);
        expect_initial("utf8", "", 0);
        expect_initial("u8 offset=-40", "\x28", 1);
        expect_initial("u8 offset=5", "\0", 1);
        expect_initial("f32", "\0\0\0\0", 4);
        expect_initial("f32 min=1", "\0\0\x80\x3f", 4);
        expect_initial("f32 max=-1", "\xff\xff\x7f\xff", 4);
        expect_initial("bool", "\0", 1);
        expect_initial("bool default=yes", "\1", 1);
        expect_initial("u16 min=1 count=2", "\1\0\1\0", 4);
        expect_initial("u16 count_max=2", "", 0);
        expect_initial("u16 count_max=2 default=7", "\7\0", 2);
        expect_initial("utf8 json=yes", "null", 4);
        expect_initial("utf8 json=yes size_max=3", "0", 1);
        expect_initial("utf8 json=yes default={}", "{}", 2);
}

static void test_labels_count_on_from_the_one_before(void **state) {
        static const struct {
                const char *name;
                uint32_t number;
        } expected[] = {{"A", 0}, {"B", 5}, {"C", 6}, {"D", 255}};
        _cleanup_(format_freep) Format *format = make_field("u8 enum=A,B:5,C,D:0xff");
        const Field *field = &format->fields[0];

        assert_int_equal(field->labels_kind, LABELS_ENUM);
        assert_int_equal(field->n_labels, ELEMENTS(expected));
        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                assert_string_equal(field->labels[i].name, expected[i].name);
                assert_int_equal(field->labels[i].number, expected[i].number);
        }
}

static void test_labels_fit_the_type(void **state) {
        expect_bad("u8 enum=A:256", "A: the numbers of u8 end at 255");
        expect_bad("i8 names=A:128", "A: the numbers of i8 end at 127");
        expect_bad("u8 enum=A:255,B", "B: the numbers of u8 end at 255");
        expect_bad("u8 bits=A:8", "A: the bits of u8 end at 7");
        expect_bad("u32 bits=A:31,B", "B: the bits of u32 end at 31");
        expect_bad("u8 enum=A:99999999999999999999", "A: the numbers of u8 end at 255");
}

static void test_labels_have_names_and_numbers_of_their_own(void **state) {
        expect_bad("u8 enum=A,a", "a is named twice");
        expect_bad("u8 enum=A:1,B:1", "A and B both mean 1");
        expect_bad("u8 enum=A,,B", "\"\" cannot be a name here");
        expect_bad("u8 enum=", "\"\" cannot be a name here");
        expect_bad("u8 enum=5", "\"5\" cannot be a name here");
        expect_bad("u8 bits=A|B", "\"A|B\" cannot be a name here");
        expect_bad("u8 enum=A:", "\"\" is not a number for A");
        expect_bad("u8 enum=A:x", "\"x\" is not a number for A");
}

static void test_offset_count_and_endian_are_checked(void **state) {
        expect_bad("u8 offset=x", "offset: \"x\" is not a number");
        expect_bad("u8 offset=2e12", "offset: 2e+12 is not between -1e+12 and 1e+12");
        expect_bad("u8 scale=1e-9 offset=1e9",
                "offset: with this scale it needs more digits than a number has");
        expect_bad("u16 endian=middle", "endian: \"middle\" is neither big nor little");
        expect_bad("u8 endian=big", "endian: u8 is one byte");
        expect_bad("u16 count=0", "count: \"0\" is not a number of elements from 1 to 256");
        expect_bad(
                "u8 count_max=513", "count_max: \"513\" is not a number of elements from 1 to 512");
        expect_bad("f64 count=-1", "count: \"-1\" is not a number of elements from 1 to 64");
        expect_bad("u8 count=2 count_max=3", "count and count_max exclude each other");
        expect_bad("u8 bits=A count=2", "bits and count exclude each other");
        expect_bad("u8 enum=A offset=1", "enum and offset exclude each other");
        expect_bad("u8 count=2 default=1", "default: 1 element, needs 2");
        expect_bad("u8 count=2 default=1,256", "default[1]: 256 is above its maximum 255");
        expect_bad("f32 max=3.14159265359", "max: 3.14159265359 is rounded by f32; the nearest is "
                                            "3.1415927");
        expect_bad("medfloat16 min=0.12345", "min: 0.12345 is rounded by medfloat16; the nearest "
                                             "is 0.1235");
        expect_bad("utf8 json=yes default=", "default: is not JSON: it is empty");
        expect_bad("utf8 json=often", "json: \"often\" is neither yes nor no");
}

static void test_bounds_of_64_bits_are_exact(void **state) {
        _cleanup_(format_freep) Format *format =
                make_field("u64 min=18446744073709551613 max=18446744073709551614");

        assert_true(format->fields[0].raw_min.magnitude == UINT64_MAX - 2);
        assert_true(format->fields[0].raw_max.magnitude == UINT64_MAX - 1);
        expect_bad("u64 max=18446744073709551616",
                "max: 1.84467440737e+19 is outside what u64 holds here, 0 to 18446744073709551615");
        expect_bad("i64 min=-9223372036854775809", "min: -9.22337203685e+18 is outside what i64 "
                                                   "holds here, -9223372036854775808 to "
                                                   "9223372036854775807");
}

static void test_labels_of_signed_and_wide_types(void **state) {
        _cleanup_(format_freep) Format *format = make_field("i16 enum=LOW:-2,NONE,OK,HIGH:300");
        _cleanup_(format_freep) Format *wide = make_field("u64 names=UNKNOWN:0xffffffffffffffff");
        const Field *field = &format->fields[0];

        assert_int_equal(field->labels[0].number, (uint64_t)-2);
        assert_int_equal(field->labels[1].number, (uint64_t)-1);
        assert_int_equal(field->labels[2].number, 0);
        assert_true(field->min == -2 && field->max == 300);
        assert_int_equal(wide->fields[0].labels[0].number, UINT64_MAX);
        expect_bad("i8 names=A:-129", "A: the numbers of i8 begin at -128");
        expect_bad("u8 names=A:-1", "A: the numbers of u8 begin at 0");
        expect_bad("u64 bits=A:64", "A: the bits of u64 end at 63");
        expect_bad("u64 names=A:0xffffffffffffffff,B",
                "B: the numbers of u64 end at 18446744073709551615");
        expect_bad("u8 bits=A:0-8", "A: \"8\" is not a bit from 0 to 7");
        expect_bad("u8 bits=A:3-2", "A: \"2\" is not a bit from 3 to 7");
        expect_bad("u8 bits=A:3-", "A: \"\" is not a bit from 3 to 7");
        expect_bad("u8 bits=A:-3", "A: the bits of u8 begin at 0");
        expect_bad("u8 bits=A:0-3,B:2-5", "A and B both mean 2");
        expect_bad("u8 bits=A:5-7,B", "B: the bits of u8 end at 7");
        expect_bad("u8 bits=A=1", "\"A=1\" cannot be a name here");
        expect_bad("i8 names=A:-1,B:-1", "A and B both mean -1");
}

static void test_unknown_words_are_named(void **state) {
        expect_bad("u7",
                "unknown type \"u7\": u8 u16 u24 u32 u48 u64 i8 i16 i24 i32 i48 i64 bool f32 "
                "f64 medfloat16 medfloat32 utf8 bytes or pad N");
        expect_bad("", "unknown type \"\": u8 u16 u24 u32 u48 u64 i8 i16 i24 i32 i48 i64 bool f32 "
                       "f64 medfloat16 medfloat32 utf8 bytes or pad N");
        expect_bad("sint16 scale=0.1", "unknown type \"sint16\"; did you mean \"i16\"?");
        expect_bad("SFLOAT", "unknown type \"SFLOAT\"; did you mean \"medfloat16\"?");
        expect_bad("string", "unknown type \"string\"; did you mean \"utf8\"?");
        expect_bad("u8 scala=0.1", "unknown attribute \"scala\"; known: scale offset min max "
                                   "unit default clamp size size_max enum names bits endian count "
                                   "count_max json");
        expect_bad("u8 0.1", "\"0.1\" is not of the form attribute=value");
        expect_bad("u8 max=1 max=2", "max is given twice");
        expect_bad("u8 clamp=maybe", "clamp: \"maybe\" is neither yes nor no");
}

static void test_an_attribute_must_fit_the_type(void **state) {
        expect_bad("utf8 scale=0.1", "scale does not fit the type utf8");
        expect_bad("bytes min=1", "min does not fit the type bytes");
        expect_bad("utf8 size=5", "size does not fit the type utf8");
        expect_bad("u8 size=1", "size does not fit the type u8");
        expect_bad("i16 bits=A", "bits does not fit the type i16");
        expect_bad("pad 2 default=0", "default does not fit the type pad");
        expect_bad("utf8 unit=m", "unit does not fit the type utf8");
        expect_bad("f32 scale=0.1", "scale does not fit the type f32");
        expect_bad("medfloat16 offset=1", "offset does not fit the type medfloat16");
        expect_bad("f64 enum=A", "enum does not fit the type f64");
        expect_bad("bool min=0", "min does not fit the type bool");
        expect_bad("bool endian=big", "endian does not fit the type bool");
        expect_bad("bytes json=yes", "json does not fit the type bytes");
        expect_bad("utf8 count=2", "count does not fit the type utf8");
        expect_bad("bytes endian=big", "endian does not fit the type bytes");
}

static void test_attributes_must_not_contradict(void **state) {
        expect_bad("bytes size=1 size_max=2", "size and size_max exclude each other");
        expect_bad("u8 enum=A names=B", "enum and names exclude each other");
        expect_bad("u8 enum=A max=1", "enum and max exclude each other");
        expect_bad("u8 bits=A scale=0.1", "bits and scale exclude each other");
        expect_bad("u8 bits=A clamp=yes", "bits and clamp exclude each other");
}

static void test_lengths_are_checked(void **state) {
        expect_bad("pad", "pad: \"\" is not a number of bytes from 1 to 512");
        expect_bad("pad 0", "pad: \"0\" is not a number of bytes from 1 to 512");
        expect_bad("pad x", "pad: \"x\" is not a number of bytes from 1 to 512");
        expect_bad("pad 513", "pad: \"513\" is not a number of bytes from 1 to 512");
        expect_bad("bytes size=0", "size: \"0\" is not a number of bytes from 1 to 512");
        expect_bad("utf8 size_max=513", "size_max: \"513\" is not a number of bytes from 1 to 512");
}

static void test_text_may_fill_what_is_left(void **state) {
        static const Line lines[] = {{"a", "u32"}, {"b", "pad 8"}, {"c", "utf8"}};
        _cleanup_(format_freep) Format *format = make_format(lines, ELEMENTS(lines));

        assert_int_equal(format->fields[2].size_min, 0);
        assert_int_equal(format->fields[2].size_max, 500);
        assert_int_equal(format_size_max(format), VALUE_SIZE_MAX);
}

/* Adds to a format that has one field, and checks that this one is still all there is. */
static void expect_bad_second(
        const char *first, const char *name, const char *spec, const char *sentence) {
        _cleanup_(format_freep) Format *format = make_field(first);
        char why[FORMAT_WHY_SIZE] = "";

        assert_int_equal(format_add_field(&format, name, spec, why), -EINVAL);
        assert_string_equal(why, sentence);
        assert_int_equal(format->n_fields, 1);
}

static void test_a_name_comes_once(void **state) {
        expect_bad_second("u8", "x", "u16", "there already is a field x");
}

static void test_nothing_follows_a_field_of_variable_length(void **state) {
        expect_bad_second("utf8 size_max=4", "y", "u8", "stands behind x, whose length varies");
        expect_bad_second("bytes", "y", "u8", "stands behind x, whose length varies");
}

static void test_a_value_is_no_longer_than_512_bytes(void **state) {
        expect_bad_second("bytes size=511", "y", "u16",
                "does not fit: a value has at most 512 bytes, 511 are taken");
        expect_bad_second("pad 512", "y", "utf8",
                "does not fit: a value has at most 512 bytes, 512 are taken");
}

static void test_words_are_alike_but_for_case_and_dashes(void **state) {
        _cleanup_(format_freep) Format *format = make_field("UTF8 Size-Max=7");

        assert_int_equal(format->fields[0].size_max, 7);
}

static void test_spaces_in_the_wrong_place_are_explained(void **state) {
        const char form[] = "is not of the form attribute=value";
        static const struct {
                const char *spec, *word, *hint;
        } expected[] = {
                {"i16 scale = 0.1", "scale", "; no spaces around '='"},
                {"i16 scale =0.1", "scale", "; no spaces around '='"},
                {"i16 scale= 0.1", "0.1", "; no spaces around '='"},
                {"i16 =0.1", "=0.1", "; no spaces around '='"},
                {"u8 enum=OFF, ON", "ON", "; no spaces in a list"},
                {"u8 enum=OFF ,ON", ",ON", "; no spaces in a list"},
                {"u16 unit=per million", "million", "; a unit is one word"},
                {"u16 min=1 max", "max", "; no spaces around '='"},
                {"u16 min=1 3", "3", ""},
        };

        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                char sentence[FORMAT_WHY_SIZE];

                (void)snprintf(sentence, sizeof sentence, "\"%s\" %s%s", expected[i].word, form,
                        expected[i].hint);
                expect_bad(expected[i].spec, sentence);
        }
}

static void test_a_decimal_comma_is_explained(void **state) {
        expect_bad("i16 scale=0,1", "scale: \"0,1\" is not a number; write a decimal point");
        expect_bad("i16 default=22,5", "default: \"22,5\" is not a number; write a decimal point");
        expect_bad("i16 default=a,5", "default: \"a,5\" is not a number");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_each_type_has_its_size_and_range),
                cmocka_unit_test(test_all_attributes_of_a_number_are_set),
                cmocka_unit_test(test_a_decimal_scale_is_held_as_a_divisor),
                cmocka_unit_test(test_scale_is_checked),
                cmocka_unit_test(test_bounds_lie_inside_the_type_and_in_order),
                cmocka_unit_test(test_the_default_is_checked_and_not_clamped),
                cmocka_unit_test(test_without_a_default_zero_is_first_and_the_minimum_next),
                cmocka_unit_test(test_labels_count_on_from_the_one_before),
                cmocka_unit_test(test_labels_fit_the_type),
                cmocka_unit_test(test_labels_have_names_and_numbers_of_their_own),
                cmocka_unit_test(test_offset_count_and_endian_are_checked),
                cmocka_unit_test(test_bounds_of_64_bits_are_exact),
                cmocka_unit_test(test_labels_of_signed_and_wide_types),
                cmocka_unit_test(test_unknown_words_are_named),
                cmocka_unit_test(test_an_attribute_must_fit_the_type),
                cmocka_unit_test(test_attributes_must_not_contradict),
                cmocka_unit_test(test_lengths_are_checked),
                cmocka_unit_test(test_text_may_fill_what_is_left),
                cmocka_unit_test(test_a_name_comes_once),
                cmocka_unit_test(test_nothing_follows_a_field_of_variable_length),
                cmocka_unit_test(test_a_value_is_no_longer_than_512_bytes),
                cmocka_unit_test(test_words_are_alike_but_for_case_and_dashes),
                cmocka_unit_test(test_spaces_in_the_wrong_place_are_explained),
                cmocka_unit_test(test_a_decimal_comma_is_explained),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
