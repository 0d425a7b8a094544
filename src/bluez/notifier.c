#include "bluez/notifier.h"

#include "bluez/names.h"
#include "core/backoff.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SENDS_PER_TURN 32 /* then everybody else has a turn */

/* Owned by Serving. */
struct Notifier {
        struct ev_loop *loop;
        sd_bus *bus;
        const Application *application;
        const Profile *profile;
        const NotifierEvents *events;
        void *userdata;
        uint64_t ping_timeout_usec, late_after_usec;
        char *owner;
        QueueNotifier **cursors; /* by Characteristic.index; NULL: not subscribed */
        bool *room;              /* likewise: whose room is still to be told */
        LinkMtus mtus;
        Pacer *pacer;
        sd_bus_slot *ping_slot;
        struct ev_timer again, tell_room;
        struct ev_timer retry; /* of what failed; while it runs no Ping is sent */
        Backoff backoff;
};

/* To BlueZ alone, not to the whole bus: values are nobody else's business. */
static int send_value(Notifier *n, size_t index, const uint8_t *data, size_t size) {
        const char *path = application_path_of(n->application, profile_at(n->profile, index));
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(n->bus, &m, path, DBUS_PROPERTIES, "PropertiesChanged");
        if (r >= 0)
                r = sd_bus_message_set_destination(m, n->owner);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", BLUEZ_CHARACTERISTIC);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "Value");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0);
        if (r >= 0)
                r = sd_bus_send(n->bus, m, NULL);
        return r;
}

/* Not at once: who hears of it sets values, which leads back here. */
static void note_room(Notifier *n, const Characteristic *c) {
        if (c->policy != QUEUE_BLOCK)
                return;
        n->room[c->index] = true;
        timer_start_once(n->loop, &n->tell_room, 0);
}

static void on_tell_room(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Notifier *n = w->data;

        for (size_t i = 0; i < n->profile->n_characteristics; i++) {
                bool room = n->room[i];

                n->room[i] = false;
                if (room)
                        n->events->room(profile_at(n->profile, i), n->userdata);
        }
}

/* Beyond what a central with the smallest known MTU gets of a value. */
static bool oversize(const Notifier *n, size_t size) {
        uint16_t mtu = link_mtus_smallest(&n->mtus);

        return mtu > 0 && size > (size_t)mtu - NOTIFICATION_HEAD;
}

/* Its bytes are void: it has been counted as sent. */
static void tell_sent(
        Notifier *n, const Characteristic *c, const QueuedValue *value, uint64_t now) {
        uint64_t waited = now - value->pushed_usec;

        if (n->late_after_usec > 0 && waited > n->late_after_usec)
                n->events->late(c, waited, queue_notifier_counters(n->cursors[c->index]).pending,
                        n->userdata);
        if (oversize(n, value->size))
                n->events->cut(c, value->size, link_mtus_smallest(&n->mtus), n->userdata);
}

static int send_lane(Notifier *n, size_t lane, uint64_t now) {
        const Characteristic *c = profile_at(n->profile, lane);
        QueueNotifier *cursor = n->cursors[lane];
        QueuedValue value;

        (void)queue_notifier_peek(cursor, &value);
        if (c->oversize == OVERSIZE_DROP && oversize(n, value.size)) {
                queue_notifier_oversize(cursor, now);
                note_room(n, c);
                return 0;
        }
        int r = send_value(n, lane, value.data, value.size);
        if (r < 0)
                return r;
        queue_notifier_sent(cursor, now);
        pacer_sent(n->pacer, lane, now);
        tell_sent(n, c, &value, now);
        note_room(n, c);
        return 0;
}

static bool lane_waits(size_t lane, void *userdata) {
        const Notifier *n = userdata;
        QueuedValue value;

        return n->cursors[lane] && queue_notifier_peek(n->cursors[lane], &value) > 0;
}

static int send_waiting(Notifier *n) {
        uint64_t now = clock_now_usec(), again = now;
        size_t lane;

        for (unsigned i = 0; i < SENDS_PER_TURN; i++) {
                if (pacer_next(n->pacer, lane_waits, n, now, &lane, &again) == 0)
                        break;
                int r = send_lane(n, lane, now);
                if (r < 0)
                        return r;
                again = now;
        }
        timer_start_at(n->loop, &n->again, again);
        return 0;
}

static int on_pong(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Notifier *n = userdata;

        const char *sender = sd_bus_message_get_sender(m);

        /* Any answer will do, but it must be bluetoothd's own: not the bus's, not a timeout. */
        bool answered = sender && strcmp(sender, n->owner) == 0;

        n->ping_slot = sd_bus_slot_unref(n->ping_slot);
        pacer_ping_done(n->pacer, answered);
        if (answered) {
                backoff_reset(&n->backoff);
                notifier_wake(n);
        } else {
                timer_start_once(n->loop, &n->retry, backoff_next_usec(&n->backoff));
        }
        return 0;
}

