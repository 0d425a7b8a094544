/* The clock: it is the monotonic one, in microseconds. */
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static void test_now_is_the_monotonic_clock_in_microseconds(void **state) {
        struct timespec before, after;
        uint64_t now;

        assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &before), 0);
        now = clock_now_usec();
        assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &after), 0);
        assert_true(
                now >= (uint64_t)before.tv_sec * USEC_PER_SEC + (uint64_t)before.tv_nsec / 1000);
        assert_true(now <= (uint64_t)after.tv_sec * USEC_PER_SEC + (uint64_t)after.tv_nsec / 1000);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_now_is_the_monotonic_clock_in_microseconds),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
