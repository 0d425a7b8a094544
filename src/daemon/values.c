#include "daemon/values.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Both by Characteristic.index. */
struct Values {
        size_t n;
        const Characteristic **characteristics; /* borrowed ones */
        Value *values;
};

static int init_descriptors(Value *v, const Characteristic *c) {
        v->descriptors = calloc(c->n_descriptors + 1, sizeof(*v->descriptors));
        if (!v->descriptors)
                return -ENOMEM;
        for (size_t i = 0; i < c->n_descriptors; i++) {
                const Descriptor *d = c->descriptors[i];
                size_t room = d->size > d->size_max ? d->size : d->size_max;

                v->descriptors[i].data = malloc(room + 1);
                if (!v->descriptors[i].data)
                        return -ENOMEM;
                if (d->size > 0)
                        memcpy(v->descriptors[i].data, d->data, d->size);
                v->descriptors[i].size = d->size;
        }
        return 0;
}

static int init(Value *v, const Characteristic *c, uint64_t now_usec) {
        QueueParameters queue = {
                .policy = c->policy,
                .depth = c->depth,
                .value_max = c->size_max,
                .stall_after_usec = c->stall_after_usec,
        };

        v->data = malloc(c->size_max > 0 ? c->size_max : 1);
        if (!v->data)
                return -ENOMEM;
        if (c->initial_size > 0)
                memcpy(v->data, c->initial, c->initial_size);
        v->size = c->initial_size;
        v->set_usec = now_usec;
        int r = init_descriptors(v, c);
        if (r < 0)
                return r;
        if (!(c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)))
                return 0;
        return queue_new(&v->queue, &queue);
}

int values_new(Values **ret, const Profile *profile, uint64_t now_usec) {
        Values *values = calloc(1, sizeof(*values));
        if (!values)
                return -ENOMEM;

        values->n = profile->n_characteristics;
        values->characteristics = calloc(values->n + 1, sizeof(*values->characteristics));
        values->values = calloc(values->n + 1, sizeof(*values->values));
        int r = values->characteristics && values->values ? 0 : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < values->n; i++) {
                values->characteristics[i] = profile_at(profile, i);
                r = init(&values->values[i], values->characteristics[i], now_usec);
        }
        if (r < 0) {
                values_free(values);
                return r;
        }
        *ret = values;
        return 0;
}

static void done(Value *v, const Characteristic *c) {
        for (size_t i = 0; v->descriptors && i < c->n_descriptors; i++)
                free(v->descriptors[i].data);
        free(v->descriptors);
        queue_free(v->queue);
        free(v->data);
}

Values *values_free(Values *values) {
        if (!values)
                return NULL;
        for (size_t i = 0; values->characteristics && values->values && i < values->n; i++)
                done(&values->values[i], values->characteristics[i]);
        free(values->values);
        free(values->characteristics);
        free(values);
        return NULL;
}

Value *values_at(Values *values, const Characteristic *c) {
        return &values->values[c->index];
}

static DescriptorValue *find_descriptor(
        Values *values, const Characteristic *c, const Descriptor *d) {
        size_t i = 0;

        while (c->descriptors[i] != d)
                i++;
        return &values_at(values, c)->descriptors[i];
}

const DescriptorValue *values_descriptor(
        Values *values, const Characteristic *c, const Descriptor *d) {
        return find_descriptor(values, c, d);
}

int values_store_descriptor(Values *values, const Characteristic *c, const Descriptor *d,
        const uint8_t *data, size_t size) {
        DescriptorValue *v = find_descriptor(values, c, d);

        if (size > d->size_max)
                return -EMSGSIZE;
        if (size > 0)
                memmove(v->data, data, size);
        v->size = size;
        return 0;
}

static void put(Value *v, const uint8_t *data, size_t size) {
        /* data may be the stored value itself, and NULL if it is empty. */
        if (size > 0)
                memmove(v->data, data, size);
        v->size = size;
}

