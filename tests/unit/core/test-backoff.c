#include "core/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_doubles_up_to_the_maximum(void **state) {
        Backoff b;

        backoff_init(&b, 500, 3000);
        assert_int_equal(backoff_next_usec(&b), 500);
        assert_int_equal(backoff_next_usec(&b), 1000);
        assert_int_equal(backoff_next_usec(&b), 2000);
        assert_int_equal(backoff_next_usec(&b), 3000);
        assert_int_equal(backoff_next_usec(&b), 3000);
}

static void test_starts_anew_after_a_success(void **state) {
        Backoff b;

        backoff_init(&b, 500, 3000);
        (void)backoff_next_usec(&b);
        (void)backoff_next_usec(&b);
        backoff_reset(&b);
        assert_int_equal(backoff_next_usec(&b), 500);
}

static void test_the_largest_maximum_does_not_overflow(void **state) {
        Backoff b;

        backoff_init(&b, UINT64_MAX / 2, UINT64_MAX);
        (void)backoff_next_usec(&b);
        assert_int_equal(backoff_next_usec(&b), UINT64_MAX);
        assert_int_equal(backoff_next_usec(&b), UINT64_MAX);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_doubles_up_to_the_maximum),
                cmocka_unit_test(test_starts_anew_after_a_success),
                cmocka_unit_test(test_the_largest_maximum_does_not_overflow),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
