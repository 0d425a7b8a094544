/* The number in a text, as sensors write it. */
#include "sense/reading.h"

#include "util/cleanup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define W1_SLAVE "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=-1250\n"
#define MEMINFO  "MemTotal:       16384 kB\nMemFree:  512 kB\nMemAvailable:   8192 kB\n"

static int parse(double *ret, const char *text, const char *match) {
        regex_t compiled;
        int r;

        if (!match)
                return reading_parse(ret, text, NULL);
        assert_int_equal(reading_compile(&compiled, match), 0);
        r = reading_parse(ret, text, &compiled);
        regfree(&compiled);
        return r;
}

static void expect(const char *text, const char *match, double expected) {
        double value = 0;

        assert_int_equal(parse(&value, text, match), 0);
        if (value != expected)
                fail_msg("'%s' gives %g, not %g", text, value, expected);
}

static void expect_outcome(const char *text, const char *match, int outcome) {
        double value = 7;

        assert_int_equal(parse(&value, text, match), outcome);
        assert_true(value == 7);
}

static void test_a_file_of_sysfs_is_one_number(void **state) {
        expect("48312\n", NULL, 48312);
        expect("-1500\n", NULL, -1500);
        expect("0\n", NULL, 0);
}

static void test_a_number_may_have_sign_point_and_exponent(void **state) {
        expect("+3.25", NULL, 3.25);
        expect("-.5", NULL, -0.5);
        expect("5.", NULL, 5);
        expect("1e3", NULL, 1000);
        expect("1.5E-3", NULL, 0.0015);
}

static void test_what_follows_a_number_does_not_matter(void **state) {
        expect("21.5C", NULL, 21.5);
        expect("512kB", NULL, 512);
        expect("3e", NULL, 3);
        expect("3exact", NULL, 3);
        expect("1.2.3", NULL, 1.2);
        expect("0.12 0.34 0.56 1/93 20699\n", NULL, 0.12);
}

static void test_a_number_inside_of_a_word_is_none(void **state) {
        expect("temp1: 23\n", NULL, 23);
        expect("cpu0_2 7", NULL, 7);
        expect("BME-280 is at 4", NULL, 4);
        expect("x=-4", NULL, -4);
}

static void test_hexadecimal_is_none(void **state) {
        expect("0x1f 9", NULL, 9);
        expect_outcome("0X10", NULL, READING_E_NUMBER);
}

static void test_the_number_is_in_what_the_group_has_matched(void **state) {
        expect(MEMINFO, "MemAvailable:(.*)", 8192);
        expect(MEMINFO, "^MemFree: +([0-9]+) kB$", 512);
        expect(W1_SLAVE, "t=(.*)", -1250);
        expect("T23.5H40", "T(.*)H", 23.5);
        expect("T23.5H40", "H(.*)", 40);
        expect("a-5", "a(.*)", -5);
        expect("123456", "..(..)", 34);
        expect("7 of 9 (red)", "of ([0-9]) \\(red\\)", 9);
}

static void test_the_first_of_two_matches_is_taken(void **state) {
        expect("t=1 t=2", "t=([0-9])", 1);
        expect("t=1\nt=2\n", "^t=(.*)$", 1);
        expect("one=x\none=5\n", "one=([0-9]+)", 5);
}

static void test_a_match_ends_with_its_line(void **state) {
        expect_outcome("t=\n5\n", "t=(.*)", READING_E_NUMBER);
        expect("t=\n5\n", "t=[[:space:]]*([0-9])", 5);
}

static void test_what_matches_nothing_is_told_apart(void **state) {
        expect_outcome(MEMINFO, "MemAvailable: ;(.*)", READING_E_MATCH);
        expect_outcome("", "t=(.*)", READING_E_MATCH);
        expect_outcome("b", "(a)|b", READING_E_MATCH); /* the group is in the other branch */
        expect_outcome("t=", "t=(.*)", READING_E_NUMBER);
        expect_outcome("5 t=\n", "t=(.*)", READING_E_NUMBER);
}

static void test_an_expression_has_one_group(void **state) {
        static const char *const wrong[] = {"", "t=", "(a)(b)", "((a))", "(", "[a", "*(a){2,1}"};
        regex_t compiled;

        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_int_equal(reading_compile(&compiled, wrong[i]), -EINVAL);
}

static void test_a_text_without_a_number(void **state) {
        expect_outcome("", NULL, READING_E_NUMBER);
        expect_outcome("\n", NULL, READING_E_NUMBER);
        expect_outcome("nan", NULL, READING_E_NUMBER);
        expect_outcome("-inf", NULL, READING_E_NUMBER);
        expect_outcome("+-.e", NULL, READING_E_NUMBER);
        expect_outcome("none\n", NULL, READING_E_NUMBER);
}

static void test_a_number_that_no_double_holds(void **state) {
        char digits[200];

        expect_outcome("1e999", NULL, READING_E_NUMBER);
        memset(digits, '9', sizeof(digits) - 1);
        digits[sizeof(digits) - 1] = '\0';
        expect_outcome(digits, NULL, READING_E_NUMBER);
}

static void test_bytes_above_7f_are_no_digits(void **state) {
        expect("\xc2\xb0"
               "C 5",
                NULL, 5);
        expect("\xff\xff 6", NULL, 6);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_file_of_sysfs_is_one_number),
                cmocka_unit_test(test_a_number_may_have_sign_point_and_exponent),
                cmocka_unit_test(test_what_follows_a_number_does_not_matter),
                cmocka_unit_test(test_a_number_inside_of_a_word_is_none),
                cmocka_unit_test(test_hexadecimal_is_none),
                cmocka_unit_test(test_the_number_is_in_what_the_group_has_matched),
                cmocka_unit_test(test_the_first_of_two_matches_is_taken),
                cmocka_unit_test(test_a_match_ends_with_its_line),
                cmocka_unit_test(test_what_matches_nothing_is_told_apart),
                cmocka_unit_test(test_an_expression_has_one_group),
                cmocka_unit_test(test_a_text_without_a_number),
                cmocka_unit_test(test_a_number_that_no_double_holds),
                cmocka_unit_test(test_bytes_above_7f_are_no_digits),
        };

        return cmocka_run_group_tests_name("sense-reading", tests, NULL, NULL);
}