static void take(Value *v, const uint8_t *data, size_t size, uint64_t now_usec) {
        put(v, data, size);
        v->seq++;
        v->set_usec = now_usec;
        v->stale = false;
}

static bool is_same(const Value *v, const uint8_t *data, size_t size) {
        return size == v->size && (size == 0 || memcmp(data, v->data, size) == 0);
}

typedef int (*Push)(Queue *queue, const uint8_t *data, size_t size, uint64_t now_usec);

/* Queued first: a value that the queue refuses is not stored either. */
static int set(Value *v, const Characteristic *c, const uint8_t *data, size_t size,
        uint64_t now_usec, Push push) {
        if (size > c->size_max)
                return -EMSGSIZE;
        /* The first one is always news: what was there before nobody has set. */
        if (v->queue && c->notify_on_change && v->seq > 0 && is_same(v, data, size)) {
                v->unchanged++;
        } else if (v->queue) {
                int r = push(v->queue, data, size, now_usec);
                if (r != 0)
                        return r;
        }
        take(v, data, size, now_usec);
        return 0;
}

int values_set(Values *values, const Characteristic *c, const uint8_t *data, size_t size,
        uint64_t now_usec) {
        Value *v = values_at(values, c);

        int r = set(v, c, data, size, now_usec, queue_push);
        if (r == QUEUE_E_FULL)
                return VALUES_E_FULL;
        if (r < 0)
                return r;
        v->sets++;
        return 0;
}

int values_store(Values *values, const Characteristic *c, const uint8_t *data, size_t size,
        uint64_t now_usec) {
        return set(values_at(values, c), c, data, size, now_usec, queue_push_over);
}

int values_restore(Values *values, const Characteristic *c, const uint8_t *data, size_t size) {
        if (size > c->size_max)
                return -EMSGSIZE;
        put(values_at(values, c), data, size);
        return 0;
}

int values_repeat(
        Values *values, const Characteristic *c, QueueNotifier *newcomer, uint64_t now_usec) {
        const Value *v = values_at(values, c);

        if (!v->queue || (v->seq == 0 && v->size == 0))
                return 0;
        if (v->stale && c->on_stale == ON_STALE_REFUSE)
                return 0;
        if (newcomer && queue_notifier_repeat(newcomer, v->data, v->size, now_usec) == 0)
                return 0;
        if (!newcomer && queue_waits(v->queue))
                return 0;
        return queue_push_over(v->queue, v->data, v->size, now_usec);
}

static bool is_untouched(const Value *v) {
        return v->seq == 0 && !v->kept;
}

/* Of a descriptor nobody counts what is written: what is as it was at the start is not. */
static void hand_over_descriptor(DescriptorValue *to, const Descriptor *new,
        const DescriptorValue *from, const Descriptor *old) {
        char why[FORMAT_WHY_SIZE];
        bool written = from->size != old->size ||
                       (old->size > 0 && memcmp(from->data, old->data, old->size) != 0);

        if (!written || descriptor_check(new, from->data, from->size, why) != 0)
                return;
        if (from->size > 0)
                memcpy(to->data, from->data, from->size);
        to->size = from->size;
}

static void hand_over_descriptors(
        Value *to, const Characteristic *new, const Value *from, const Characteristic *old) {
        for (size_t i = 0; i < new->n_descriptors; i++)
                for (size_t k = 0; k < old->n_descriptors; k++)
                        if (strcmp(new->descriptors[i]->name, old->descriptors[k]->name) == 0)
                                hand_over_descriptor(&to->descriptors[i], new->descriptors[i],
                                        &from->descriptors[k], old->descriptors[k]);
}

/* What waits and what was counted are the old queue's; who sends from it knows it by its address.
 */