static int ping(Notifier *n) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_method_call(n->bus, &m, n->owner, "/", DBUS_PEER, "Ping");
        if (r >= 0)
                r = sd_bus_call_async(n->bus, &n->ping_slot, m, on_pong, n, n->ping_timeout_usec);
        if (r >= 0)
                pacer_ping_sent(n->pacer);
        return r;
}

void notifier_wake(Notifier *n) {
        if (!n->owner)
                return;
        int r = send_waiting(n);
        if (r >= 0 && pacer_wants_ping(n->pacer) && !ev_is_active(&n->retry))
                r = ping(n);
        if (r < 0 && !ev_is_active(&n->retry)) {
                log_warning("the bus does not take notifications: %s", strerror(-r));
                timer_start_once(n->loop, &n->retry, backoff_next_usec(&n->backoff));
        }
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        notifier_wake(w->data);
}

int notifier_subscribe(Notifier *n, const Characteristic *c, Queue *queue) {
        return n->cursors[c->index] ? 0 : queue_notifier_new(&n->cursors[c->index], queue);
}

void notifier_unsubscribe(Notifier *n, const Characteristic *c) {
        if (!n->cursors[c->index])
                return;
        n->cursors[c->index] = queue_notifier_end(n->cursors[c->index]);
        note_room(n, c);
}

bool notifier_subscribed(const Notifier *n, const Characteristic *c) {
        return n->cursors[c->index] != NULL;
}

void notifier_confirmed(Notifier *n, const Characteristic *c) {
        if (n->cursors[c->index])
                queue_notifier_confirmed(n->cursors[c->index]);
}

LinkMtus *notifier_link_mtus(Notifier *n) {
        return &n->mtus;
}

static void end_all(Notifier *n) {
        for (size_t i = 0; n->cursors && i < n->profile->n_characteristics; i++)
                notifier_unsubscribe(n, profile_at(n->profile, i));
}

int notifier_set_owner(Notifier *n, const char *owner) {
        end_all(n);
        n->ping_slot = sd_bus_slot_unref(n->ping_slot);
        ev_timer_stop(n->loop, &n->retry);
        ev_timer_stop(n->loop, &n->again);
        backoff_reset(&n->backoff);
        pacer_reset(n->pacer);
        n->mtus = (LinkMtus){0};
        free(n->owner);
        n->owner = owner ? strdup(owner) : NULL;
        return owner && !n->owner ? -ENOMEM : 0;
}

/* A lane for each characteristic; those that do not notify never wait. */
static int new_pacer(Notifier *n, const PacerParameters *parameters) {
        size_t n_lanes = n->profile->n_characteristics;
        _cleanup_free_ PacerLane *lanes = calloc(n_lanes + 1, sizeof(*lanes));
        if (!lanes)
                return -ENOMEM;

        for (size_t i = 0; i < n_lanes; i++) {
                const Characteristic *c = profile_at(n->profile, i);
                lanes[i] = (PacerLane){
                        .rate = c->rate,
                        .min_interval_usec = c->min_interval_usec,
                        .priority = c->priority,
                };
        }
        return pacer_new(&n->pacer, parameters, lanes, n_lanes);
}

static void init_timer(Notifier *n, struct ev_timer *timer,
        void (*called)(struct ev_loop *loop, struct ev_timer *w, int revents)) {
        ev_init(timer, called);
        timer->data = n;
}

int notifier_new(Notifier **ret, struct ev_loop *loop, sd_bus *bus, const Application *application,
        const Profile *profile, const NotifierParameters *parameters, const NotifierEvents *events,
        void *userdata) {
        Notifier *n = calloc(1, sizeof(*n));
        if (!n)
                return -ENOMEM;

        n->loop = loop;
        n->bus = sd_bus_ref(bus);
        n->application = application;
        n->profile = profile;
        n->events = events;
        n->userdata = userdata;
        n->ping_timeout_usec = parameters->ping_timeout_usec;
        n->late_after_usec = parameters->late_after_usec;
        backoff_init(&n->backoff, parameters->retry_min_usec, parameters->retry_max_usec);
        init_timer(n, &n->retry, on_timer);
        init_timer(n, &n->again, on_timer);
        init_timer(n, &n->tell_room, on_tell_room);
        n->cursors = calloc(profile->n_characteristics + 1, sizeof(QueueNotifier *));
        n->room = calloc(profile->n_characteristics + 1, sizeof(bool));
        int r = n->cursors && n->room ? new_pacer(n, &parameters->pacer) : -ENOMEM;
        if (r < 0) {
                notifier_free(n);
                return r;
        }
        *ret = n;
        return 0;
}

Notifier *notifier_free(Notifier *notifier) {
        if (!notifier)
                return NULL;
        sd_bus_slot_unref(notifier->ping_slot);
        end_all(notifier);
        ev_timer_stop(notifier->loop, &notifier->retry);
        ev_timer_stop(notifier->loop, &notifier->again);
        ev_timer_stop(notifier->loop, &notifier->tell_room);
        sd_bus_unref(notifier->bus);
        pacer_free(notifier->pacer);
        free(notifier->cursors);
        free(notifier->room);
        free(notifier->owner);
        free(notifier);
        return NULL;
}
