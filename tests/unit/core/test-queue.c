/* The queue: policies and counters by example. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "queues.h"

static void test_depth_outside_its_bounds_is_refused(void **state) {
        Queue *queue = NULL;

        assert_int_equal(try_make_queue(&queue, QUEUE_DROP_OLDEST, 0, 8), -EINVAL);
        assert_int_equal(
                try_make_queue(&queue, QUEUE_DROP_OLDEST, QUEUE_DEPTH_MAX + 1, 8), -EINVAL);
        assert_int_equal(try_make_queue(&queue, QUEUE_COALESCE, 0, 8), -EINVAL);
        assert_null(queue);
}

static void test_free_and_end_take_null(void **state) {
        assert_null(queue_free(NULL));
        assert_null(queue_notifier_end(NULL));
}

static void test_free_ends_the_notifiers_that_are_left(void **state) {
        Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);

        make_notifier(queue);
        make_notifier(queue);
        push(queue, 1);
        assert_null(queue_free(queue));
}

static void test_values_leave_in_the_order_they_came(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 3);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        for (uint8_t i = 1; i <= 3; i++)
                expect_sends(notifier, i);
        expect_nothing_waits(notifier);
}

static void test_value_above_the_maximum_is_refused_and_not_counted(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 3);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t nine[9] = {0};

        assert_int_equal(queue_push(queue, nine, sizeof(nine), now), -EMSGSIZE);
        assert_int_equal(queue_notifier_counters(notifier).published, 0);
        expect_nothing_waits(notifier);
}

static void test_empty_value_is_a_value(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        QueuedValue value = {.size = 1};

        assert_int_equal(queue_push(queue, NULL, 0, now), 0);
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(value.size, 0);
        assert_non_null(value.data);
}

static void test_queue_of_empty_values_works(void **state) {
        _cleanup_(queue_freep) Queue *queue = NULL;
        QueueNotifier *notifier;

        assert_int_equal(try_make_queue(&queue, QUEUE_DROP_OLDEST, 2, 0), 0);
        notifier = make_notifier(queue);
        assert_int_equal(queue_push(queue, NULL, 0, now), 0);
        assert_int_equal(queue_notifier_counters(notifier).pending, 1);
}

static void test_without_a_notifier_a_push_does_nothing(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueCounters counters;

        push(queue, 1);
        counters = queue_counters(queue);
        assert_counters_equal(&counters, &(QueueCounters){0});
}

static void test_notifier_starts_behind_what_waits(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *second;

        make_notifier(queue);
        push(queue, 1);
        second = make_notifier(queue);
        expect_nothing_waits(second);
        push(queue, 2);
        expect_sends(second, 2);
}

static void test_peek_takes_nothing(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        QueuedValue value;

        push(queue, 7);
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(queue_notifier_counters(notifier).sent, 0);
        expect_sends(notifier, 7);
}

static void test_push_after_a_peek_is_seen_by_the_next_peek(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 1);
        QueueNotifier *notifier = make_notifier(queue);
        QueuedValue value;

        push(queue, 1);
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        push(queue, 2);
        expect_sends(notifier, 2);
}

static void test_drop_oldest_counts_what_it_overwrites(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters counters;

        for (uint8_t i = 1; i <= 5; i++)
                push(queue, i);
        counters = queue_notifier_counters(notifier);
        assert_counters_equal(&counters,
                &(QueueCounters){.published = 5, .dropped_overwritten = 3, .pending = 2});
        expect_sends(notifier, 4);
        expect_sends(notifier, 5);
        expect_nothing_waits(notifier);
}

static void test_slow_notifier_drops_without_harm_to_the_fast_one(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *fast = make_notifier(queue);
        QueueNotifier *slow = make_notifier(queue);

        for (uint8_t i = 1; i <= 5; i++) {
                push(queue, i);
                expect_sends(fast, i);
        }
        assert_int_equal(queue_notifier_counters(fast).dropped_overwritten, 0);
        assert_int_equal(queue_notifier_counters(slow).dropped_overwritten, 3);
        expect_sends(slow, 4);
}

static void test_coalesce_replaces_what_waits(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 16);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters counters;

        for (uint8_t i = 1; i <= 5; i++)
                push(queue, i);
        counters = queue_notifier_counters(notifier);
        assert_counters_equal(
                &counters, &(QueueCounters){.published = 5, .coalesced = 4, .pending = 1});
        expect_sends(notifier, 5);
        expect_nothing_waits(notifier);
}

static void test_coalesce_counts_only_for_notifiers_that_had_a_value(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 1);
        QueueNotifier *idle = make_notifier(queue);
        QueueNotifier *slow = make_notifier(queue);

        push(queue, 1);
        expect_sends(idle, 1);
        push(queue, 2);
        assert_int_equal(queue_notifier_counters(idle).coalesced, 0);
        assert_int_equal(queue_notifier_counters(slow).coalesced, 1);
        expect_sends(idle, 2);
        expect_sends(slow, 2);
}

static void test_end_counts_what_waited_as_gone(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters counters;

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        expect_sends(notifier, 1);
        assert_null(queue_notifier_end(notifier));
        counters = queue_counters(queue);
        assert_counters_equal(
                &counters, &(QueueCounters){.published = 3, .sent = 1, .dropped_gone = 2});
}

static void test_counters_sum_living_and_ended_notifiers(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 1);
        QueueNotifier *ended = make_notifier(queue);
        QueueCounters counters;

        make_notifier(queue);
        push(queue, 1);
        push(queue, 2);
        queue_notifier_end(ended);
        push(queue, 3);
        counters = queue_counters(queue);
        assert_counters_equal(&counters,
                &(QueueCounters){
                        .published = 5, .dropped_overwritten = 3, .dropped_gone = 1, .pending = 1});
}

static void test_confirmations_stand_beside_the_sum(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 1);
        QueueNotifier *notifier = make_notifier(queue);
        QueueCounters all;

        push(queue, 1);
        expect_sends(notifier, 1);
        queue_notifier_confirmed(notifier);
        queue_notifier_end(notifier);
        all = queue_counters(queue);
        assert_counters_equal(&all, &(QueueCounters){.published = 1, .sent = 1, .confirmed = 1});
}

static void test_a_value_knows_when_it_came(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        QueuedValue value;

        now = 17;
        push(queue, 1);
        now = 29;
        push(queue, 2);
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(value.pushed_usec, 17);
        expect_sends(notifier, 1);
        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(value.pushed_usec, 29);
}

static void test_the_last_value_is_repeated_for_one_alone(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 1);
        QueueNotifier *first = make_notifier(queue), *second;
        const uint8_t byte = 7, other = 8;

        assert_int_equal(queue_notifier_repeat(first, &byte, 1, now), QUEUE_E_OTHER);
        push(queue, 7);
        assert_int_equal(queue_notifier_repeat(first, &byte, 1, now), QUEUE_E_OTHER);
        expect_sends(first, 7);
        second = make_notifier(queue);
        assert_int_equal(queue_notifier_repeat(second, &other, 1, now), QUEUE_E_OTHER);
        assert_int_equal(queue_notifier_repeat(second, &byte, 0, now), QUEUE_E_OTHER);
        expect_nothing_waits(second);
        assert_int_equal(queue_notifier_repeat(second, &byte, 1, now), 0);
        expect_nothing_waits(first);
        expect_sends(second, 7);
        expect_counters(second, &(QueueCounters){.published = 1, .sent = 1});
}

static void test_who_is_ahead(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 4);
        QueueNotifier *first = make_notifier(queue), *second = make_notifier(queue);

        push(queue, 1);
        assert_false(queue_notifier_ahead(first, second));
        expect_sends(first, 1);
        assert_true(queue_notifier_ahead(first, second));
        assert_false(queue_notifier_ahead(second, first));
}

static void test_what_is_given_is_pending_until_it_is_kept(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        expect_gives(notifier, 1);
        expect_counters(notifier, &(QueueCounters){.published = 1, .pending = 1});
        assert_int_equal(queue_notifier_waiting(notifier), 0);
        queue_notifier_kept(notifier, now);
        expect_counters(notifier, &(QueueCounters){.published = 1, .sent = 1});
        queue_notifier_kept(notifier, now);
        queue_notifier_returned(notifier, now);
        expect_counters(notifier, &(QueueCounters){.published = 1, .sent = 1});
}

static void test_what_comes_back_waits_before_all_others(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 3);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint8_t i = 1; i <= 3; i++)
                push(queue, i);
        expect_gives(notifier, 1);
        queue_notifier_returned(notifier, now);
        for (uint8_t i = 1; i <= 3; i++)
                expect_sends(notifier, i);
        expect_counters(notifier, &(QueueCounters){.published = 3, .sent = 3});
}

static void test_what_has_no_room_to_come_back_to_is_overwritten(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        expect_gives(notifier, 1);
        push(queue, 2);
        push(queue, 3);
        queue_notifier_returned(notifier, now);
        expect_counters(
                notifier, &(QueueCounters){.published = 3, .dropped_overwritten = 1, .pending = 2});
        expect_sends(notifier, 2);
}

static void test_what_comes_back_behind_a_newer_one_is_coalesced(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_COALESCE, 1);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        expect_gives(notifier, 1);
        push(queue, 2);
        expect_counters(notifier, &(QueueCounters){.published = 2, .pending = 2});
        queue_notifier_returned(notifier, now);
        expect_counters(notifier, &(QueueCounters){.published = 2, .coalesced = 1, .pending = 1});
        expect_sends(notifier, 2);
}

static void test_nobody_gets_the_room_of_what_may_come_back(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 2);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t byte = 3;

        push(queue, 1);
        expect_gives(notifier, 1);
        push(queue, 2);
        assert_int_equal(queue_push(queue, &byte, 1, now), QUEUE_E_FULL);
        queue_notifier_returned(notifier, now);
        expect_sends(notifier, 1);
        push(queue, byte);
        expect_sends(notifier, 2);
        expect_sends(notifier, 3);
}

static void test_what_comes_back_behind_what_was_stalled_is_dropped_too(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_NEWEST, 2);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        expect_gives(notifier, 1);
        push(queue, 2);
        now += STALL_AFTER;
        push(queue, 3);
        queue_notifier_returned(notifier, now);
        expect_counters(notifier, &(QueueCounters){.published = 3,
                                          .dropped_overwritten = 1,
                                          .dropped_stalled = 1,
                                          .pending = 1});
        expect_sends(notifier, 3);
}

static void test_what_comes_back_has_its_time_again(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t byte = 2;

        push(queue, 1);
        expect_gives(notifier, 1);
        now += STALL_AFTER;
        queue_notifier_returned(notifier, now);
        assert_int_equal(queue_push(queue, &byte, 1, now), QUEUE_E_FULL);
        expect_sends(notifier, 1);
}

static void test_what_is_kept_ends_a_stall(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_BLOCK, 1);
        QueueNotifier *notifier = make_notifier(queue);

        push(queue, 1);
        expect_gives(notifier, 1);
        now += STALL_AFTER;
        push(queue, 2);
        assert_true(queue_stalled(queue));
        queue_notifier_kept(notifier, now);
        assert_false(queue_stalled(queue));
        expect_counters(notifier, &(QueueCounters){.published = 2, .sent = 1, .pending = 1});
}

static void test_what_may_come_back_is_not_repeated(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, 2);
        QueueNotifier *notifier = make_notifier(queue);
        const uint8_t byte = 1;

        push(queue, byte);
        expect_gives(notifier, byte);
        assert_int_equal(queue_notifier_repeat(notifier, &byte, 1, now), QUEUE_E_OTHER);
        queue_notifier_kept(notifier, now);
        assert_int_equal(queue_notifier_repeat(notifier, &byte, 1, now), 0);
}

static void test_greatest_depth_overwrites_in_order(void **state) {
        _cleanup_(queue_freep) Queue *queue = make_queue(QUEUE_DROP_OLDEST, QUEUE_DEPTH_MAX);
        QueueNotifier *notifier = make_notifier(queue);

        for (uint32_t i = 0; i < 2 * QUEUE_DEPTH_MAX + 3; i++)
                assert_int_equal(queue_push(queue, (const uint8_t *)&i, sizeof(i), now), 0);
        assert_int_equal(
                queue_notifier_counters(notifier).dropped_overwritten, QUEUE_DEPTH_MAX + 3);
        for (uint32_t i = QUEUE_DEPTH_MAX + 3; i < 2 * QUEUE_DEPTH_MAX + 3; i++) {
                QueuedValue value = {0};

                assert_int_equal(queue_notifier_peek(notifier, &value), 1);
                assert_int_equal(value.size, sizeof(i));
                assert_memory_equal(value.data, &i, sizeof(i));
                queue_notifier_sent(notifier, now);
        }
        expect_nothing_waits(notifier);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_depth_outside_its_bounds_is_refused),
                cmocka_unit_test(test_free_and_end_take_null),
                cmocka_unit_test(test_free_ends_the_notifiers_that_are_left),
                cmocka_unit_test(test_values_leave_in_the_order_they_came),
                cmocka_unit_test(test_value_above_the_maximum_is_refused_and_not_counted),
                cmocka_unit_test(test_empty_value_is_a_value),
                cmocka_unit_test(test_queue_of_empty_values_works),
                cmocka_unit_test(test_without_a_notifier_a_push_does_nothing),
                cmocka_unit_test(test_notifier_starts_behind_what_waits),
                cmocka_unit_test(test_peek_takes_nothing),
                cmocka_unit_test(test_push_after_a_peek_is_seen_by_the_next_peek),
                cmocka_unit_test(test_drop_oldest_counts_what_it_overwrites),
                cmocka_unit_test(test_slow_notifier_drops_without_harm_to_the_fast_one),
                cmocka_unit_test(test_coalesce_replaces_what_waits),
                cmocka_unit_test(test_coalesce_counts_only_for_notifiers_that_had_a_value),
                cmocka_unit_test(test_end_counts_what_waited_as_gone),
                cmocka_unit_test(test_counters_sum_living_and_ended_notifiers),
                cmocka_unit_test(test_confirmations_stand_beside_the_sum),
                cmocka_unit_test(test_a_value_knows_when_it_came),
                cmocka_unit_test(test_the_last_value_is_repeated_for_one_alone),
                cmocka_unit_test(test_who_is_ahead),
                cmocka_unit_test(test_what_is_given_is_pending_until_it_is_kept),
                cmocka_unit_test(test_what_comes_back_waits_before_all_others),
                cmocka_unit_test(test_what_has_no_room_to_come_back_to_is_overwritten),
                cmocka_unit_test(test_what_comes_back_behind_a_newer_one_is_coalesced),
                cmocka_unit_test(test_nobody_gets_the_room_of_what_may_come_back),
                cmocka_unit_test(test_what_comes_back_behind_what_was_stalled_is_dropped_too),
                cmocka_unit_test(test_what_comes_back_has_its_time_again),
                cmocka_unit_test(test_what_is_kept_ends_a_stall),
                cmocka_unit_test(test_what_may_come_back_is_not_repeated),
                cmocka_unit_test(test_greatest_depth_overwrites_in_order),
        };

        return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
