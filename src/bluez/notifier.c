#include "bluez/notifier.h"

#include "bluez/names.h"
#include "bluez/value-signal.h"
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
        NotifierParameters parameters;
        char *owner;
        Ways *ways;
        bool *room; /* by Characteristic.index: whose room is still to be told */
        LinkMtus mtus;
        Pacer *pacer;
        sd_bus_slot *ping_slot;
        struct ev_timer again, tell_room;
        struct ev_timer confirmation; /* that is waited for and does not come */
        struct ev_timer retry;        /* of what failed; while it runs no Ping is sent */
        Backoff backoff;
};

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

/* The smallest MTU of those that hear this way; 0: none is known. */
static uint16_t mtu_of(const Notifier *n, const Way *way) {
        return way->mtu ? way->mtu : link_mtus_smallest(&n->mtus);
}

/* Beyond what a central with this MTU gets of a value. */
static bool oversize(uint16_t mtu, size_t size) {
        return mtu > 0 && size > (size_t)mtu - NOTIFICATION_HEAD;
}

/* value's bytes are void: it has been counted as sent or given. */
static void tell_sent(Notifier *n, const Way *way, const QueuedValue *value, uint64_t now) {
        const Characteristic *c = way->characteristic;
        uint64_t waited = now - value->pushed_usec;

        if (n->parameters.late_after_usec > 0 && waited > n->parameters.late_after_usec)
                n->events->late(c, waited, queue_notifier_waiting(way->cursor), n->userdata);
        if (oversize(mtu_of(n, way), value->size))
                n->events->cut(c, value->size, mtu_of(n, way), n->userdata);
}

/* Whoever may notify as well decides that for each central, and tells nobody. */
static void expect_confirmation(Notifier *n, Way *way, uint64_t now) {
        unsigned flags = way->characteristic->flags;

        if (!(flags & CHARACTERISTIC_INDICATE) || (flags & CHARACTERISTIC_NOTIFY) ||
                n->events->connected(n->userdata) == 0)
                return;
        way->confirm_by_usec = now + n->parameters.confirm_timeout_usec;
        if (!ev_is_active(&n->confirmation))
                timer_start_at(n->loop, &n->confirmation, way->confirm_by_usec);
}

/* An empty packet would be taken for the end of the socket. */
static bool fits(const Notifier *n, const Way *way, const QueuedValue *value) {
        if (way->socket && value->size == 0)
                return false;
        return way->characteristic->oversize == OVERSIZE_SEND ||
               !oversize(mtu_of(n, way), value->size);
}

static int hand_over(Notifier *n, const Way *way, const QueuedValue *value) {
        size_t room = way->mtu ? (size_t)way->mtu - NOTIFICATION_HEAD : PACKET_SIZE_MAX;

        if (way->socket)
                return packet_socket_send(
                        way->socket, value->data, value->size < room ? value->size : room);
        return value_signal_send(n->bus, n->owner,
                application_path_of(n->application, way->characteristic), value->data, value->size);
}

static int send_lane(Notifier *n, size_t lane, uint64_t now) {
        Way *way = ways_at(n->ways, lane);
        QueuedValue value;

        (void)queue_notifier_peek(way->cursor, &value);
        if (!fits(n, way, &value)) {
                queue_notifier_oversize(way->cursor, now);
                note_room(n, way->characteristic);
                return 0;
        }
        int r = hand_over(n, way, &value);
        /* What is wrong with a socket it tells itself. */
        if (r < 0)
                return way->socket ? 0 : r;
        if (way->socket)
                queue_notifier_given(way->cursor, now);
        else
                queue_notifier_sent(way->cursor, now);
        pacer_sent(n->pacer, lane, now);
        expect_confirmation(n, way, now);
        tell_sent(n, way, &value, now);
        note_room(n, way->characteristic);
        return 0;
}

static bool lane_waits(size_t lane, void *userdata) {
        const Notifier *n = userdata;
        const Way *way = ways_at(n->ways, lane);

        return way && ways_may_send(n->ways, way);
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

        bool answered = pulse_answered(n->parameters.pulse, m);

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
                r = sd_bus_call_async(
                        n->bus, &n->ping_slot, m, on_pong, n, n->parameters.ping_timeout_usec);
        if (r < 0)
                return r;
        pacer_ping_sent(n->pacer);
        pulse_asked(n->parameters.pulse);
        return 0;
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

static void confirmed(Notifier *n, Way *way) {
        queue_notifier_confirmed(way->cursor);
        way->confirm_by_usec = 0;
        pacer_stir(n->pacer, way->lane);
        notifier_wake(n);
}

/* The way that waits for one, or the first. */
void notifier_confirmed(Notifier *n, const Characteristic *c) {
        Way *first = ways_next(n->ways, c, NULL), *way = first;

        while (way && way->confirm_by_usec == 0)
                way = ways_next(n->ways, c, way);
        if (!way)
                way = first;
        if (way && way->cursor)
                confirmed(n, way);
}

/* Those whose time is over by now, or all. */
static void expect_no_longer(Notifier *n, uint64_t now) {
        uint64_t first = USEC_NEVER;

        for (size_t i = 0; i < n->profile->n_characteristics; i++)
                for (Way *way = ways_next(n->ways, profile_at(n->profile, i), NULL); way;
                        way = ways_next(n->ways, way->characteristic, way))
                        if (way->confirm_by_usec > 0 && way->confirm_by_usec <= now) {
                                way->confirm_by_usec = 0;
                                pacer_stir(n->pacer, way->lane);
                        } else if (way->confirm_by_usec > 0 && way->confirm_by_usec < first) {
                                first = way->confirm_by_usec;
                        }
        timer_start_at(n->loop, &n->confirmation, first);
        notifier_wake(n);
}

static void on_confirmation_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        expect_no_longer(w->data, clock_now_usec());
}

