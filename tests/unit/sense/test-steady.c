/* What counts as a change. The clock is set by hand. */
#include "sense/steady.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(Steady *s, double number, uint64_t now_usec, double expected) {
        double value = steady_take(s, number, now_usec);

        if (value != expected)
                fail_msg("%g at %d is %g, not %g", number, (int)now_usec, value, expected);
}

static void test_without_limits_every_number_counts(void **state) {
        Steady s;

        steady_init(&s, 0, 0);
        expect(&s, 1, 0, 1);
        expect(&s, 2, 0, 2);
        expect(&s, 2.0000001, 1, 2.0000001);
        assert_true(steady_due_usec(&s) == UINT64_MAX);
}

static void test_a_change_must_last(void **state) {
        Steady s;

        steady_init(&s, 10, 0);
        expect(&s, 1, 100, 1); /* the first one */
        expect(&s, 2, 103, 1);
        assert_true(steady_due_usec(&s) == 113);
        expect(&s, 2, 112, 1);
        expect(&s, 2, 113, 2);
        assert_true(steady_due_usec(&s) == UINT64_MAX);
}

static void test_a_change_back_is_none(void **state) {
        Steady s;

        steady_init(&s, 10, 0);
        expect(&s, 1, 0, 1);
        expect(&s, 2, 1, 1);
        expect(&s, 1, 5, 1);
        assert_true(steady_due_usec(&s) == UINT64_MAX);
        expect(&s, 2, 10, 1); /* lasts from here */
        expect(&s, 2, 19, 1);
        expect(&s, 2, 20, 2);
}

static void test_another_change_begins_anew(void **state) {
        Steady s;

        steady_init(&s, 10, 0);
        expect(&s, 1, 0, 1);
        expect(&s, 2, 1, 1);
        expect(&s, 3, 8, 1);
        assert_true(steady_due_usec(&s) == 18);
        expect(&s, 3, 12, 1);
        expect(&s, 3, 18, 3);
}

static void test_small_changes_are_measured_from_what_counts(void **state) {
        Steady s;

        steady_init(&s, 0, 1);
        expect(&s, 5, 0, 5);
        expect(&s, 5.9, 0, 5);
        expect(&s, 4.1, 0, 5);
        expect(&s, 5.6, 0, 5);
        expect(&s, 6, 0, 6); /* it has crept there */
        expect(&s, 5.5, 0, 6);
}

static void test_what_flickers_a_little_may_last_too(void **state) {
        Steady s;

        steady_init(&s, 10, 1);
        expect(&s, 5, 0, 5);
        expect(&s, 7, 1, 5);
        expect(&s, 7.3, 5, 5);
        expect(&s, 6.9, 11, 6.9);
}

static void test_what_is_forgotten_counts_at_once(void **state) {
        Steady s;

        steady_init(&s, 10, 1);
        expect(&s, 5, 0, 5);
        expect(&s, 7, 1, 5);
        steady_forget(&s);
        assert_true(steady_due_usec(&s) == UINT64_MAX);
        expect(&s, 5.5, 2, 5.5);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_without_limits_every_number_counts),
                cmocka_unit_test(test_a_change_must_last),
                cmocka_unit_test(test_a_change_back_is_none),
                cmocka_unit_test(test_another_change_begins_anew),
                cmocka_unit_test(test_small_changes_are_measured_from_what_counts),
                cmocka_unit_test(test_what_flickers_a_little_may_last_too),
                cmocka_unit_test(test_what_is_forgotten_counts_at_once),
        };

        return cmocka_run_group_tests_name("sense-steady", tests, NULL, NULL);
}
