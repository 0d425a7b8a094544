/* The queue when it is full: who is refused, what is dropped, and who has stalled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queues.h"
#include "util/clock.h"

static int refused(Queue *queue, uint8_t byte) {
        return queue_push(queue, &byte, 1, now);
}

/* A notifier that stands still, a depth of four, ten values. */
static void push_ten(Queue *queue, unsigned n_taken) {
        for (uint8_t i = 1; i <= 10; i++)
                assert_int_equal(refused(queue, i), i <= n_taken ? 0 : QUEUE_E_FULL);
}

static void test_ten_for_a_depth_of_four(void **state) {
        static const struct {
                QueuePolicy policy;
                unsigned n_taken;
                QueueCounters counters;
        } cases[] = {
                {QUEUE_DROP_OLDEST, 10, {.published = 10, .dropped_overwritten = 6, .pending = 4}},
                {QUEUE_DROP_NEWEST, 4, {.published = 4, .pending = 4}},
                {QUEUE_COALESCE, 10, {.published = 10, .coalesced = 9, .pending = 1}},
                {QUEUE_BLOCK, 4, {.published = 4, .pending = 4}},
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                _cleanup_(queue_freep) Queue *queue = make_queue(cases[i].policy, 4);
                QueueNotifier *notifier = make_notifier(queue);

                push_ten(queue, cases[i].n_taken);
                expect_counters(notifier, &cases[i].counters);
        }
}

static void test_refused_value_leaves_what_waits(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_NEWEST, 2);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        push(queue, 2);
        assert_int_equal(refused(queue, 3), QUEUE_E_FULL);
        expect_sends(notifier, 1);
        push(queue, 4);
        expect_sends(notifier, 2);
        expect_sends(notifier, 4);
        expect_nothing_waits(notifier);
}

static void test_one_that_is_full_refuses_for_all(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);
        QueueNotifier *fast = make_notifier(queue);

        make_notifier(queue);
        push(queue, 1);
        expect_sends(fast, 1);
        assert_int_equal(refused(queue, 2), QUEUE_E_FULL);
        expect_nothing_waits(fast);
}

static void test_push_over_is_never_refused(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 2);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t three = 3;

        push(queue, 1);
        push(queue, 2);
        assert_int_equal(queue_push_over(queue, &three, 1, now), 0);
        expect_counters(
                notifier, &(QueueCounters){.published = 3, .dropped_overwritten = 1, .pending = 2});
        expect_sends(notifier, 2);
        expect_sends(notifier, 3);
}

static void test_stalled_notifier_no_longer_refuses(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_NEWEST, 2);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        now += 300;
        push(queue, 2);
        now += STALL_AFTER - 301;
        assert_int_equal(refused(queue, 3), QUEUE_E_FULL);
        assert_int_equal(queue_stalls_usec(queue), now + 1);
        assert_false(queue_stalled(queue));
        now += 1;
        push(queue, 4);
        assert_true(queue_stalled(queue));
        expect_counters(
                notifier, &(QueueCounters){.published = 3, .dropped_stalled = 2, .pending = 1});
        push(queue, 5);
        push(queue, 6);
        expect_counters(notifier, &(QueueCounters){.published = 5,
                                          .dropped_stalled = 2,
                                          .dropped_overwritten = 1,
                                          .pending = 2});
}

static void test_stalled_notifier_refuses_again_once_it_moves(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        now += STALL_AFTER;
        push(queue, 2);
        assert_int_equal(queue_stalls_usec(queue), USEC_NEVER);
        expect_sends(notifier, 2);
        assert_false(queue_stalled(queue));
        push(queue, 3);
        assert_int_equal(refused(queue, 4), QUEUE_E_FULL);
        assert_int_equal(queue_stalls_usec(queue), now + STALL_AFTER);
}

static void test_idle_time_is_no_stall(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);

        make_notifier(queue);
        now += 10 * STALL_AFTER;
        push(queue, 1);
        assert_int_equal(refused(queue, 2), QUEUE_E_FULL);
        assert_false(queue_stalled(queue));
}

static void test_all_that_are_full_must_be_stalled(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);
        QueueNotifier *dead = make_notifier(queue);
        QueueNotifier *slow = make_notifier(queue);

        push(queue, 1);
        now += STALL_AFTER / 2;
        expect_sends(slow, 1);
        assert_int_equal(refused(queue, 2), QUEUE_E_FULL);
        now += STALL_AFTER / 2;
        push(queue, 2);
        assert_int_equal(queue_notifier_counters(dead).dropped_stalled, 1);
        assert_int_equal(refused(queue, 3), QUEUE_E_FULL);
        assert_int_equal(queue_stalls_usec(queue), now + STALL_AFTER);
        expect_sends(slow, 2);
}

static void test_other_policies_know_no_stall(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 1);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        assert_int_equal(queue_stalls_usec(queue), USEC_NEVER);
        now += 2 * STALL_AFTER;
        push(queue, 2);
        assert_false(queue_stalled(queue));
        expect_counters(
                notifier, &(QueueCounters){.published = 2, .dropped_overwritten = 1, .pending = 1});
}

static void test_one_that_has_stopped_costs_the_other_nothing(void **state) {
        static const QueuePolicy policies[] = {
                QUEUE_DROP_OLDEST, QUEUE_DROP_NEWEST, QUEUE_COALESCE, QUEUE_BLOCK};

        for (size_t i = 0; i < ELEMENTS(policies); i++) {
                _cleanup_(queue_freep) Queue *queue = make_queue(policies[i], 3);
                QueueNotifier *lively = make_notifier(queue);
                unsigned n_taken = 0;

                make_notifier(queue);
                for (uint8_t byte = 1; byte <= 200; byte++) {
                        now += STALL_AFTER / 20;
                        if (refused(queue, byte) != 0)
                                continue;
                        n_taken++;
                        expect_sends(lively, byte);
                }
                expect_counters(lively, &(QueueCounters){.published = n_taken, .sent = n_taken});
                assert_in_range(n_taken, 180, 200);
        }
}

static void test_oversize_is_a_drop_and_a_move(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        now += STALL_AFTER - 1;
        queue_notifier_oversize(notifier, now);
        expect_counters(notifier, &(QueueCounters){.published = 1, .dropped_oversize = 1});
        push(queue, 2);
        now += STALL_AFTER - 1;
        assert_int_equal(refused(queue, 3), QUEUE_E_FULL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ten_for_a_depth_of_four),
                cmocka_unit_test(test_refused_value_leaves_what_waits),
                cmocka_unit_test(test_one_that_is_full_refuses_for_all),
                cmocka_unit_test(test_push_over_is_never_refused),
                cmocka_unit_test(test_stalled_notifier_no_longer_refuses),
                cmocka_unit_test(test_stalled_notifier_refuses_again_once_it_moves),
                cmocka_unit_test(test_idle_time_is_no_stall),
                cmocka_unit_test(test_all_that_are_full_must_be_stalled),
                cmocka_unit_test(test_other_policies_know_no_stall),
                cmocka_unit_test(test_one_that_has_stopped_costs_the_other_nothing),
                cmocka_unit_test(test_oversize_is_a_drop_and_a_move),
        };

        return cmocka_run_group_tests_name("queue-full", tests, NULL, NULL);
}
