/* Ages and counts in few characters. */
#include "ctl/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_age(double seconds, const char *expected) {
        char text[TEXT_AGE_SIZE];

        text_age(text, seconds);
        assert_string_equal(text, expected);
}

static void test_ages(void **state) {
        assert_age(0, "0.0s");
        assert_age(0.99, "0.9s");
        assert_age(9.99, "9.9s");
        assert_age(10.5, "10s");
        assert_age(119.9, "119s");
        assert_age(120, "2min");
        assert_age(7199, "119min");
        assert_age(7200, "2h");
        assert_age(47.9 * 3600, "47h");
        assert_age(48 * 3600, "2d");
        assert_age(3e9, "34722d");
}

static void assert_count(json_int_t count, const char *expected) {
        char text[TEXT_COUNT_SIZE];

        text_count(text, count);
        assert_string_equal(text, expected);
}

static void test_counts(void **state) {
        assert_count(0, "0");
        assert_count(99999, "99999");
        assert_count(100000, "100k");
        assert_count(9999999, "9999k");
        assert_count(10000000, "10M");
        assert_count(9999999999, "9999M");
        assert_count(10000000000, "10G");
        assert_count(INT64_MAX, "9223372036G");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ages),
                cmocka_unit_test(test_counts),
        };

        return cmocka_run_group_tests_name("ctl-text", tests, NULL, NULL);
}
