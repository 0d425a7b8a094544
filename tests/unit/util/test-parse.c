/* Text to values: what is taken, what is refused, and that a refusal writes nothing. */
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_unsigned_takes_decimal_and_hex(void **state) {
        uint64_t number = 0;

        assert_int_equal(parse_unsigned(&number, "0", 0, 10), 0);
        assert_true(number == 0);
        assert_int_equal(parse_unsigned(&number, "010", 0, 10), 0);
        assert_true(number == 10);
        assert_int_equal(parse_unsigned(&number, "0x8087", 0, 65535), 0);
        assert_true(number == 0x8087);
        assert_int_equal(parse_unsigned(&number, "18446744073709551615", 0, UINT64_MAX), 0);
        assert_true(number == UINT64_MAX);
}

static void test_unsigned_refuses_all_else(void **state) {
        static const char *const bad[] = {
                "", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x", "0xg", "x1", "1k"};
        uint64_t number = 77;

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(parse_unsigned(&number, bad[i], 0, UINT64_MAX), -EINVAL);
        assert_true(number == 77);
}

static void test_unsigned_keeps_to_its_range(void **state) {
        uint64_t number = 77;

        assert_int_equal(parse_unsigned(&number, "4", 5, 9), -ERANGE);
        assert_int_equal(parse_unsigned(&number, "10", 5, 9), -ERANGE);
        assert_int_equal(parse_unsigned(&number, "18446744073709551616", 0, UINT64_MAX), -ERANGE);
        assert_true(number == 77);
        assert_int_equal(parse_unsigned(&number, "5", 5, 9), 0);
        assert_int_equal(parse_unsigned(&number, "9", 5, 9), 0);
}

static void test_number_takes_decimal_numbers(void **state) {
        double number = 0;

        assert_int_equal(parse_number(&number, "-5.3"), 0);
        assert_true(number == -5.3);
        assert_int_equal(parse_number(&number, "1e3"), 0);
        assert_true(number == 1000);
        assert_int_equal(parse_number(&number, "+0.25E-1"), 0);
        assert_true(number == 0.025);
}

static void test_number_refuses_what_strtod_would_take(void **state) {
        static const char *const bad[] = {"", "nan", "inf", "-INF", "0x10", " 1", "1 ", "1,5", "e",
                "1e", "--1", "1.2.3", "-"};
        double number = 77;

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(parse_number(&number, bad[i]), -EINVAL);
        assert_int_equal(parse_number(&number, "1e999"), -ERANGE);
        assert_true(number == 77);
}

static void test_bool_takes_four_pairs_of_words(void **state) {
        static const char *const yes[] = {"yes", "true", "on", "1", "Yes", "TRUE"};
        static const char *const no[] = {"no", "false", "off", "0", "No", "OFF"};
        bool value;

        for (size_t i = 0; i < ELEMENTS(yes); i++) {
                value = false;
                assert_int_equal(parse_bool(&value, yes[i]), 0);
                assert_true(value);
        }
        for (size_t i = 0; i < ELEMENTS(no); i++) {
                value = true;
                assert_int_equal(parse_bool(&value, no[i]), 0);
                assert_false(value);
        }
}

static void test_bool_refuses_other_words(void **state) {
        bool value = true;

        assert_int_equal(parse_bool(&value, ""), -EINVAL);
        assert_int_equal(parse_bool(&value, "y"), -EINVAL);
        assert_int_equal(parse_bool(&value, "2"), -EINVAL);
        assert_int_equal(parse_bool(&value, "no "), -EINVAL);
        assert_true(value);
}

static void expect_usec(const char *text, uint64_t expected) {
        uint64_t usec = 77;

        assert_int_equal(parse_time_usec(&usec, text), 0);
        assert_true(usec == expected);
}

static void test_time_takes_each_unit(void **state) {
        expect_usec("7us", 7);
        expect_usec("250ms", 250 * USEC_PER_MSEC);
        expect_usec("1.5s", 1500 * USEC_PER_MSEC);
        expect_usec("2min", 120 * USEC_PER_SEC);
        expect_usec("24h", 86400 * USEC_PER_SEC);
        expect_usec("1e3ms", USEC_PER_SEC);
        expect_usec("0.1s", 100 * USEC_PER_MSEC);
}

static void test_time_needs_no_unit_for_zero(void **state) {
        expect_usec("0", 0);
        expect_usec("0s", 0);
}

static void test_time_refuses_a_missing_or_unknown_unit(void **state) {
        static const char *const bad[] = {
                "", "5", "s", "5 s", "5sec", "5S", "5s ", "5m", "1s500ms", "0x5s", "0d"};
        uint64_t usec = 77;

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(parse_time_usec(&usec, bad[i]), -EINVAL);
        assert_true(usec == 77);
}

static void test_time_refuses_what_it_cannot_hold(void **state) {
        uint64_t usec = 77;

        assert_int_equal(parse_time_usec(&usec, "-1s"), -ERANGE);
        assert_int_equal(parse_time_usec(&usec, "0.1us"), -ERANGE);
        assert_int_equal(parse_time_usec(&usec, "1e9h"), -ERANGE);
        assert_int_equal(parse_time_usec(&usec, "1e999s"), -ERANGE);
        assert_true(usec == 77);
}

static void test_size_takes_k_and_m(void **state) {
        uint64_t size = 0;

        assert_int_equal(parse_size(&size, "512"), 0);
        assert_true(size == 512);
        assert_int_equal(parse_size(&size, "64k"), 0);
        assert_true(size == 65536);
        assert_int_equal(parse_size(&size, "2M"), 0);
        assert_true(size == 2097152);
}

static void test_case_of_a_unit_of_size_does_not_matter(void **state) {
        uint64_t size = 0;

        assert_int_equal(parse_size(&size, "3K"), 0);
        assert_true(size == 3072);
        assert_int_equal(parse_size(&size, "1m"), 0);
        assert_true(size == 1048576);
}

static void test_size_refuses_all_else(void **state) {
        static const char *const bad[] = {"", "k", "M", "1G", "1.5k", "-1", "1kk", "1kM", "1 k"};
        uint64_t size = 77;

        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_int_equal(parse_size(&size, bad[i]), -EINVAL);
        assert_int_equal(parse_size(&size, "18446744073709551615k"), -ERANGE);
        assert_true(size == 77);
}

static void test_words_are_alike_but_for_case_and_dashes(void **state) {
        assert_true(parse_same_word("drop_oldest", "Drop-Oldest"));
        assert_true(parse_same_word("", ""));
        assert_false(parse_same_word("drop", "drop_oldest"));
        assert_false(parse_same_word("drop_oldest", "drop"));
        assert_false(parse_same_word("drop oldest", "drop-oldest"));
}

static void test_next_word_walks_through_white_space(void **state) {
        static const char *const expected[] = {"u16", "unit=ppm", "max=1"};
        const char *cursor = " u16\tunit=ppm \n max=1 ";

        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                _cleanup_free_ char *word = NULL;

                assert_int_equal(parse_next_word(&word, &cursor), 1);
                assert_string_equal(word, expected[i]);
        }
}

