/* When a source is due; the clock is set by hand. */
#include "sense/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_it_is_due_at_once_and_then_each_interval(void **state) {
        Schedule s;

        schedule_start(&s, 100, 1000);
        assert_true(schedule_take(&s, 1000));
        assert_false(schedule_take(&s, 1000));
        assert_false(schedule_take(&s, 1099));
        assert_true(schedule_take(&s, 1100));
        assert_int_equal(s.due_usec, 1200);
}

static void test_it_is_not_due_before_its_start(void **state) {
        Schedule s;

        schedule_start(&s, 100, 1000);
        assert_false(schedule_take(&s, 999));
}

static void test_being_late_does_not_move_what_follows(void **state) {
        Schedule s;

        schedule_start(&s, 100, 1000);
        assert_true(schedule_take(&s, 1030));
        assert_int_equal(s.due_usec, 1100);
}

static void test_what_was_missed_is_not_made_up_for(void **state) {
        Schedule s;

        schedule_start(&s, 100, 1000);
        assert_true(schedule_take(&s, 1000));
        assert_true(schedule_take(&s, 5555));
        assert_false(schedule_take(&s, 5599));
        assert_int_equal(s.due_usec, 5600);
}

static void test_two_intervals_meet_where_one_is_twice_the_other(void **state) {
        Schedule slow, fast;
        unsigned together = 0;

        schedule_start(&slow, 200, 0);
        schedule_start(&fast, 100, 0);
        for (uint64_t now = 0; now <= 1000; now += 50) {
                bool slow_due = schedule_take(&slow, now), fast_due = schedule_take(&fast, now);

                assert_true(fast_due || !slow_due);
                together += slow_due && fast_due;
        }
        assert_int_equal(together, 6);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_it_is_due_at_once_and_then_each_interval),
                cmocka_unit_test(test_it_is_not_due_before_its_start),
                cmocka_unit_test(test_being_late_does_not_move_what_follows),
                cmocka_unit_test(test_what_was_missed_is_not_made_up_for),
                cmocka_unit_test(test_two_intervals_meet_where_one_is_twice_the_other),
        };

        return cmocka_run_group_tests_name("sense-schedule", tests, NULL, NULL);
}
