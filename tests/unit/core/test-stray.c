/* Whether a central may have come by an advertisement that has been replaced since. */
#include "core/stray.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW 1000

static void test_who_comes_and_leaves_by_the_same_is_none(void **state) {
        Stray s = {0};

        stray_registered(&s, false, NOW);
        assert_false(stray_set_centrals(&s, 1, NOW));
        assert_false(stray_set_centrals(&s, 2, NOW));
        assert_false(stray_set_centrals(&s, 1, NOW));
        assert_false(stray_set_centrals(&s, 0, NOW));
}

static void test_who_was_there_when_one_was_registered_is_one(void **state) {
        Stray s = {0};

        assert_false(stray_set_centrals(&s, 1, NOW));
        stray_registered(&s, false, NOW);
        assert_false(stray_set_centrals(&s, 1, NOW));
        assert_true(stray_set_centrals(&s, 0, NOW));
        /* The next one comes by what was registered then. */
        stray_registered(&s, true, NOW);
        assert_false(stray_set_centrals(&s, 1, NOW + STRAY_USEC));
        assert_false(stray_set_centrals(&s, 0, NOW + STRAY_USEC));
}

static void test_of_several_each_is_one(void **state) {
        Stray s = {0};

        (void)stray_set_centrals(&s, 2, NOW);
        stray_registered(&s, true, NOW);
        assert_false(stray_set_centrals(&s, 3, NOW + STRAY_USEC));
        assert_true(stray_set_centrals(&s, 2, NOW + STRAY_USEC));
        assert_true(stray_set_centrals(&s, 1, NOW + STRAY_USEC));
        assert_true(stray_set_centrals(&s, 0, NOW + STRAY_USEC));
}

static void test_who_comes_right_after_another_was_replaced_may_be_one(void **state) {
        Stray s = {0};

        stray_registered(&s, true, NOW);
        assert_false(stray_set_centrals(&s, 1, NOW + STRAY_USEC - 1));
        assert_true(stray_set_centrals(&s, 0, NOW + STRAY_USEC));
        assert_false(stray_set_centrals(&s, 1, NOW + STRAY_USEC));
        assert_false(stray_set_centrals(&s, 0, NOW + STRAY_USEC));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_who_comes_and_leaves_by_the_same_is_none),
                cmocka_unit_test(test_who_was_there_when_one_was_registered_is_one),
                cmocka_unit_test(test_of_several_each_is_one),
                cmocka_unit_test(test_who_comes_right_after_another_was_replaced_may_be_one),
        };

        return cmocka_run_group_tests_name("stray", tests, NULL, NULL);
}
