/* Integers, hex, UTF-8, and what is fit to be shown. */
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_put_le_writes_the_low_byte_first(void **state) {
        uint8_t out[5] = {0xee, 0xee, 0xee, 0xee, 0xee};
        const uint8_t three[] = {0x56, 0x34, 0x12, 0xee, 0xee};
        const uint8_t four[] = {0xef, 0xbe, 0xad, 0xde, 0xee};

        bytes_put_le(out, 3, 0x99123456);
        assert_memory_equal(out, three, sizeof three);
        bytes_put_le(out, 4, 0xdeadbeef);
        assert_memory_equal(out, four, sizeof four);
}

static void test_get_le_reads_what_put_le_wrote(void **state) {
        const uint8_t in[] = {0xef, 0xbe, 0xad, 0xde};

        assert_int_equal(bytes_get_le(in, 1), 0xef);
        assert_int_equal(bytes_get_le(in, 2), 0xbeef);
        assert_true(bytes_get_le(in, 4) == 0xdeadbeef);
}

static void test_eight_bytes_hold_64_bits_in_either_order(void **state) {
        const uint8_t little[] = {0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x81};
        const uint8_t big[] = {0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
        uint8_t out[8];

        bytes_put_le(out, 8, 0x8102030405060708);
        assert_memory_equal(out, little, sizeof little);
        bytes_put_be(out, 8, 0x8102030405060708);
        assert_memory_equal(out, big, sizeof big);
        assert_true(bytes_get_le(little, 8) == 0x8102030405060708);
        assert_true(bytes_get_be(big, 8) == 0x8102030405060708);
        assert_true(bytes_get_be(big, 3) == 0x810203);
        bytes_put_be(out, 2, 0x990203);
        assert_memory_equal(out, "\x02\x03\x03", 3);
}

static void test_hex_is_lower_case_and_terminated(void **state) {
        const uint8_t data[] = {0x00, 0xa5, 0xff};
        char out[8] = "zzzzzzz";

        bytes_to_hex(out, data, sizeof data);
        assert_string_equal(out, "00a5ff");
        bytes_to_hex(out, data, 0);
        assert_string_equal(out, "");
}

static void test_from_hex_takes_either_case_and_single_spaces(void **state) {
        const uint8_t expected[] = {0xc2, 0x01, 0xe1, 0xab};
        uint8_t out[4];
        size_t size = 0;

        assert_int_equal(bytes_from_hex(out, sizeof out, "c2 01E1 aB", &size), 0);
        assert_int_equal(size, 4);
        assert_memory_equal(out, expected, sizeof expected);
        assert_int_equal(bytes_from_hex(out, sizeof out, "", &size), 0);
        assert_int_equal(size, 0);
}

static void test_from_hex_refuses_what_is_not_whole_bytes(void **state) {
        static const char *const bad[] = {"c", "c2 0", "c 2", "c2  01", " c2", "c2 ", "g0", "0g",
                "0x12", "c2,01", "\xc3\xa4"};
        uint8_t out[8];
        size_t size = 77;

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(bytes_from_hex(out, sizeof out, bad[i], &size), -EINVAL);
        assert_int_equal(size, 77);
}

static void test_from_hex_writes_no_further_than_its_room(void **state) {
        uint8_t out[3] = {0, 0, 0xee};
        size_t size = 77;

        assert_int_equal(bytes_from_hex(out, 2, "010203", &size), -EMSGSIZE);
        assert_int_equal(out[2], 0xee);
        assert_int_equal(size, 77);
        assert_int_equal(bytes_from_hex(out, 2, "0102", &size), 0);
        assert_int_equal(size, 2);
}

static bool is_utf8(const char *text) {
        return bytes_is_utf8((const uint8_t *)text, strlen(text));
}

static void test_utf8_takes_the_ends_of_each_length(void **state) {
        assert_true(is_utf8(""));
        assert_true(is_utf8("\x01\x7f"));
        assert_true(is_utf8("\xc2\x80\xdf\xbf"));
        assert_true(is_utf8("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
        assert_true(is_utf8("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
}

static void test_utf8_refuses_what_only_looks_like_it(void **state) {
        static const char *const bad[] = {
                "\x80",             /* nothing before a continuation */
                "\xc0\x80",         /* longer than needed */
                "\xc1\xbf",         /* likewise */
                "\xe0\x9f\xbf",     /* likewise */
                "\xf0\x8f\xbf\xbf", /* likewise */
                "\xed\xa0\x80",     /* a surrogate */
                "\xf4\x90\x80\x80", /* above 10ffff */
                "\xf5\x80\x80\x80", /* likewise */
                "\xff",             /* no first byte */
                "\xc3",             /* cut */
                "\xe2\x82",         /* cut */
                "\xe2(\xa1",        /* no continuation */
        };

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_false(is_utf8(bad[i]));
}

static void test_utf8_refuses_nul(void **state) {
        assert_false(bytes_is_utf8((const uint8_t *)"a\0b", 3));
}

static void test_utf8_does_not_read_behind_the_end(void **state) {
        /* The euro sign, of which only two bytes belong to the value. */
        assert_false(bytes_is_utf8((const uint8_t *)"\xe2\x82\xac", 2));
}

static void test_printable_replaces_control_characters(void **state) {
        char text[] = "a\nb\x1b[2J\x7f\t.";

        bytes_make_printable(text);
        assert_string_equal(text, "a?b?[2J??.");
}

static void test_printable_keeps_utf8_but_for_c1_controls(void **state) {
        char text[] = "21 \xc2\xb0"
                      "C \xc2\x9b"
                      "2J";

        bytes_make_printable(text);
        assert_string_equal(text, "21 \xc2\xb0"
                                  "C ??2J");
}

static void test_printable_replaces_high_bytes_of_what_is_not_utf8(void **state) {
        char text[] = "a\xff\xc2\xb0";

        bytes_make_printable(text);
        assert_string_equal(text, "a???");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_put_le_writes_the_low_byte_first),
                cmocka_unit_test(test_get_le_reads_what_put_le_wrote),
                cmocka_unit_test(test_eight_bytes_hold_64_bits_in_either_order),
                cmocka_unit_test(test_hex_is_lower_case_and_terminated),
                cmocka_unit_test(test_from_hex_takes_either_case_and_single_spaces),
                cmocka_unit_test(test_from_hex_refuses_what_is_not_whole_bytes),
                cmocka_unit_test(test_from_hex_writes_no_further_than_its_room),
                cmocka_unit_test(test_utf8_takes_the_ends_of_each_length),
                cmocka_unit_test(test_utf8_refuses_what_only_looks_like_it),
                cmocka_unit_test(test_utf8_refuses_nul),
                cmocka_unit_test(test_utf8_does_not_read_behind_the_end),
                cmocka_unit_test(test_printable_replaces_control_characters),
                cmocka_unit_test(test_printable_keeps_utf8_but_for_c1_controls),
                cmocka_unit_test(test_printable_replaces_high_bytes_of_what_is_not_utf8),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
