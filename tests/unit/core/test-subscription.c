/* Which ways serve whom, event by event. */
#include "core/subscription.h"
#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define A "AA:00:00:00:00:01"
#define B "AA:00:00:00:00:02"
#define C "AA:00:00:00:00:03"

#define EACH   NOTIFY_SOCKETS_EACH
#define SHARED NOTIFY_SOCKETS_SHARED

static const SubscriberFacts there = {.connected = true};
static const SubscriberFacts bonded = {.connected = true, .bonded = true};
static const SubscriberFacts gone = {0};
static const SubscriberFacts away = {.bonded = true};

#define _cleanup_subscription_ _cleanup_(subscription_clear)

static void assert_state(const Subscription *s, SubscriptionState state) {
        assert_int_equal(subscription_state(s), state);
}

static Subscription with_sockets(NotifySockets sockets, const char *const *devices) {
        Subscription s = {0};

        for (; *devices; devices++)
                assert_true(subscription_acquire(&s, sockets, *devices, true));
        assert_state(&s, SUBSCRIPTION_SOCKETS);
        return s;
}

#define WITH(sockets, ...) with_sockets(sockets, (const char *const[]){__VA_ARGS__, NULL})

static void test_nobody(void **state) {
        _cleanup_subscription_ Subscription s = {0};

        assert_state(&s, SUBSCRIPTION_NONE);
        subscription_stop(&s);
        subscription_device(&s, A, gone);
        subscription_hung_up(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_by_signal_alone(void **state) {
        _cleanup_subscription_ Subscription s = {0};

        subscription_start(&s);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        subscription_start(&s);
        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_versions_without_usable_sockets(void **state) {
        const NotifySockets kinds[] = {NOTIFY_SOCKETS_EACH_TO_ALL, NOTIFY_SOCKETS_UNKNOWN};

        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                _cleanup_subscription_ Subscription s = {0};

                assert_false(subscription_acquire(&s, kinds[i], A, true));
                subscription_start(&s);
                assert_state(&s, SUBSCRIPTION_SIGNAL);
                subscription_stop(&s);
                assert_state(&s, SUBSCRIPTION_NONE);
        }
}

static void test_each_has_its_own(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        assert_true(subscription_has_socket(&s, A));
        assert_true(subscription_has_socket(&s, B));
        assert_false(subscription_has_socket(&s, C));
        subscription_device(&s, A, gone);
        assert_false(subscription_has_socket(&s, A));
        assert_state(&s, SUBSCRIPTION_SOCKETS);
        subscription_hung_up(&s, A, gone);
        subscription_hung_up(&s, B, gone);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_a_new_one_replaces_its_own(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, A);

        subscription_hung_up(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_none_to_be_had_makes_it_the_signal(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        assert_false(subscription_acquire(&s, EACH, B, false));
        assert_state(&s, SUBSCRIPTION_DRAINING);
        subscription_start(&s);
        assert_state(&s, SUBSCRIPTION_DRAINING);
        subscription_drained(&s);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        assert_false(subscription_has_socket(&s, A));
        assert_false(subscription_acquire(&s, EACH, C, true));
        subscription_device(&s, B, gone);
        subscription_device(&s, C, gone);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        subscription_device(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_NONE);
        assert_true(subscription_acquire(&s, EACH, A, true));
}

static void test_a_lost_socket_is_waited_for(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        subscription_hung_up(&s, A, there);
        assert_state(&s, SUBSCRIPTION_HOLDING);
        assert_true(subscription_has(&s, A));
        subscription_device(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_SOCKETS);
        assert_false(subscription_has(&s, A));
        assert_true(subscription_has_socket(&s, B));
}

static void test_who_lost_its_socket_and_stays_is_served_by_signal(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        subscription_hung_up(&s, A, there);
        subscription_hung_up(&s, B, there);
        assert_state(&s, SUBSCRIPTION_HOLDING);
        subscription_device(&s, B, gone);
        assert_state(&s, SUBSCRIPTION_HOLDING);
        subscription_give_up_waiting(&s);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        assert_false(subscription_acquire(&s, EACH, B, true));
        subscription_start(&s);
        subscription_device(&s, B, gone);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_who_subscribes_again_is_no_longer_in_doubt(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_hung_up(&s, A, there);
        subscription_give_up_waiting(&s);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        assert_true(subscription_acquire(&s, EACH, A, true));
        assert_state(&s, SUBSCRIPTION_SOCKETS);
}

static void test_who_was_alone_ends_it_itself(void **state) {
        const NotifySockets kinds[] = {EACH, SHARED};

        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                _cleanup_subscription_ Subscription s = WITH(kinds[i], A);

                subscription_accepted(&s, A);
                subscription_hung_up(&s, A, there);
                assert_state(&s, SUBSCRIPTION_NONE);
                subscription_device(&s, A, gone);
                assert_true(subscription_acquire(&s, kinds[i], B, true));
        }
}

static void test_who_was_not_alone_may_have_lost_it(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        subscription_accepted(&s, A);
        subscription_accepted(&s, B);
        subscription_device(&s, B, gone);
        subscription_hung_up(&s, A, there);
        assert_state(&s, SUBSCRIPTION_HOLDING);
}

static void test_bonded_one_that_was_alone(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_accepted(&s, A);
        subscription_hung_up(&s, A, bonded);
        assert_state(&s, SUBSCRIPTION_NONE);
        assert_true(subscription_acquire(&s, EACH, B, true));
        /* It has left, then or later: it may be subscribed. */
        subscription_device(&s, A, away);
        assert_state(&s, SUBSCRIPTION_DRAINING);
}

static void test_that_it_has_bonded_is_heard_late(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_accepted(&s, A);
        subscription_hung_up(&s, A, there);
        assert_state(&s, SUBSCRIPTION_NONE);
        subscription_device(&s, A, bonded);
        assert_state(&s, SUBSCRIPTION_NONE);
        subscription_device(&s, A, away);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
}

static void test_who_ended_it_and_leaves_later_has_not_left_with_it(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_accepted(&s, A);
        subscription_hung_up(&s, A, bonded);
        subscription_forget_ended(&s);
        assert_int_equal(s.n_subscribers, 0);
        subscription_device(&s, A, away);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_who_may_still_be_subscribed_is_not_forgotten(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        subscription_hung_up(&s, A, there);
        subscription_forget_ended(&s);
        assert_state(&s, SUBSCRIPTION_HOLDING);
        subscription_give_up_waiting(&s);
        subscription_forget_ended(&s);
        assert_state(&s, SUBSCRIPTION_DRAINING);
}

static void test_another_ends_the_waiting(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        subscription_hung_up(&s, A, there);
        assert_false(subscription_acquire(&s, EACH, C, true));
        assert_state(&s, SUBSCRIPTION_DRAINING);
        /* And doubt does not come back. */
        subscription_device(&s, C, gone);
        subscription_drained(&s);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
}

static void test_bonded_one_that_leaves_makes_it_the_signal(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A, B);

        subscription_hung_up(&s, A, bonded);
        assert_state(&s, SUBSCRIPTION_HOLDING);
        subscription_device(&s, A, away);
        assert_state(&s, SUBSCRIPTION_DRAINING);
        subscription_drained(&s);
        subscription_device(&s, B, gone);
        subscription_device(&s, A, bonded);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        subscription_device(&s, A, away);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        /* Its bond is removed. */
        subscription_device(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_bonded_one_ends_its_subscription(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_device(&s, A, away);
        subscription_hung_up(&s, A, away);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        subscription_device(&s, A, bonded);
        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_NONE);
        assert_true(subscription_acquire(&s, EACH, A, true));
}

static void test_an_open_socket_outlives_stop(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_SOCKETS);
        assert_false(subscription_acquire(&s, EACH, B, false));
        subscription_start(&s);
        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_SOCKETS);
}

static void test_stop_from_before_our_answer(void **state) {
        _cleanup_subscription_ Subscription s = {0};

        assert_false(subscription_acquire(&s, EACH, A, false));
        subscription_start(&s);
        assert_false(subscription_acquire(&s, EACH, B, true));
        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        assert_false(subscription_acquire(&s, EACH, C, true));
        subscription_start(&s);
        subscription_device(&s, C, gone);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
        subscription_stop(&s);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_no_name_no_socket(void **state) {
        const char *const wrong[] = {"", "AA:00:00:00:00:01:02"};

        for (size_t i = 0; i < ELEMENTS(wrong); i++) {
                _cleanup_subscription_ Subscription s = WITH(EACH, A);

                assert_false(subscription_acquire(&s, EACH, wrong[i], true));
                subscription_start(&s);
                subscription_drained(&s);
                subscription_device(&s, A, gone);
                assert_state(&s, SUBSCRIPTION_SIGNAL);
                subscription_stop(&s);
                assert_state(&s, SUBSCRIPTION_NONE);
        }
}

static void test_start_out_of_nowhere(void **state) {
        _cleanup_subscription_ Subscription s = WITH(EACH, A);

        subscription_start(&s);
        assert_state(&s, SUBSCRIPTION_DRAINING);
}

static void test_shared_socket_outlives_its_first_user(void **state) {
        _cleanup_subscription_ Subscription s = WITH(SHARED, A);

        subscription_device(&s, A, away);
        subscription_device(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_SOCKETS);
        subscription_hung_up(&s, A, gone);
        assert_state(&s, SUBSCRIPTION_NONE);
}

static void test_second_shared_socket_is_refused(void **state) {
        const char *const devices[] = {A, B};

        for (size_t i = 0; i < ELEMENTS(devices); i++) {
                _cleanup_subscription_ Subscription s = WITH(SHARED, A);

                assert_false(subscription_acquire(&s, SHARED, devices[i], true));
                assert_state(&s, SUBSCRIPTION_DRAINING);
                subscription_drained(&s);
                /* Who else has heard by the first is not known. */
                subscription_device(&s, A, gone);
                subscription_device(&s, B, gone);
                assert_state(&s, SUBSCRIPTION_SIGNAL);
                subscription_stop(&s);
                assert_true(subscription_acquire(&s, SHARED, B, true));
        }
}

static void test_shared_socket_that_nobody_waited_for(void **state) {
        _cleanup_subscription_ Subscription s = WITH(SHARED, A);

        subscription_hung_up(&s, A, away);
        assert_state(&s, SUBSCRIPTION_SIGNAL);
}

static void test_the_end_of_all(void **state) {
        Subscription s = WITH(EACH, A, B);

        assert_false(subscription_acquire(&s, EACH, C, false));
        subscription_clear(&s);
        assert_state(&s, SUBSCRIPTION_NONE);
        subscription_clear(&s);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nobody),
                cmocka_unit_test(test_by_signal_alone),
                cmocka_unit_test(test_versions_without_usable_sockets),
                cmocka_unit_test(test_each_has_its_own),
                cmocka_unit_test(test_a_new_one_replaces_its_own),
                cmocka_unit_test(test_none_to_be_had_makes_it_the_signal),
                cmocka_unit_test(test_a_lost_socket_is_waited_for),
                cmocka_unit_test(test_who_lost_its_socket_and_stays_is_served_by_signal),
                cmocka_unit_test(test_who_subscribes_again_is_no_longer_in_doubt),
                cmocka_unit_test(test_who_was_alone_ends_it_itself),
                cmocka_unit_test(test_who_was_not_alone_may_have_lost_it),
                cmocka_unit_test(test_bonded_one_that_was_alone),
                cmocka_unit_test(test_that_it_has_bonded_is_heard_late),
                cmocka_unit_test(test_who_ended_it_and_leaves_later_has_not_left_with_it),
                cmocka_unit_test(test_who_may_still_be_subscribed_is_not_forgotten),
                cmocka_unit_test(test_another_ends_the_waiting),
                cmocka_unit_test(test_bonded_one_that_leaves_makes_it_the_signal),
                cmocka_unit_test(test_bonded_one_ends_its_subscription),
                cmocka_unit_test(test_an_open_socket_outlives_stop),
                cmocka_unit_test(test_stop_from_before_our_answer),
                cmocka_unit_test(test_no_name_no_socket),
                cmocka_unit_test(test_start_out_of_nowhere),
                cmocka_unit_test(test_shared_socket_outlives_its_first_user),
                cmocka_unit_test(test_second_shared_socket_is_refused),
                cmocka_unit_test(test_shared_socket_that_nobody_waited_for),
                cmocka_unit_test(test_the_end_of_all),
        };

        return cmocka_run_group_tests_name("subscription", tests, NULL, NULL);
}