static void hand_over_queue(Value *to, Value *from) {
        if (!to->queue || !from->queue)
                return;
        queue_reconfigure(from->queue, to->queue);
        to->queue = from->queue;
        from->queue = NULL;
}

/* The initial value stays where the old one is none for the new characteristic. */
static void hand_over_bytes(
        Value *to, const Characteristic *new, const Value *from, uint64_t now_usec) {
        char why[FORMAT_WHY_SIZE];
        bool same = is_same(from, to->data, to->size);

        if (is_untouched(from)) {
                if (!same && to->queue)
                        (void)queue_push_over(to->queue, to->data, to->size, now_usec);
        } else if (characteristic_check(new, from->data, from->size, why) == 0) {
                put(to, from->data, from->size);
        } else {
                to->seq++;
                to->kept = false;
        }
}

static void hand_over(Value *to, const Characteristic *new, Value *from, const Characteristic *old,
        uint64_t now_usec) {
        Value fresh = *to;

        hand_over_descriptors(to, new, from, old);
        hand_over_queue(&fresh, from);
        *to = *from;
        to->data = fresh.data;
        to->size = fresh.size;
        to->descriptors = fresh.descriptors;
        to->queue = fresh.queue;
        hand_over_bytes(to, new, from, now_usec);
}

static Value *find_value(const Values *values, const char *name, const Characteristic **ret) {
        for (size_t i = 0; i < values->n; i++)
                if (strcmp(values->characteristics[i]->name, name) == 0) {
                        *ret = values->characteristics[i];
                        return &values->values[i];
                }
        return NULL;
}

void values_take_over(Values *values, Values *fresh, const Profile *profile, uint64_t now_usec) {
        Values before = *values;

        for (size_t i = 0; i < fresh->n; i++) {
                const Characteristic *old = NULL;
                Value *from;

                fresh->characteristics[i] = profile_at(profile, i);
                from = find_value(values, fresh->characteristics[i]->name, &old);
                if (from)
                        hand_over(
                                &fresh->values[i], fresh->characteristics[i], from, old, now_usec);
        }
        *values = *fresh;
        *fresh = before;
        values_free(fresh);
}

/* USEC_NEVER: it cannot, or has. */
static uint64_t stale_usec(const Value *v, const Characteristic *c) {
        return c->max_age_usec == 0 || v->stale ? USEC_NEVER : v->set_usec + c->max_age_usec;
}

uint64_t values_next_stale_usec(const Values *values) {
        uint64_t next = USEC_NEVER;

        for (size_t i = 0; i < values->n; i++) {
                uint64_t at = stale_usec(&values->values[i], values->characteristics[i]);

                if (at < next)
                        next = at;
        }
        return next;
}

static void become_stale(Value *v, const Characteristic *c, uint64_t now_usec) {
        v->stale = true;
        v->stales++;
        if (c->on_stale != ON_STALE_DEFAULT || is_same(v, c->initial, c->initial_size))
                return;
        put(v, c->initial, c->initial_size);
        v->seq++;
        /* Nobody waits with it, and it is no longer than the queue's values. */
        if (v->queue)
                (void)queue_push_over(v->queue, v->data, v->size, now_usec);
}

const Characteristic *values_take_no_longer_stale(Values *values, uint64_t now_usec) {
        for (size_t i = 0; i < values->n; i++) {
                const Characteristic *c = values->characteristics[i];
                Value *v = &values->values[i];

                if (!v->stale || (c->max_age_usec > 0 && v->set_usec + c->max_age_usec <= now_usec))
                        continue;
                v->stale = false;
                return c;
        }
        return NULL;
}

const Characteristic *values_take_stale(Values *values, uint64_t now_usec) {
        for (size_t i = 0; i < values->n; i++) {
                const Characteristic *c = values->characteristics[i];
                Value *v = &values->values[i];

                if (stale_usec(v, c) > now_usec)
                        continue;
                become_stale(v, c, now_usec);
                return c;
        }
        return NULL;
}
