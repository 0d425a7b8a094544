/* The ring of waiting values and its notifiers. Each value has a number that only grows; number
 * modulo depth is its slot, so a cursor is a number and what waits is a difference. */
#include "core/queue.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

struct QueueNotifier {
        Queue *queue; /* the owner */
        QueueNotifier *next;
        uint64_t cursor;        /* the number of the next value to send */
        bool given;             /* the value before the cursor may come back */
        bool overtaken;         /* and has lost its place before the others */
        uint64_t moved_usec;    /* when it last sent, or began to have something to send */
        bool stalled;           /* until it moves */
        QueueCounters counters; /* but for pending, which is a difference */
};

/* Owned by whoever called queue_new(). */
struct Queue {
        QueueParameters parameters;
        uint8_t *values; /* depth slots of value_max bytes */
        size_t *sizes;   /* of the values in the slots */
        uint64_t *pushed_usec;
        uint64_t end; /* the number that the next value gets */
        QueueNotifier *notifiers;
        QueueCounters ended; /* sums over the notifiers that have ended */
};

DEFINE_CLEANUP(Queue *, queue_free);

static void counters_add(QueueCounters *sum, const QueueCounters *c) {
        sum->published += c->published;
        sum->sent += c->sent;
        sum->dropped_overwritten += c->dropped_overwritten;
        sum->dropped_stalled += c->dropped_stalled;
        sum->dropped_gone += c->dropped_gone;
        sum->dropped_oversize += c->dropped_oversize;
        sum->coalesced += c->coalesced;
        sum->pending += c->pending;
        sum->confirmed += c->confirmed;
}

static uint64_t pending(const QueueNotifier *notifier) {
        return notifier->queue->end - notifier->cursor;
}

static bool is_full(const QueueNotifier *notifier) {
        return pending(notifier) == notifier->queue->parameters.depth;
}

int queue_new(Queue **ret, const QueueParameters *parameters) {
        _cleanup_(queue_freep) Queue *queue = NULL;
        size_t depth = parameters->policy == QUEUE_COALESCE ? 1 : parameters->depth;
        size_t value_max = parameters->value_max;

        if (parameters->depth < 1 || parameters->depth > QUEUE_DEPTH_MAX)
                return -EINVAL;

        queue = calloc(1, sizeof(*queue));
        if (!queue)
                return -ENOMEM;
        queue->parameters = *parameters;
        queue->parameters.depth = depth;
        queue->sizes = calloc(depth, sizeof(*queue->sizes));
        queue->pushed_usec = calloc(depth, sizeof(*queue->pushed_usec));
        queue->values = calloc(depth, value_max > 0 ? value_max : 1);
        if (!queue->sizes || !queue->pushed_usec || !queue->values)
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
        free(queue->pushed_usec);
        free(queue->sizes);
        free(queue);
        return NULL;
}

static bool refuses(const Queue *queue) {
        switch (queue->parameters.policy) {
        case QUEUE_DROP_NEWEST:
        case QUEUE_BLOCK:
                return true;
        case QUEUE_DROP_OLDEST:
        case QUEUE_COALESCE:
                return false;
        }
        return false;
}

static uint64_t stalls_usec(const QueueNotifier *notifier) {
        return notifier->moved_usec + notifier->queue->parameters.stall_after_usec;
}

static void stall(QueueNotifier *notifier) {
        notifier->stalled = true;
        notifier->overtaken = notifier->overtaken || pending(notifier) > 0;
        notifier->counters.dropped_stalled += pending(notifier);
        notifier->cursor = notifier->queue->end;
}

/* What is given has a room that nobody else gets: it may come back. */
static bool holds_back(const QueueNotifier *notifier) {
        return pending(notifier) + notifier->given >= notifier->queue->parameters.depth &&
               !notifier->stalled;
}

