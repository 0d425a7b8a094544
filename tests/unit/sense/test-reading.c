/* The number in a text, as sensors write it. */
#include "sense/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define W1_SLAVE "50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=-1250\n"
#define MEMINFO  "MemTotal:       16384 kB\nMemFree:  512 kB\nMemAvailable:   8192 kB\n"

static void expect(const char *text, const char *find, double expected) {
        double value = 0;

        assert_int_equal(reading_parse(&value, text, find), 0);
        if (value != expected)
                fail_msg("'%s' gives %g, not %g", text, value, expected);
}

static void expect_outcome(const char *text, const char *find, int outcome) {
        double value = 7;

        assert_int_equal(reading_parse(&value, text, find), outcome);
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

static void test_find_takes_the_number_behind_a_text(void **state) {
        expect(MEMINFO, "MemAvailable:", 8192);
        expect(W1_SLAVE, "t=", -1250);
        expect("T23.5H40", "T", 23.5);
        expect("T23.5H40", "H", 40);
        expect("a-5", "a", -5);
}

static void test_find_takes_the_first_of_two(void **state) {
        expect("t=1 t=2", "t=", 1);
}

static void test_a_text_that_is_not_there_is_told_apart(void **state) {
        expect_outcome(MEMINFO, "MemAvailable: ;", READING_E_FIND);
        expect_outcome("", "t=", READING_E_FIND);
        expect_outcome("t=", "t=", READING_E_NUMBER);
        expect_outcome("5 t=\n", "t=", READING_E_NUMBER);
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
                cmocka_unit_test(test_find_takes_the_number_behind_a_text),
                cmocka_unit_test(test_find_takes_the_first_of_two),
                cmocka_unit_test(test_a_text_that_is_not_there_is_told_apart),
                cmocka_unit_test(test_a_text_without_a_number),
                cmocka_unit_test(test_a_number_that_no_double_holds),
                cmocka_unit_test(test_bytes_above_7f_are_no_digits),
        };

        return cmocka_run_group_tests_name("sense-reading", tests, NULL, NULL);
}
