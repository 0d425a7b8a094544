/* The token bucket. The time is set by hand. */
#include "core/bucket.h"
#include "random.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Bucket make_bucket(double per_second, unsigned burst) {
        Bucket bucket;

        bucket_init(&bucket, (Rate){.per_second = per_second, .burst = burst});
        return bucket;
}

static void take(Bucket *bucket, unsigned n, uint64_t now) {
        while (n-- > 0) {
                assert_int_equal(bucket_ready_usec(bucket, now), now);
                bucket_take(bucket, now);
        }
}

static void test_without_a_rate_there_is_always_one(void **state) {
        Bucket bucket = make_bucket(0, 1);

        take(&bucket, 100000, 5);
}

static void test_the_burst_goes_at_once_and_no_more(void **state) {
        Bucket bucket = make_bucket(10, 3);

        take(&bucket, 3, 1000);
        assert_int_equal(bucket_ready_usec(&bucket, 1000), 1000 + USEC_PER_SEC / 10);
}

static void test_it_is_full_whenever_it_begins(void **state) {
        Bucket bucket = make_bucket(0.001, 2);

        take(&bucket, 2, UINT64_C(1) << 60);
}

static void test_another_rate_takes_over_what_was_taken(void **state) {
        Bucket bucket = make_bucket(10, 4);

        take(&bucket, 3, 1000);
        bucket_set_rate(&bucket, (Rate){.per_second = 1, .burst = 100}, 1000);
        take(&bucket, 1, 1000);
        assert_int_equal(bucket_ready_usec(&bucket, 1000), 1000 + USEC_PER_SEC);
}

static void test_a_smaller_burst_is_the_most_that_is_left(void **state) {
        Bucket bucket = make_bucket(10, 4);

        bucket_set_rate(&bucket, (Rate){.per_second = 1, .burst = 2}, 1000);
        take(&bucket, 2, 1000);
        assert_int_equal(bucket_ready_usec(&bucket, 1000), 1000 + USEC_PER_SEC);
}

static void test_the_first_rate_finds_the_bucket_full(void **state) {
        Bucket bucket = make_bucket(0, 1);

        take(&bucket, 50, 1000);
        bucket_set_rate(&bucket, (Rate){.per_second = 1, .burst = 1}, 1000);
        take(&bucket, 1, 1000);
        assert_int_equal(bucket_ready_usec(&bucket, 1000), 1000 + USEC_PER_SEC);
}

static void test_tokens_come_back_with_time(void **state) {
        Bucket bucket = make_bucket(4, 2);

        take(&bucket, 2, 0);
        assert_int_equal(bucket_ready_usec(&bucket, 100000), 250000);
        take(&bucket, 1, 250000);
        assert_int_equal(bucket_ready_usec(&bucket, 250000), 500000);
        take(&bucket, 2, 750000);
        assert_int_equal(bucket_ready_usec(&bucket, 750000), 1000000);
}

static void test_never_more_than_the_burst_is_saved(void **state) {
        Bucket bucket = make_bucket(100, 5);
        uint64_t now = 3600 * USEC_PER_SEC;

        take(&bucket, 5, 0);
        take(&bucket, 5, now);
        assert_true(bucket_ready_usec(&bucket, now) > now);
}

/* A timer set to what it says finds a token, or it would be set again and again. */
static void test_what_it_promises_it_keeps(void **state) {
        Random random = {11};

        for (unsigned i = 0; i < 20000; i++) {
                Bucket bucket = make_bucket((1 + random_below(&random, 10000000)) / 1000.,
                        1 + random_below(&random, 9));
                uint64_t now = ((uint64_t)random_below(&random, 1U << 30) << 20) + 7;

                while (bucket_ready_usec(&bucket, now) == now)
                        bucket_take(&bucket, now);
                now = bucket_ready_usec(&bucket, now);
                assert_int_equal(bucket_ready_usec(&bucket, now), now);
        }
}

static void test_over_a_long_time_the_rate_holds(void **state) {
        Random random = {3};
        Bucket bucket = make_bucket(15, 30);
        uint64_t now = 0;
        unsigned n = 0;

        while (now < 600 * USEC_PER_SEC) {
                now += random_below(&random, 50000);
                for (; bucket_ready_usec(&bucket, now) == now; n++)
                        bucket_take(&bucket, now);
        }
        assert_in_range(n, 600 * 15, 600 * 15 + 31);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_without_a_rate_there_is_always_one),
                cmocka_unit_test(test_the_burst_goes_at_once_and_no_more),
                cmocka_unit_test(test_it_is_full_whenever_it_begins),
                cmocka_unit_test(test_another_rate_takes_over_what_was_taken),
                cmocka_unit_test(test_a_smaller_burst_is_the_most_that_is_left),
                cmocka_unit_test(test_the_first_rate_finds_the_bucket_full),
                cmocka_unit_test(test_tokens_come_back_with_time),
                cmocka_unit_test(test_never_more_than_the_burst_is_saved),
                cmocka_unit_test(test_what_it_promises_it_keeps),
                cmocka_unit_test(test_over_a_long_time_the_rate_holds),
        };

        return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