/* True if somebody who is not stalled has no room. */
static bool find_stalled(Queue *queue, uint64_t now_usec) {
        bool full = false;

        for (QueueNotifier *n = queue->notifiers; n; n = n->next) {
                if (holds_back(n) && now_usec >= stalls_usec(n))
                        stall(n);
                full = full || holds_back(n);
        }
        return full;
}

static void count_pushed_out(QueueNotifier *notifier) {
        if (notifier->queue->parameters.policy == QUEUE_COALESCE)
                notifier->counters.coalesced++;
        else
                notifier->counters.dropped_overwritten++;
}

static void push_out_oldest(QueueNotifier *notifier) {
        notifier->cursor++;
        count_pushed_out(notifier);
}

static uint8_t *slot_of(const Queue *queue, size_t slot) {
        return queue->values + slot * queue->parameters.value_max;
}

static void overtake(Queue *queue) {
        for (QueueNotifier *n = queue->notifiers; n; n = n->next)
                n->overtaken = n->overtaken || pending(n) >= queue->parameters.depth;
}

static void store(Queue *queue, const uint8_t *data, size_t size, uint64_t now_usec) {
        size_t slot = (size_t)(queue->end % queue->parameters.depth);

        if (size > 0)
                memcpy(slot_of(queue, slot), data, size);
        queue->sizes[slot] = size;
        queue->pushed_usec[slot] = now_usec;
        queue->end++;
        overtake(queue);
}

/* Number modulo depth is the slot in both. */
static void copy_value(Queue *to, const Queue *from, uint64_t number) {
        size_t old = (size_t)(number % from->parameters.depth);
        size_t new = (size_t)(number % to->parameters.depth);

        if (from->sizes[old] > 0)
                memcpy(slot_of(to, new), slot_of(from, old), from->sizes[old]);
        to->sizes[new] = from->sizes[old];
        to->pushed_usec[new] = from->pushed_usec[old];
}

/* The last ones, whether or not they still wait: one of them may have to be repeated. */
static void copy_values(Queue *to, const Queue *from) {
        size_t n = to->parameters.depth < from->parameters.depth ? to->parameters.depth
                                                                 : from->parameters.depth;

        for (uint64_t number = from->end < n ? 0 : from->end - n; number < from->end; number++)
                copy_value(to, from, number);
}

void queue_reconfigure(Queue *queue, Queue *fresh) {
        Queue old = *queue;

        assert(!fresh->notifiers);
        assert(!queue->notifiers || fresh->parameters.value_max == queue->parameters.value_max);
        if (queue->notifiers)
                copy_values(fresh, queue);
        queue->parameters = fresh->parameters;
        queue->values = fresh->values;
        queue->sizes = fresh->sizes;
        queue->pushed_usec = fresh->pushed_usec;
        /* Without anybody there is nothing to repeat. */
        if (!queue->notifiers)
                queue->end = 0;
        overtake(queue);
        for (QueueNotifier *n = queue->notifiers; n; n = n->next)
                while (pending(n) > queue->parameters.depth)
                        push_out_oldest(n);
        fresh->values = old.values;
        fresh->sizes = old.sizes;
        fresh->pushed_usec = old.pushed_usec;
        queue_free(fresh);
}

int queue_push_over(Queue *queue, const uint8_t *data, size_t size, uint64_t now_usec) {
        if (size > queue->parameters.value_max)
                return -EMSGSIZE;
        if (!queue->notifiers)
                return 0;

        for (QueueNotifier *n = queue->notifiers; n; n = n->next) {
                n->counters.published++;
                if (pending(n) == 0)
                        n->moved_usec = now_usec;
                if (is_full(n))
                        push_out_oldest(n);
        }
        store(queue, data, size, now_usec);
        return 0;
}

int queue_push(Queue *queue, const uint8_t *data, size_t size, uint64_t now_usec) {
        if (size <= queue->parameters.value_max && refuses(queue) && find_stalled(queue, now_usec))
                return QUEUE_E_FULL;
        return queue_push_over(queue, data, size, now_usec);
}

