/* The values of one characteristic that wait to be notified: a bounded ring, and for each way
 * out a notifier with its cursor and its counters.
 *
 * Always, for each notifier: published = sent + dropped + coalesced + pending. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define QUEUE_DEPTH_MAX 4096

typedef enum QueuePolicy {
        QUEUE_DROP_OLDEST, /* a full ring overwrites the oldest waiting value */
        QUEUE_COALESCE,    /* at most one value waits; a newer one replaces it */
} QueuePolicy;

typedef struct QueueCounters {
        uint64_t published;
        uint64_t sent;                /* handed to BlueZ */
        uint64_t dropped_overwritten; /* by drop_oldest */
        uint64_t dropped_gone;        /* waited when the notifier ended */
        uint64_t coalesced;
        uint64_t pending;
} QueueCounters;

typedef struct Queue Queue;
typedef struct QueueNotifier QueueNotifier;

/* depth is 1 to QUEUE_DEPTH_MAX (coalesce uses 1); value_max the largest value in bytes. All
 * memory for values is taken here. -EINVAL: depth. -ENOMEM. */
int queue_new(Queue **ret, QueuePolicy policy, size_t depth, size_t value_max);
/* Ends the notifiers that are left; the caller no longer uses them. */
Queue *queue_free(Queue *queue);

/* Adds a copy of the value for every notifier; without one it does nothing. Voids what was peeked.
 * -EMSGSIZE above value_max: nothing is counted. */
int queue_push(Queue *queue, const uint8_t *data, size_t size);

/* Sums over all notifiers, ended ones included: the equation holds for them too. */
QueueCounters queue_counters(const Queue *queue);

/* Starts behind what is waiting now. The queue owns the notifier until queue_notifier_end().
 * -ENOMEM. */
int queue_notifier_new(QueueNotifier **ret, Queue *queue);
/* Counts what waited as dropped_gone. Returns NULL, takes NULL. */
QueueNotifier *queue_notifier_end(QueueNotifier *notifier);

/* The oldest value this notifier has not sent: 1 and borrowed *ret_data until the queue changes,
 * or 0 if nothing waits. */
int queue_notifier_peek(const QueueNotifier *notifier, const uint8_t **ret_data, size_t *ret_size);
/* The peeked value was handed to BlueZ. Only after a peek that gave 1. */
void queue_notifier_sent(QueueNotifier *notifier);
QueueCounters queue_notifier_counters(const QueueNotifier *notifier);
