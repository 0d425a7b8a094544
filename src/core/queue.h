/* The values of one characteristic that wait to be notified: a bounded ring, and for each way
 * out a notifier with its cursor and its counters.
 *
 * Always, for each notifier: published = sent + dropped + coalesced + pending, dropped being the
 * sum over its reasons. */
#pragma once

#include "util/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUEUE_DEPTH_MAX 4096

/* Named outcomes: handled by the direct caller. */
enum { QUEUE_E_FULL = 1, QUEUE_E_OTHER };

typedef enum QueuePolicy {
        QUEUE_DROP_OLDEST, /* a full ring overwrites the oldest waiting value */
        QUEUE_DROP_NEWEST, /* a full ring refuses the new one */
        QUEUE_COALESCE,    /* at most one value waits; a newer one replaces it */
        QUEUE_BLOCK,       /* a full ring refuses the new one; whoever has it may wait for room */
} QueuePolicy;

typedef struct QueueCounters {
        uint64_t published;
        uint64_t sent;                /* handed to BlueZ, or kept by it */
        uint64_t dropped_overwritten; /* by a newer one */
        uint64_t dropped_stalled;     /* waited when the notifier was found stalled */
        uint64_t dropped_gone;        /* waited when the notifier ended */
        uint64_t dropped_oversize;    /* fits no packet, and is not to be cut */
        uint64_t coalesced;
        uint64_t pending;   /* what is given among them */
        uint64_t confirmed; /* indications that a central has confirmed; beside the sum */
} QueueCounters;

typedef struct QueueParameters {
        QueuePolicy policy;
        size_t depth;              /* 1 to QUEUE_DEPTH_MAX; coalesce uses 1 */
        size_t value_max;          /* the largest value in bytes */
        uint64_t stall_after_usec; /* above 0 */
} QueueParameters;

typedef struct Queue Queue;
typedef struct QueueNotifier QueueNotifier;

/* All memory for values is taken here. -EINVAL: depth. -ENOMEM. */
int queue_new(Queue **ret, const QueueParameters *parameters);
/* Ends the notifiers that are left; the caller no longer uses them. */
Queue *queue_free(Queue *queue);

/* queue goes on with the parameters and the memory of fresh, which is new and is freed. Counters
 * and notifiers stay. What waits stays too, and its oldest is dropped where there is no room for it
 * any more: counted as overwritten, under coalesce as coalesced. value_max is the same, or there is
 * no notifier. Voids what was peeked. */
void queue_reconfigure(Queue *queue, Queue *fresh);

/* Adds a copy of the value for every notifier; without one it does nothing. Voids what was peeked.
 * What is given takes room under drop_newest and block. A notifier that has had something to send
 * and has sent nothing for stall_after is stalled, for drop_newest and block: its backlog is
 * dropped, and until it sends again it is served as by drop_oldest. QUEUE_E_FULL under drop_newest
 * and block, -EMSGSIZE above value_max: nothing is counted or changed but who is stalled. */
int queue_push(Queue *queue, const uint8_t *data, size_t size, uint64_t now_usec);
/* Likewise, but what is full is overwritten, whatever the policy: for values that nobody can wait
 * with, such as a central's writes. */
int queue_push_over(Queue *queue, const uint8_t *data, size_t size, uint64_t now_usec);
/* When a push that is refused now will find a notifier stalled, if nothing is sent until then;
 * USEC_NEVER: nothing is full. */
uint64_t queue_stalls_usec(const Queue *queue);

/* A value waits for one of its notifiers, and is not given. */
bool queue_waits(const Queue *queue);

/* A notifier of its is stalled. */
bool queue_stalled(const Queue *queue);

/* Sums over all notifiers, ended ones included: the equation holds for them too. */
QueueCounters queue_counters(const Queue *queue);

/* Starts behind what is waiting now. The queue owns the notifier until queue_notifier_end().
 * -ENOMEM. */
int queue_notifier_new(QueueNotifier **ret, Queue *queue);
/* Gives the last value once more to a notifier that has nothing to send, and to it alone, if that
 * is these bytes. QUEUE_E_OTHER: it is not, and nothing has changed. */
int queue_notifier_repeat(
        QueueNotifier *notifier, const uint8_t *data, size_t size, uint64_t now_usec);
/* a is further than b, which is of the same queue: it has less to send. */
bool queue_notifier_ahead(const QueueNotifier *a, const QueueNotifier *b);
/* Counts what waited, and what is given, as dropped_gone. Returns NULL, takes NULL. */
QueueNotifier *queue_notifier_end(QueueNotifier *notifier);

/* A waiting value, borrowed until the queue changes. */
typedef struct QueuedValue {
        const uint8_t *data;
        size_t size;
        uint64_t pushed_usec;
} QueuedValue;

/* The oldest value this notifier has not sent: 1 and *ret, or 0 if nothing waits. */
int queue_notifier_peek(const QueueNotifier *notifier, QueuedValue *ret);
/* The peeked value was handed to BlueZ, was given to it and may come back, or is dropped as
 * oversize. Only after a peek that gave 1, and while none is given. Each is a move: the notifier is
 * not stalled. */
void queue_notifier_sent(QueueNotifier *notifier, uint64_t now_usec);
void queue_notifier_given(QueueNotifier *notifier, uint64_t now_usec);
void queue_notifier_oversize(QueueNotifier *notifier, uint64_t now_usec);
/* BlueZ has kept what was given, if anything was. A move. */
void queue_notifier_kept(QueueNotifier *notifier, uint64_t now_usec);
/* BlueZ has not taken what was given, if anything was: it waits again, before all others, and has
 * as long as one that comes now. Where newer ones have taken all its room meanwhile, or were
 * dropped, it counts as overwritten too, under coalesce as coalesced. */
void queue_notifier_returned(QueueNotifier *notifier, uint64_t now_usec);
/* How many wait and are not given. */
size_t queue_notifier_waiting(const QueueNotifier *notifier);
/* A central has confirmed an indication. */
void queue_notifier_confirmed(QueueNotifier *notifier);
QueueCounters queue_notifier_counters(const QueueNotifier *notifier);
