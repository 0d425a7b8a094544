/* What is notified, and how: [queue], and the keys that a characteristic has beside it. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdlib.h>

#define NOTIFIED SERVICE "[characteristic a]\nuuid = 2A00\nflags = read notify\n" /* to line 5 */
#define QUEUE(policy)                                                                              \
        "[queue]\npolicy = " policy "\ndepth = 7\nput_timeout = 2s\nstall_after = 3s\n"            \
        "notify_on_subscribe = no\nnotify_on_change = yes\nmin_interval = 40ms\n"                  \
        "priority = high\noversize = drop\n"

static void expect_near(double value, double expected) {
        assert_true(value > expected - 1e-9 && value < expected + 1e-9);
}

static void test_each_key_has_its_default(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, NOTIFIED);
        expect_no_problem(f);
        c = find_characteristic(f, "a");
        assert_int_equal(c->unhandled, UNHANDLED_ACCEPT);
        assert_int_equal(c->verdict, VERDICT_SPORED);
        assert_int_equal(c->policy, QUEUE_DROP_OLDEST);
        assert_int_equal(c->depth, 64);
        assert_int_equal(c->put_timeout_usec, 1000000);
        assert_int_equal(c->stall_after_usec, 10000000);
        assert_true(c->notify_on_subscribe);
        assert_false(c->notify_on_change);
        assert_int_equal(c->min_interval_usec, 0);
        assert_int_equal(c->priority, PRIORITY_NORMAL);
        assert_int_equal(c->oversize, OVERSIZE_SEND);
        expect_near(c->rate.per_second, 0);
        assert_int_equal(c->rate.burst, 1);
        assert_int_equal(c->max_age_usec, 0);
        assert_int_equal(c->on_stale, ON_STALE_KEEP);
        assert_false(c->persist);
}

static void test_the_adapter_has_its_defaults(void **state) {
        Fixture *f = *state;
        const Settings *s;

        fixture_load_text(f, NOTIFIED);
        s = config_settings(f->config);
        expect_near(s->queue.rate, 15);
        assert_int_equal(s->queue.burst, 30);
        assert_int_equal(s->queue.window, 32);
        assert_int_equal(s->queue.log_slow_publish_usec, 250000);
}

static void test_a_characteristic_takes_what_queue_says(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, NOTIFIED QUEUE("block"));
        c = find_characteristic(f, "a");
        assert_int_equal(c->policy, QUEUE_BLOCK);
        assert_int_equal(c->depth, 7);
        assert_int_equal(c->put_timeout_usec, 2000000);
        assert_int_equal(c->stall_after_usec, 3000000);
        assert_false(c->notify_on_subscribe);
        assert_true(c->notify_on_change);
        assert_int_equal(c->min_interval_usec, 40000);
        assert_int_equal(c->priority, PRIORITY_HIGH);
        assert_int_equal(c->oversize, OVERSIZE_DROP);
}

static void test_its_own_keys_win_over_queue(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f,
                NOTIFIED "policy = Block\ndepth = 8\nput_timeout = 0\n"
                         "stall_after = 4s\nnotify_on_subscribe = yes\n"
                         "notify_on_change = no\nmin_interval = 50ms\n"
                         "priority = critical\noversize = send\n" QUEUE("drop_newest"));
        c = find_characteristic(f, "a");
        assert_int_equal(c->policy, QUEUE_BLOCK);
        assert_int_equal(c->depth, 8);
        assert_int_equal(c->put_timeout_usec, 0);
        assert_int_equal(c->stall_after_usec, 4000000);
        assert_true(c->notify_on_subscribe);
        assert_false(c->notify_on_change);
        assert_int_equal(c->min_interval_usec, 50000);
        assert_int_equal(c->priority, PRIORITY_CRITICAL);
        assert_int_equal(c->oversize, OVERSIZE_SEND);
}

static void test_the_rate_of_queue_is_the_adapters_alone(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f, NOTIFIED "[queue]\nrate = 7.5\nburst = 3\nlog_slow_publish = 0\n");
        expect_no_problem(f);
        expect_near(config_settings(f->config)->queue.rate, 7.5);
        assert_int_equal(config_settings(f->config)->queue.burst, 3);
        assert_int_equal(config_settings(f->config)->queue.log_slow_publish_usec, 0);
        c = find_characteristic(f, "a");
        expect_near(c->rate.per_second, 0);
        assert_int_equal(c->rate.burst, 1);
        fixture_load_text(f, NOTIFIED "rate = 0.5\nburst = 4\n");
        expect_no_problem(f);
        c = find_characteristic(f, "a");
        expect_near(c->rate.per_second, 0.5);
        assert_int_equal(c->rate.burst, 4);
        expect_near(config_settings(f->config)->queue.rate, 15);
}

