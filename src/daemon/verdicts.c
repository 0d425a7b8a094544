/* A ring of slots, taken at the start: a write comes in at the end, and since all have the same
 * time, the one at the head has the next deadline. One that is decided earlier leaves a gap, until
 * the head comes there or its room is needed. */
#include "daemon/verdicts.h"

#include "core/att-codes.h"
#include "loop/timer.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Slot {
        bool waits;
        VerdictWrite write;
        uint64_t deadline_usec;
        uint8_t data[VALUE_SIZE_MAX];
} Slot;

/* Owned by the daemon. */
struct Verdicts {
        struct ev_loop *loop;
        VerdictsParameters parameters;
        const VerdictsEvents *events;
        void *userdata;
        Slot *slots;      /* parameters.max */
        size_t head, len; /* gaps included; the head is none */
        bool full;        /* said so, until none waits */
        struct ev_timer late;
};

static Slot *slot_at(const Verdicts *v, size_t i) {
        return &v->slots[(v->head + i) % v->parameters.max];
}

static void start_timer(Verdicts *v) {
        timer_start_at(v->loop, &v->late, v->len > 0 ? slot_at(v, 0)->deadline_usec : USEC_NEVER);
}

static void remove_gaps(Verdicts *v) {
        bool moved = false;

        for (; v->len > 0 && !slot_at(v, 0)->waits; v->len--) {
                v->head = (v->head + 1) % v->parameters.max;
                moved = true;
        }
        if (v->len == 0)
                v->full = false;
        if (moved)
                start_timer(v);
}

/* The slot is given back only afterwards: whoever hears of it reads its bytes. */
static void decide(Verdicts *v, Slot *slot, unsigned code) {
        slot->waits = false;
        v->events->decided(&slot->write, code, v->userdata);
}

static void on_late(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Verdicts *v = w->data;
        uint64_t now_usec = clock_now_usec();

        while (v->len > 0 && slot_at(v, 0)->deadline_usec <= now_usec) {
                decide(v, slot_at(v, 0), ATT_NO_VERDICT);
                remove_gaps(v);
        }
        start_timer(v);
}

int verdicts_new(Verdicts **ret, struct ev_loop *loop, const VerdictsParameters *parameters,
        const VerdictsEvents *events, void *userdata) {
        Verdicts *v = calloc(1, sizeof(*v));
        if (!v)
                return -ENOMEM;

        v->loop = loop;
        v->parameters = *parameters;
        v->events = events;
        v->userdata = userdata;
        ev_timer_init(&v->late, on_late, 0., 0.);
        v->late.data = v;
        v->slots = calloc(parameters->max, sizeof(*v->slots));
        if (!v->slots) {
                verdicts_free(v);
                return -ENOMEM;
        }
        *ret = v;
        return 0;
}

Verdicts *verdicts_free(Verdicts *v) {
        if (!v)
                return NULL;
        ev_timer_stop(v->loop, &v->late);
        free(v->slots);
        free(v);
        return NULL;
}

void verdicts_set_timeout(Verdicts *v, uint64_t timeout_usec) {
        uint64_t latest_usec = clock_now_usec() + timeout_usec;

        v->parameters.timeout_usec = timeout_usec;
        for (size_t i = 0; i < v->len; i++)
                if (slot_at(v, i)->deadline_usec > latest_usec)
                        slot_at(v, i)->deadline_usec = latest_usec;
        start_timer(v);
}

/* The head is no gap, so it stays where it is, and its deadline too. */
static void close_gaps(Verdicts *v) {
        size_t n = 0;

        for (size_t i = 0; i < v->len; i++) {
                Slot *from = slot_at(v, i), *to = slot_at(v, n);

                if (!from->waits)
                        continue;
                if (to != from) {
                        *to = *from;
                        to->write.data = to->data;
                }
                n++;
        }
        v->len = n;
}

int verdicts_add(Verdicts *v, const VerdictWrite *write) {
        if (v->len == v->parameters.max)
                close_gaps(v);
        if (v->len == v->parameters.max) {
                if (!v->full)
                        log_warning("%zu writes wait for a verdict, more are refused: is the "
                                    "handler of %s slow?",
                                v->len, write->characteristic->name);
                v->full = true;
                return VERDICTS_E_FULL;
        }
        Slot *slot = slot_at(v, v->len++);
        slot->waits = true;
        slot->write = *write;
        slot->write.data = slot->data;
        slot->deadline_usec = clock_now_usec() + v->parameters.timeout_usec;
        if (write->size > 0)
                memcpy(slot->data, write->data, write->size);
        if (v->len == 1)
                start_timer(v);
        return 0;
}

/* number 0: any; c NULL: any's. */
static Slot *find(const Verdicts *v, uint64_t number, const Characteristic *c) {
        for (size_t i = 0; i < v->len; i++) {
                Slot *slot = slot_at(v, i);

                if (slot->waits && (number == 0 || slot->write.number == number) &&
                        (!c || slot->write.characteristic == c))
                        return slot;
        }
        return NULL;
}

const Characteristic *verdicts_find(const Verdicts *v, uint64_t number) {
        const Slot *slot = number > 0 ? find(v, number, NULL) : NULL;

        return slot ? slot->write.characteristic : NULL;
}

int verdicts_decide(Verdicts *v, uint64_t number, unsigned code) {
        Slot *slot = number > 0 ? find(v, number, NULL) : NULL;

        if (!slot)
                return VERDICTS_E_EXPIRED;
        decide(v, slot, code);
        remove_gaps(v);
        return 0;
}

void verdicts_give_up(Verdicts *v, const Characteristic *c) {
        Slot *slot;

        while ((slot = find(v, 0, c)))
                decide(v, slot, ATT_NO_VERDICT);
        remove_gaps(v);
}
