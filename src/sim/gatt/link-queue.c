/* In bluetoothd's order (src/shared/att.c): indications go when no notification waits, and one at
 * a time. */
#include "sim/gatt/link-queue.h"

#include "loop/timer.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define CONFIRMATION_TIMEOUT_USEC (30 * USEC_PER_SEC)

/* After so many the loop turns. */
#define PARCELS_PER_TURN 64

typedef struct Parcel {
        STAILQ_ENTRY(Parcel) entry;
        GattAnswer answer;
        void *userdata;
        Confirmation confirmation;
        uint16_t handle;
        uint8_t error;
        size_t size;
        uint8_t data[];
} Parcel;

STAILQ_HEAD(ParcelList, Parcel);

/* Owned by its link. */
struct LinkQueue {
        struct ev_loop *loop;
        const GattLinkEvents *events;
        void *userdata;
        struct ParcelList answers, notifications, indications;
        size_t n_waiting; /* without the answers */
        struct ev_timer delivery;
        struct ev_timer confirmation; /* runs while an indication is not confirmed */
        Confirmation due;
        bool hold, closed;
        bool telling, dead; /* freed in an event: it goes when that has returned */
};

static void drop_all(struct ParcelList *list) {
        Parcel *parcel;

        while ((parcel = STAILQ_FIRST(list))) {
                STAILQ_REMOVE_HEAD(list, entry);
                free(parcel);
        }
}

static Parcel *take_first(struct ParcelList *list) {
        Parcel *parcel = STAILQ_FIRST(list);

        if (parcel)
                STAILQ_REMOVE_HEAD(list, entry);
        return parcel;
}

static void wake(LinkQueue *q) {
        if (!ev_is_active(&q->delivery))
                timer_start_once(q->loop, &q->delivery, 0);
}

static Parcel *take_value(LinkQueue *q, bool *ret_indication) {
        Parcel *parcel = NULL;

        *ret_indication = false;
        if (q->hold)
                return NULL;
        parcel = take_first(&q->notifications);
        if (!parcel && !ev_is_active(&q->confirmation)) {
                parcel = take_first(&q->indications);
                *ret_indication = parcel != NULL;
        }
        if (parcel)
                q->n_waiting--;
        return parcel;
}

/* After events: nothing of q is touched any more. */
static void stop_telling(LinkQueue *q) {
        q->telling = false;
        if (q->dead)
                free(q);
}

/* False: nothing could be told. */
static bool deliver_one(LinkQueue *q) {
        bool indication;

        Parcel *parcel = take_first(&q->answers);
        if (parcel) {
                parcel->answer(parcel->error, parcel->data, parcel->size, parcel->userdata);
                free(parcel);
                return true;
        }
        parcel = take_value(q, &indication);
        if (!parcel)
                return false;
        if (indication) {
                q->due = parcel->confirmation;
                timer_start_once(q->loop, &q->confirmation, CONFIRMATION_TIMEOUT_USEC);
        }
        q->events->value(parcel->handle, parcel->data, parcel->size, indication, q->userdata);
        free(parcel);
        return true;
}

static void on_delivery(struct ev_loop *loop, struct ev_timer *w, int revents) {
        LinkQueue *q = w->data;
        bool more = true;

        q->telling = true;
        for (unsigned i = 0; i < PARCELS_PER_TURN && more; i++)
                more = deliver_one(q) && !q->dead;
        if (more)
                wake(q);
        stop_telling(q);
}

static void on_confirmation_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        LinkQueue *q = w->data;

        q->telling = true;
        q->events->closed(q->userdata);
        stop_telling(q);
}

int link_queue_new(
        LinkQueue **ret, struct ev_loop *loop, const GattLinkEvents *events, void *userdata) {
        LinkQueue *q = calloc(1, sizeof(*q));
        if (!q)
                return -ENOMEM;

        q->loop = loop;
        q->events = events;
        q->userdata = userdata;
        STAILQ_INIT(&q->answers);
        STAILQ_INIT(&q->notifications);
        STAILQ_INIT(&q->indications);
        ev_timer_init(&q->delivery, on_delivery, 0., 0.);
        ev_timer_init(&q->confirmation, on_confirmation_timeout, 0., 0.);
        q->delivery.data = q->confirmation.data = q;
        *ret = q;
        return 0;
}

void link_queue_close(LinkQueue *q) {
        ev_timer_stop(q->loop, &q->delivery);
        ev_timer_stop(q->loop, &q->confirmation);
        drop_all(&q->answers);
        drop_all(&q->notifications);
        drop_all(&q->indications);
        q->n_waiting = 0;
        q->closed = true;
}

LinkQueue *link_queue_free(LinkQueue *queue) {
        if (!queue)
                return NULL;
        link_queue_close(queue);
        queue->dead = true;
        if (!queue->telling)
                free(queue);
        return NULL;
}

static Parcel *parcel_new(const uint8_t *data, size_t size) {
        Parcel *parcel = calloc(1, sizeof(*parcel) + size);

        if (!parcel)
                return NULL;
        if (size > 0)
                memcpy(parcel->data, data, size);
        parcel->size = size;
        return parcel;
}

void link_queue_answer(LinkQueue *q, GattAnswer answer, void *userdata, uint8_t error,
        const uint8_t *data, size_t size) {
        Parcel *parcel = answer && !q->closed ? parcel_new(data, size) : NULL;

        if (!parcel)
                return;
        parcel->answer = answer;
        parcel->userdata = userdata;
        parcel->error = error;
        STAILQ_INSERT_TAIL(&q->answers, parcel, entry);
        wake(q);
}

void link_queue_send(LinkQueue *q, uint16_t handle, const uint8_t *data, size_t size,
        const Confirmation *confirmation) {
        Parcel *parcel = q->closed ? NULL : parcel_new(data, size);

        if (!parcel)
                return;
        parcel->handle = handle;
        q->n_waiting++;
        if (confirmation) {
                parcel->confirmation = *confirmation;
                STAILQ_INSERT_TAIL(&q->indications, parcel, entry);
        } else {
                STAILQ_INSERT_TAIL(&q->notifications, parcel, entry);
        }
        wake(q);
}

bool link_queue_confirm(LinkQueue *q, Confirmation *ret) {
        if (!ev_is_active(&q->confirmation))
                return false;
        ev_timer_stop(q->loop, &q->confirmation);
        *ret = q->due;
        wake(q);
        return true;
}

void link_queue_hold(LinkQueue *q, bool hold) {
        q->hold = hold;
        if (!hold && !q->closed)
                wake(q);
}

size_t link_queue_waiting(const LinkQueue *q) {
        return q->n_waiting;
}