static void test_a_rate_has_its_limits(void **state) {
        static const char *const wrong[] = {"10001", "-1", "0.0009", "1e99", "nan", "inf", "15/s"};
        static const char *const right[] = {"0", "0.001", "1e3", "10000"};
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(right); i++) {
                _cleanup_free_ char *text = NULL;

                assert_true(asprintf(&text, NOTIFIED "rate = %s\n", right[i]) > 0);
                fixture_load_text(f, text);
                expect_no_problem(f);
        }
        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_free_ char *text = NULL, *expected = NULL;

                assert_true(asprintf(&text, "[queue]\nrate = %s\n", wrong[i]) > 0);
                assert_true(asprintf(&expected,
                                    "test.conf:2: [queue] rate: not 0 or a number a second from "
                                    "0.001 to 10000: \"%s\"\n",
                                    wrong[i]) > 0);
                fixture_load_text(f, text);
                expect_problems(f, expected);
        }
}

static void test_what_a_program_decides_is_as_the_keys_say(void **state) {
        Fixture *f = *state;
        const Characteristic *c;

        fixture_load_text(f,
                SERVICE "[characteristic a]\nuuid = 2A00\nflags = read write\nsecurity = open\n"
                        "on_write = forward\nunhandled = refuse\nverdict = handler\n"
                        "max_age = 5min\non_stale = refuse\npersist = yes\n");
        assert_int_equal(f->errors, 0);
        c = profile_find(config_profile(f->config), "a");
        assert_int_equal(c->on_write, ON_WRITE_FORWARD);
        assert_int_equal(c->unhandled, UNHANDLED_REFUSE);
        assert_int_equal(c->verdict, VERDICT_HANDLER);
        assert_int_equal(c->max_age_usec, UINT64_C(300000000));
        assert_int_equal(c->on_stale, ON_STALE_REFUSE);
        assert_true(c->persist);
        fixture_load_text(f, NOTIFIED "max_age = 1s\non_stale = default\n");
        expect_no_problem(f);
        assert_int_equal(find_characteristic(f, "a")->on_stale, ON_STALE_DEFAULT);
}

/* A mistake in [queue] is told where it is, and once. */
static void test_a_refused_default_is_told_once(void **state) {
        Fixture *f = *state;

        fixture_load_text(
                f, NOTIFIED "policy = block\n[queue]\nstall_after = 1ms\nmin_interval = x\n");
        expect_problems(f, "test.conf:8: [queue] stall_after: not from 100ms to 3600s: \"1ms\"\n"
                           "test.conf:9: [queue] min_interval: not a time with its unit, from 0s "
                           "to 3600s: \"x\"\n");
}

static void test_all_queues_together_have_their_limit(void **state) {
        Fixture *f = *state;
        const char *text = SERVICE "[characteristic a]\nuuid = 2A00\nflags = notify\nsize = 512\n"
                                   "depth = 2\n"
                                   "[characteristic b]\nuuid = 2A01\nflags = indicate\nsize = 1\n"
                                   "depth = 1\n"
                                   "[characteristic c]\nuuid = 2A02\nflags = read\n"
                                   "[limits]\nqueue_bytes = ";
        _cleanup_free_ char *fits = NULL, *over = NULL;

        assert_true(asprintf(&fits, "%s1025\n", text) > 0);
        assert_true(asprintf(&over, "%s1024\n", text) > 0);
        fixture_load_text(f, fits);
        expect_no_problem(f);
        fixture_load_text(f, over);
        expect_problems(f,
                "test.conf:12: [characteristic b] depth: with its 1 values of 1 bytes the queues "
                "need more than limits.queue_bytes (1024)\n");
}

static void test_a_queue_that_coalesces_holds_one_value(void **state) {
        Fixture *f = *state;

        fixture_load_text(f, SERVICE "[characteristic a]\nuuid = 2A00\nflags = notify\n"
                                     "size = 512\ndepth = 4096\npolicy = coalesce\n");
        expect_no_problem(f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_each_key_has_its_default),
                FIXTURE_TEST(test_the_adapter_has_its_defaults),
                FIXTURE_TEST(test_a_characteristic_takes_what_queue_says),
                FIXTURE_TEST(test_its_own_keys_win_over_queue),
                FIXTURE_TEST(test_the_rate_of_queue_is_the_adapters_alone),
                FIXTURE_TEST(test_a_rate_has_its_limits),
                FIXTURE_TEST(test_what_a_program_decides_is_as_the_keys_say),
                FIXTURE_TEST(test_a_refused_default_is_told_once),
                FIXTURE_TEST(test_all_queues_together_have_their_limit),
                FIXTURE_TEST(test_a_queue_that_coalesces_holds_one_value),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