uint64_t queue_stalls_usec(const Queue *queue) {
        uint64_t usec = 0;

        for (const QueueNotifier *n = queue->notifiers; refuses(queue) && n; n = n->next)
                if (holds_back(n) && stalls_usec(n) > usec)
                        usec = stalls_usec(n);
        return usec > 0 ? usec : USEC_NEVER;
}

bool queue_waits(const Queue *queue) {
        for (const QueueNotifier *n = queue->notifiers; n; n = n->next)
                if (pending(n) > 0)
                        return true;
        return false;
}

bool queue_stalled(const Queue *queue) {
        for (const QueueNotifier *n = queue->notifiers; n; n = n->next)
                if (n->stalled)
                        return true;
        return false;
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

int queue_notifier_repeat(
        QueueNotifier *notifier, const uint8_t *data, size_t size, uint64_t now_usec) {
        Queue *queue = notifier->queue;

        if (pending(notifier) > 0 || notifier->given || queue->end == 0)
                return QUEUE_E_OTHER;
        size_t slot = (size_t)((queue->end - 1) % queue->parameters.depth);
        if (queue->sizes[slot] != size ||
                (size > 0 && memcmp(slot_of(queue, slot), data, size) != 0))
                return QUEUE_E_OTHER;
        queue->pushed_usec[slot] = now_usec;
        notifier->cursor--;
        notifier->moved_usec = now_usec;
        notifier->counters.published++;
        return 0;
}

bool queue_notifier_ahead(const QueueNotifier *a, const QueueNotifier *b) {
        return a->cursor > b->cursor;
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

int queue_notifier_peek(const QueueNotifier *notifier, QueuedValue *ret) {
        const Queue *queue = notifier->queue;
        size_t slot = (size_t)(notifier->cursor % queue->parameters.depth);

        if (pending(notifier) == 0)
                return 0;
        *ret = (QueuedValue){.data = slot_of(queue, slot),
                .size = queue->sizes[slot],
                .pushed_usec = queue->pushed_usec[slot]};
        return 1;
}

static void moved(QueueNotifier *notifier, uint64_t now_usec) {
        notifier->moved_usec = now_usec;
        notifier->stalled = false;
}

static void take(QueueNotifier *notifier, uint64_t now_usec) {
        assert(pending(notifier) > 0);
        notifier->cursor++;
        moved(notifier, now_usec);
}

void queue_notifier_sent(QueueNotifier *notifier, uint64_t now_usec) {
        take(notifier, now_usec);
        notifier->counters.sent++;
}

void queue_notifier_given(QueueNotifier *notifier, uint64_t now_usec) {
        notifier->given = true;
        notifier->overtaken = false;
        take(notifier, now_usec);
}

void queue_notifier_kept(QueueNotifier *notifier, uint64_t now_usec) {
        if (!notifier->given)
                return;
        notifier->given = false;
        notifier->counters.sent++;
        moved(notifier, now_usec);
}

void queue_notifier_returned(QueueNotifier *notifier, uint64_t now_usec) {
        if (!notifier->given)
                return;
        if (notifier->overtaken)
                count_pushed_out(notifier);
        else
                notifier->cursor--;
        notifier->given = false;
        notifier->moved_usec = now_usec;
}

size_t queue_notifier_waiting(const QueueNotifier *notifier) {
        return (size_t)pending(notifier);
}

void queue_notifier_oversize(QueueNotifier *notifier, uint64_t now_usec) {
        take(notifier, now_usec);
        notifier->counters.dropped_oversize++;
}

void queue_notifier_confirmed(QueueNotifier *notifier) {
        notifier->counters.confirmed++;
}

QueueCounters queue_notifier_counters(const QueueNotifier *notifier) {
        QueueCounters c = notifier->counters;

        c.pending = pending(notifier) + notifier->given;
        return c;
}
