/* Queues for tests, of values of one byte. Include it behind cmocka.h. */
#pragma once

#include "core/queue.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(Queue *, queue_free);

#define STALL_AFTER 500 /* microseconds */

/* The time, set by hand. */
static uint64_t now;

static inline int try_make_queue(Queue **ret, QueuePolicy policy, size_t depth, size_t value_max) {
        const QueueParameters parameters = {.policy = policy,
                .depth = depth,
                .value_max = value_max,
                .stall_after_usec = STALL_AFTER};

        now = 1;
        return queue_new(ret, &parameters);
}

static inline Queue *make_queue(QueuePolicy policy, size_t depth) {
        Queue *queue = NULL;

        assert_int_equal(try_make_queue(&queue, policy, depth, 8), 0);
        return queue;
}

static inline QueueNotifier *make_notifier(Queue *queue) {
        QueueNotifier *notifier = NULL;

        assert_int_equal(queue_notifier_new(&notifier, queue), 0);
        return notifier;
}

static inline void push(Queue *queue, uint8_t byte) {
        assert_int_equal(queue_push(queue, &byte, 1, now), 0);
}

/* Takes the next value, which must be this byte. */
static inline void expect_sends(QueueNotifier *notifier, uint8_t byte) {
        QueuedValue value = {0};

        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(value.size, 1);
        assert_int_equal(value.data[0], byte);
        queue_notifier_sent(notifier, now);
}

/* Likewise, but it may come back. */
static inline void expect_gives(QueueNotifier *notifier, uint8_t byte) {
        QueuedValue value = {0};

        assert_int_equal(queue_notifier_peek(notifier, &value), 1);
        assert_int_equal(value.size, 1);
        assert_int_equal(value.data[0], byte);
        queue_notifier_given(notifier, now);
}

static inline void expect_nothing_waits(const QueueNotifier *notifier) {
        QueuedValue value;

        assert_int_equal(queue_notifier_peek(notifier, &value), 0);
        assert_int_equal(queue_notifier_counters(notifier).pending, 0);
}

static inline void assert_counters_equal(const QueueCounters *is, const QueueCounters *expected) {
        assert_int_equal(is->published, expected->published);
        assert_int_equal(is->sent, expected->sent);
        assert_int_equal(is->dropped_overwritten, expected->dropped_overwritten);
        assert_int_equal(is->dropped_stalled, expected->dropped_stalled);
        assert_int_equal(is->dropped_gone, expected->dropped_gone);
        assert_int_equal(is->dropped_oversize, expected->dropped_oversize);
        assert_int_equal(is->coalesced, expected->coalesced);
        assert_int_equal(is->pending, expected->pending);
        assert_int_equal(is->confirmed, expected->confirmed);
}

static inline void expect_counters(const QueueNotifier *notifier, const QueueCounters *expected) {
        QueueCounters is = queue_notifier_counters(notifier);

        assert_counters_equal(&is, expected);
}