Ways *notifier_ways(Notifier *n) {
        return n->ways;
}

void notifier_device(Notifier *n, const char *device, SubscriberFacts facts) {
        ways_device(n->ways, device, facts);
        if (ev_is_active(&n->confirmation) && n->events->connected(n->userdata) == 0)
                expect_no_longer(n, USEC_NEVER);
}

LinkMtus *notifier_link_mtus(Notifier *n) {
        return &n->mtus;
}

int notifier_set_owner(Notifier *n, const char *owner) {
        /* What ends now does not make anything else go. */
        free(n->owner);
        n->owner = NULL;
        int r = ways_set_owner(n->ways, owner);
        n->ping_slot = sd_bus_slot_unref(n->ping_slot);
        ev_timer_stop(n->loop, &n->retry);
        ev_timer_stop(n->loop, &n->again);
        ev_timer_stop(n->loop, &n->confirmation);
        backoff_reset(&n->backoff);
        pacer_reset(n->pacer);
        n->mtus = (LinkMtus){0};
        n->owner = owner ? strdup(owner) : NULL;
        return owner && !n->owner ? -ENOMEM : r;
}

static void on_ways_wake(void *userdata) {
        notifier_wake(userdata);
}

static void on_kept(const Way *way, void *userdata) {
        note_room(userdata, way->characteristic);
}

static void on_switched(const Way *signal, void *userdata) {
        Notifier *n = userdata;

        n->events->subscribed(signal->characteristic, NULL, NOTIFY_BY_SIGNAL, n->userdata);
}

static void on_way_ended(const Way *way, void *userdata) {
        Notifier *n = userdata;
        const char *device = way->device[0] ? way->device : NULL;

        note_room(n, way->characteristic);
        n->events->unsubscribed(way->characteristic, device,
                device ? NOTIFY_BY_SOCKET : NOTIFY_BY_SIGNAL, n->userdata);
}

static void on_way_confirmed(Way *way, void *userdata) {
        confirmed(userdata, way);
}

static SubscriberFacts on_facts(const char *device, void *userdata) {
        const Notifier *n = userdata;

        return n->events->facts(device, n->userdata);
}

static const WaysEvents ways_events = {
        .wake = on_ways_wake,
        .kept = on_kept,
        .switched = on_switched,
        .ended = on_way_ended,
        .confirmed = on_way_confirmed,
        .facts = on_facts,
};

static WaysParameters ways_parameters(const Notifier *n) {
        return (WaysParameters){
                .switch_timeout_usec = n->parameters.switch_timeout_usec,
                .ping_timeout_usec = n->parameters.ping_timeout_usec,
                .budget = n->parameters.budget,
        };
}

void notifier_reconfigure(Notifier *n, const NotifierParameters *parameters) {
        uint64_t now = clock_now_usec();
        SocketBudget *budget = n->parameters.budget;

        n->parameters = *parameters;
        n->parameters.budget = budget;
        const WaysParameters ways = ways_parameters(n);
        backoff_set_bounds(&n->backoff, parameters->retry_min_usec, parameters->retry_max_usec);
        pacer_reconfigure(n->pacer, &parameters->pacer, now);
        ways_reconfigure(n->ways, &ways, now);
        notifier_wake(n);
}

static int new_ways(Notifier *n) {
        const WaysParameters parameters = ways_parameters(n);

        return ways_new(
                &n->ways, n->loop, n->bus, n->profile, n->pacer, &parameters, &ways_events, n);
}

static void init_timer(Notifier *n, struct ev_timer *timer,
        void (*called)(struct ev_loop *loop, struct ev_timer *w, int revents)) {
        ev_init(timer, called);
        timer->data = n;
}

static void init(Notifier *n) {
        backoff_init(&n->backoff, n->parameters.retry_min_usec, n->parameters.retry_max_usec);
        init_timer(n, &n->retry, on_timer);
        init_timer(n, &n->again, on_timer);
        init_timer(n, &n->tell_room, on_tell_room);
        init_timer(n, &n->confirmation, on_confirmation_timer);
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
        n->parameters = *parameters;
        n->events = events;
        n->userdata = userdata;
        init(n);
        n->room = calloc(profile->n_characteristics + 1, sizeof(bool));
        int r = n->room ? lanes_new_pacer(&n->pacer, &parameters->pacer, profile) : -ENOMEM;
        if (r >= 0)
                r = new_ways(n);
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
        /* Nothing is sent any more. */
        free(notifier->owner);
        notifier->owner = NULL;
        ways_free(notifier->ways);
        ev_timer_stop(notifier->loop, &notifier->retry);
        ev_timer_stop(notifier->loop, &notifier->again);
        ev_timer_stop(notifier->loop, &notifier->tell_room);
        ev_timer_stop(notifier->loop, &notifier->confirmation);
        sd_bus_unref(notifier->bus);
        pacer_free(notifier->pacer);
        free(notifier->room);
        free(notifier);
        return NULL;
}