static void test_next_word_ends_with_none_left(void **state) {
        const char *cursor = "one  ";
        char untouched[] = "untouched";
        char *word = NULL;

        assert_int_equal(parse_next_word(&word, &cursor), 1);
        free(word);
        word = untouched;
        assert_int_equal(parse_next_word(&word, &cursor), 0);
        assert_ptr_equal(word, untouched);
        assert_int_equal(parse_next_word(&word, &cursor), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_unsigned_takes_decimal_and_hex),
                cmocka_unit_test(test_unsigned_refuses_all_else),
                cmocka_unit_test(test_unsigned_keeps_to_its_range),
                cmocka_unit_test(test_number_takes_decimal_numbers),
                cmocka_unit_test(test_number_refuses_what_strtod_would_take),
                cmocka_unit_test(test_bool_takes_four_pairs_of_words),
                cmocka_unit_test(test_bool_refuses_other_words),
                cmocka_unit_test(test_time_takes_each_unit),
                cmocka_unit_test(test_time_needs_no_unit_for_zero),
                cmocka_unit_test(test_time_refuses_a_missing_or_unknown_unit),
                cmocka_unit_test(test_time_refuses_what_it_cannot_hold),
                cmocka_unit_test(test_size_takes_k_and_m),
                cmocka_unit_test(test_case_of_a_unit_of_size_does_not_matter),
                cmocka_unit_test(test_size_refuses_all_else),
                cmocka_unit_test(test_words_are_alike_but_for_case_and_dashes),
                cmocka_unit_test(test_next_word_walks_through_white_space),
                cmocka_unit_test(test_next_word_ends_with_none_left),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
