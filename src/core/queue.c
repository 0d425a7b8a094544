/* The ring of waiting values and its notifiers. Each value has a number that only grows; number
 * modulo depth is its slot, so a cursor is a number and what waits is a difference. */
#include "core/queue.h"
#include "util/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct QueueNotifier {
        Queue *queue; /* the owner */
        QueueNotifier *next;
        uint64_t cursor; /* the number of the next value to send */
        uint64_t published;
        uint64_t sent;
        uint64_t lost; /* pushed out by a newer value: overwritten or coalesced, by policy */
};

/* Owned by whoever called queue_new(). */
struct Queue {
        QueuePolicy policy;
        size_t depth;
        size_t value_max;
        uint8_t *values; /* depth slots of value_max bytes */
        size_t *sizes;   /* of the values in the slots */
        uint64_t end;    /* the number that the next value gets */
        QueueNotifier *notifiers;
        QueueCounters ended; /* sums over the notifiers that have ended */
};

DEFINE_CLEANUP(Queue *, queue_free);

static void counters_add(QueueCounters *sum, const QueueCounters *c) {
        sum->published += c->published;
        sum->sent += c->sent;
        sum->dropped_overwritten += c->dropped_overwritten;
        sum->dropped_gone += c->dropped_gone;
        sum->coalesced += c->coalesced;
        sum->pending += c->pending;
}

static uint64_t notifier_pending(const QueueNotifier *notifier) {
        return notifier->queue->end - notifier->cursor;
}

int queue_new(Queue **ret, QueuePolicy policy, size_t depth, size_t value_max) {
        _cleanup_(queue_freep) Queue *queue = NULL;

        if (depth < 1 || depth > QUEUE_DEPTH_MAX)
                return -EINVAL;

        queue = calloc(1, sizeof(*queue));
        if (!queue)
                return -ENOMEM;
        queue->policy = policy;
        queue->depth = policy == QUEUE_COALESCE ? 1 : depth;
        queue->value_max = value_max;
        queue->sizes = calloc(queue->depth, sizeof(*queue->sizes));
        queue->values = calloc(queue->depth, value_max > 0 ? value_max : 1);
        if (!queue->sizes || !queue->values)
                return -ENOMEM;

        *ret = STEAL(queue);
        return 0;
}

Queue *queue_free(Queue *queue) {
        if (!queue)
                return NULL;
        while (queue->notifiers) {
                QueueNotifier *notifier = queue->notifiers;

                queue->notifiers = notifier->next;
                free(notifier);
        }
        free(queue->values);
        free(queue->sizes);
        free(queue);
        return NULL;
}

static void store(Queue *queue, const uint8_t *data, size_t size) {
        size_t slot = (size_t)(queue->end % queue->depth);

        if (size > 0)
                memcpy(queue->values + slot * queue->value_max, data, size);
        queue->sizes[slot] = size;
        queue->end++;
}

int queue_push(Queue *queue, const uint8_t *data, size_t size) {
        if (size > queue->value_max)
                return -EMSGSIZE;
        if (!queue->notifiers)
                return 0;

        for (QueueNotifier *n = queue->notifiers; n; n = n->next) {
                n->published++;
                if (notifier_pending(n) == queue->depth) {
                        n->cursor++;
                        n->lost++;
                }
        }
        store(queue, data, size);
        return 0;
}

QueueCounters queue_counters(const Queue *queue) {
        QueueCounters sum = queue->ended;

        for (const QueueNotifier *n = queue->notifiers; n; n = n->next) {
                QueueCounters c = queue_notifier_counters(n);

                counters_add(&sum, &c);
        }
        return sum;
}

int queue_notifier_new(QueueNotifier **ret, Queue *queue) {
        QueueNotifier *notifier = calloc(1, sizeof(*notifier));

        if (!notifier)
                return -ENOMEM;
        notifier->queue = queue;
        notifier->cursor = queue->end;
        notifier->next = queue->notifiers;
        queue->notifiers = notifier;
        *ret = notifier;
        return 0;
}

QueueNotifier *queue_notifier_end(QueueNotifier *notifier) {
        QueueNotifier **link;
        QueueCounters last;

        if (!notifier)
                return NULL;

        last = queue_notifier_counters(notifier);
        last.dropped_gone = last.pending;
        last.pending = 0;
        counters_add(&notifier->queue->ended, &last);

        link = &notifier->queue->notifiers;
        while (*link != notifier)
                link = &(*link)->next;
        *link = notifier->next;
        free(notifier);
        return NULL;
}

int queue_notifier_peek(const QueueNotifier *notifier, const uint8_t **ret_data, size_t *ret_size) {
        const Queue *queue = notifier->queue;
        size_t slot;

        if (notifier_pending(notifier) == 0)
                return 0;

        slot = (size_t)(notifier->cursor % queue->depth);
        *ret_data = queue->values + slot * queue->value_max;
        *ret_size = queue->sizes[slot];
        return 1;
}

void queue_notifier_sent(QueueNotifier *notifier) {
        assert(notifier_pending(notifier) > 0);
        notifier->cursor++;
        notifier->sent++;
}

QueueCounters queue_notifier_counters(const QueueNotifier *notifier) {
        QueueCounters c = {
                .published = notifier->published,
                .sent = notifier->sent,
                .pending = notifier_pending(notifier),
        };

        switch (notifier->queue->policy) {
        case QUEUE_DROP_OLDEST:
                c.dropped_overwritten = notifier->lost;
                break;
        case QUEUE_COALESCE:
                c.coalesced = notifier->lost;
                break;
        }
        return c;
}
