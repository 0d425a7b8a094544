/* Another depth and another policy for a queue that is in use, by example. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "queues.h"

static void reconfigure(Queue *queue, QueuePolicy policy, size_t depth) {
        uint64_t then = now;
        Queue *fresh = make_queue(policy, depth);

        now = then;
        queue_reconfigure(queue, fresh);
}

static void test_a_deeper_queue_keeps_what_waits(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        reconfigure(queue, QUEUE_DROP_OLDEST, 5);
        for (uint8_t i = 4; i <= 6; i++)
                push(queue, i);
        for (uint8_t i = 2; i <= 6; i++)
                expect_sends(notifier, i);
        expect_counters(
                notifier, &(QueueCounters){.published = 6, .sent = 5, .dropped_overwritten = 1});
}

static void test_a_smaller_queue_drops_the_oldest_and_counts_them(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 5);
        QueueNotifier *slow = make_notifier(queue), *quick = make_notifier(queue);

        for (uint8_t i = 1; i <= 5; i++)
                push(queue, i);
        for (uint8_t i = 1; i <= 4; i++)
                expect_sends(quick, i);
        reconfigure(queue, QUEUE_BLOCK, 2);
        expect_sends(slow, 4);
        expect_sends(slow, 5);
        expect_sends(quick, 5);
        expect_counters(
                slow, &(QueueCounters){.published = 5, .sent = 2, .dropped_overwritten = 3});
        expect_counters(quick, &(QueueCounters){.published = 5, .sent = 5});
}

static void test_under_coalesce_the_newest_stays(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_NEWEST, 3);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        reconfigure(queue, QUEUE_COALESCE, 3);
        push(queue, 4);
        expect_sends(notifier, 4);
        expect_nothing_waits(notifier);
        expect_counters(notifier, &(QueueCounters){.published = 4, .sent = 1, .coalesced = 3});
}

static void test_another_policy_refuses(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 1);
        const uint8_t byte = 2;

        make_notifier(queue);
        push(queue, 1);
        reconfigure(queue, QUEUE_DROP_NEWEST, 1);
        assert_int_equal(queue_push(queue, &byte, 1, now), QUEUE_E_FULL);
}

static void test_counters_of_those_that_have_ended_stay(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        push(queue, 2);
        expect_sends(notifier, 1);
        queue_notifier_end(notifier);
        reconfigure(queue, QUEUE_BLOCK, 9);
        QueueCounters all = queue_counters(queue);
        assert_counters_equal(&all, &(QueueCounters){.published = 2, .sent = 1, .dropped_gone = 1});
}

static void test_the_last_value_can_still_be_repeated(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t byte = 3;

        for (uint8_t i = 1; i <= 3; i++) {
                push(queue, i);
                expect_sends(notifier, i);
        }
        reconfigure(queue, QUEUE_DROP_OLDEST, 1);
        assert_int_equal(queue_notifier_repeat(notifier, &byte, 1, now), 0);
        expect_sends(notifier, 3);
}

static void test_without_a_notifier_values_may_have_another_size(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        Queue *fresh = NULL;
        const uint8_t data[20] = {1};

        queue_notifier_end(make_notifier(queue));
        assert_int_equal(try_make_queue(&fresh, QUEUE_DROP_OLDEST, 2, sizeof(data)), 0);
        queue_reconfigure(queue, fresh);
        QueueNotifier *notifier = make_notifier(queue);
        assert_int_equal(queue_notifier_repeat(notifier, data, 1, now), QUEUE_E_OTHER);
        assert_int_equal(queue_push(queue, data, sizeof(data), now), 0);
        QueuedValue value = {0};
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(value.size, sizeof(data));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_deeper_queue_keeps_what_waits),
                cmocka_unit_test(test_a_smaller_queue_drops_the_oldest_and_counts_them),
                cmocka_unit_test(test_under_coalesce_the_newest_stays),
                cmocka_unit_test(test_another_policy_refuses),
                cmocka_unit_test(test_counters_of_those_that_have_ended_stay),
                cmocka_unit_test(test_the_last_value_can_still_be_repeated),
                cmocka_unit_test(test_without_a_notifier_values_may_have_another_size),
        };

        return cmocka_run_group_tests_name("queue-reconfigure", tests, NULL, NULL);
}
