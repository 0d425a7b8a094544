/* When the handles of the profile are given up, and when not. */
#include "core/handle-pins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void test_a_profile_without_handles_has_none(void **state) {
        HandlePins pins;

        handle_pins_init(&pins, false, 1);
        assert_false(handle_pins_set(&pins));
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_TRY_AGAIN);
        assert_int_equal(handle_pins_give_up(&pins, false), HANDLE_PINS_TRY_AGAIN);
        handle_pins_renew(&pins);
        assert_false(handle_pins_set(&pins));
}

static void test_the_last_try_gives_them_up_once(void **state) {
        HandlePins pins;

        handle_pins_init(&pins, true, 3);
        assert_true(handle_pins_set(&pins));
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_TRY_AGAIN);
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_TRY_AGAIN);
        assert_true(handle_pins_set(&pins));
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_GIVEN_UP);
        assert_false(handle_pins_set(&pins));
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_TRY_AGAIN);
        assert_int_equal(handle_pins_give_up(&pins, false), HANDLE_PINS_TRY_AGAIN);
}

static void test_a_new_table_begins_with_them(void **state) {
        HandlePins pins;

        handle_pins_init(&pins, true, 2);
        (void)handle_pins_refused(&pins, false);
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_GIVEN_UP);
        handle_pins_renew(&pins);
        assert_true(handle_pins_set(&pins));
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_TRY_AGAIN);
        assert_true(handle_pins_set(&pins));
        /* And counts the tries anew. */
        handle_pins_renew(&pins);
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_TRY_AGAIN);
        assert_int_equal(handle_pins_refused(&pins, false), HANDLE_PINS_GIVEN_UP);
}

static void test_where_they_are_needed_they_are_kept(void **state) {
        HandlePins pins;

        handle_pins_init(&pins, true, 2);
        assert_int_equal(handle_pins_refused(&pins, true), HANDLE_PINS_TRY_AGAIN);
        assert_int_equal(handle_pins_refused(&pins, true), HANDLE_PINS_NEEDED);
        /* Said once. */
        for (int i = 0; i < 5; i++)
                assert_int_equal(handle_pins_refused(&pins, true), HANDLE_PINS_TRY_AGAIN);
        assert_true(handle_pins_set(&pins));
        assert_int_equal(handle_pins_give_up(&pins, true), HANDLE_PINS_NEEDED);
        assert_true(handle_pins_set(&pins));
        assert_int_equal(handle_pins_give_up(&pins, false), HANDLE_PINS_GIVEN_UP);
        assert_false(handle_pins_set(&pins));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_profile_without_handles_has_none),
                cmocka_unit_test(test_the_last_try_gives_them_up_once),
                cmocka_unit_test(test_a_new_table_begins_with_them),
                cmocka_unit_test(test_where_they_are_needed_they_are_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
