#include "bluez/outlet.h"

#include "bluez/names.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

static void end_signal(Outlet *o) {
        if (!o->signal.cursor)
                return;
        o->signal.cursor = queue_notifier_end(o->signal.cursor);
        o->signal.confirm_by_usec = 0;
        o->context->events->ended(&o->signal, o->context->userdata);
}

static void end_socket(Outlet *o, Way **link) {
        Way *way = *link;

        *link = way->next;
        o->context->events->ended(way, o->context->userdata);
        way_free(way, &o->context->lanes);
}

static void end_sockets(Outlet *o) {
        for (Way **link = &o->sockets; *link;)
                if (subscription_has_socket(&o->subscription, (*link)->device))
                        link = &(*link)->next;
                else
                        end_socket(o, link);
}

/* Its central is there, and hears. One that has left has a way still while others' are held. */
static bool is_heard(const Outlet *o, const Way *way) {
        const OutletContext *context = o->context;

        return subscription_has(&o->subscription, way->device) &&
               context->events->facts(way->device, context->userdata).connected;
}

static bool goes_before(const Outlet *o, const Way *way, const Way *other) {
        bool heard = is_heard(o, way);

        return heard == is_heard(o, other) ? queue_notifier_ahead(way->cursor, other->cursor)
                                           : heard;
}

/* Of the one, of those that are heard, that has sent the most: so nobody is told twice. What others
 * have not sent is dropped with them. */
static QueueNotifier *take_furthest_cursor(Outlet *o) {
        uint64_t now = clock_now_usec();
        Way *furthest = NULL;

        for (Way *way = o->sockets; way; way = way->next)
                (void)way_settle(way, now);
        for (Way *way = o->sockets; way; way = way->next)
                if (way->cursor && (!furthest || goes_before(o, way, furthest)))
                        furthest = way;
        if (!furthest)
                return NULL;
        /* What bluetoothd can still read it will: it looks at what came before the end. */
        queue_notifier_kept(furthest->cursor, now);
        return STEAL(furthest->cursor);
}

static void start_signal(Outlet *o) {
        if (o->signal.cursor)
                return;
        o->signal.cursor = take_furthest_cursor(o);
        if (o->signal.cursor)
                o->context->events->switched(&o->signal, o->context->userdata);
        else if (queue_notifier_new(&o->signal.cursor, o->queue) < 0)
                log_error("no memory to notify %s", o->characteristic->name);
}

/* Whether the sockets have been read, once BlueZ has them all. */
static void look(Outlet *o) {
        if (o->state == SUBSCRIPTION_DRAINING && o->answered)
                timer_start_once(o->context->loop, &o->look, 0);
}

static int on_pong(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Outlet *o = userdata;

        o->ping = sd_bus_slot_unref(o->ping);
        o->answered = true;
        look(o);
        return 0;
}

/* Whether BlueZ has gone through what was sent to it before. */
static void ask(const OutletContext *context, sd_bus_slot **slot, sd_bus_message_handler_t answered,
        void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_method_call(
                context->bus, &m, context->owner, "/", DBUS_PEER, "Ping");
        if (r >= 0)
                r = sd_bus_call_async(context->bus, slot, m, answered, userdata,
                        context->parameters.ping_timeout_usec);
        if (r < 0)
                log_warning("the bus takes no call: %s", strerror(-r));
}

/* The signal must overtake nothing: BlueZ is to have the sockets, and to have read them. */
static void drain(Outlet *o) {
        const OutletContext *context = o->context;

        o->answered = false;
        timer_start_once(context->loop, &o->limit, context->parameters.switch_timeout_usec);
        ask(context, &o->ping, on_pong, o);
}

static void stop_waiting(Outlet *o) {
        ev_timer_stop(o->context->loop, &o->limit);
        ev_timer_stop(o->context->loop, &o->look);
        o->ping = sd_bus_slot_unref(o->ping);
}

static void enter_state(Outlet *o, SubscriptionState state) {
        static const char *const names[] = {
                [SUBSCRIPTION_NONE] = "nobody",
                [SUBSCRIPTION_SOCKETS] = "sockets",
                [SUBSCRIPTION_HOLDING] = "held until it is known who has left",
                [SUBSCRIPTION_DRAINING] = "held until the sockets are read",
                [SUBSCRIPTION_SIGNAL] = "the signal",
        };

        if (state == o->state)
                return;
        log_debug("%s is served by: %s (before: %s)", o->characteristic->name, names[state],
                names[o->state]);
        o->state = state;
        stop_waiting(o);
        if (state == SUBSCRIPTION_HOLDING)
                timer_start_once(
                        o->context->loop, &o->limit, o->context->parameters.switch_timeout_usec);
        if (state == SUBSCRIPTION_DRAINING)
                drain(o);
}

void outlet_stir(const Outlet *o) {
        Pacer *pacer = o->context->lanes.pacer;

        if (o->signal.cursor)
                pacer_stir(pacer, o->signal.lane);
        for (const Way *way = o->sockets; way; way = way->next)
                pacer_stir(pacer, way->lane);
}

static void wake(const Outlet *o) {
        outlet_stir(o);
        o->context->events->wake(o->context->userdata);
}

/* Brings about what the subscription says. While it holds, everything is kept as it is. */
void outlet_follow(Outlet *o) {
        SubscriptionState state = subscription_state(&o->subscription);

        enter_state(o, state);
        switch (state) {
        case SUBSCRIPTION_HOLDING:
        case SUBSCRIPTION_DRAINING:
                return;
        case SUBSCRIPTION_SIGNAL:
                start_signal(o);
                break;
        case SUBSCRIPTION_NONE:
        case SUBSCRIPTION_SOCKETS:
                end_signal(o);
                break;
        }
        end_sockets(o);
        wake(o);
}

static bool have_been_read(const Outlet *o) {
        for (const Way *way = o->sockets; way; way = way->next)
                if (way->socket && packet_socket_blocked(way->socket))
                        return false;
        return true;
}

static void on_look(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Outlet *o = w->data;

        if (!have_been_read(o))
                return;
        subscription_drained(&o->subscription);
        outlet_follow(o);
}

static void on_limit(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Outlet *o = w->data;

        if (o->state == SUBSCRIPTION_DRAINING) {
                log_warning("%s: bluetoothd does not read its sockets, which are closed now",
                        o->characteristic->name);
                subscription_drained(&o->subscription);
        } else {
                subscription_give_up_waiting(&o->subscription);
        }
        outlet_follow(o);
}

static void on_forget(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Outlet *o = w->data;

        subscription_forget_ended(&o->subscription);
}

/* A byte 01 for each indication that was confirmed. */
static void on_packet(const uint8_t *data, size_t size, void *userdata) {
        Way *way = userdata;
        const OutletContext *context = way->outlet->context;

        if (size > 0 && data[0] == 1)
                context->events->confirmed(way, context->userdata);
}

static void settle(Way *way) {
        const OutletContext *context = way->outlet->context;

        if (way_settle(way, clock_now_usec()))
                context->events->kept(way, context->userdata);
}

static void on_writable(void *userdata) {
        Way *way = userdata;

        settle(way);
        look(way->outlet);
        wake(way->outlet);
}

/* Its cursor stays until it is known what becomes of its central. */
static void on_closed(void *userdata) {
        Way *way = userdata;
        Outlet *o = way->outlet;
        OutletContext *context = o->context;

        settle(way);
        way->socket = packet_socket_free(way->socket);
        look(o);
        subscription_hung_up(&o->subscription, way->device,
                context->events->facts(way->device, context->userdata));
        timer_start_once(context->loop, &o->forget, context->parameters.switch_timeout_usec);
        outlet_follow(o);
}

static const PacketSocketEvents socket_events = {
        .packet = on_packet,
        .writable = on_writable,
        .closed = on_closed,
};

/* Put at the end. */
static int open_socket(Outlet *o, const char *device, int *ret_fd) {
        OutletContext *context = o->context;
        Way **link = &o->sockets;

        while (*link)
                link = &(*link)->next;
        int r = way_new(link, ret_fd, o->characteristic, device, o->queue, &context->lanes,
                context->loop, &socket_events);
        if (r >= 0)
                (*link)->outlet = o;
        return r;
}

static Way *last_socket(const Outlet *o) {
        Way *way = o->sockets;

        while (way && way->next)
                way = way->next;
        return way;
}

/* Nothing was ever to be sent by it, so nothing is told of its end. */
static void drop_new_socket(Outlet *o) {
        Way **link = &o->sockets;

        while ((*link)->next)
                link = &(*link)->next;
        *link = way_free(*link, &o->context->lanes);
}

/* In the place of one that it had. */
static void end_older_socket(Outlet *o, const char *device) {
        for (Way **link = &o->sockets; *link; link = &(*link)->next)
                if ((*link)->next && strcmp((*link)->device, device) == 0) {
                        end_socket(o, link);
                        return;
                }
}

/* One ended, and others may have with it. */
static bool look_at_one(const Outlet *o) {
        for (const Way *way = o->sockets; way; way = way->next)
                if (way->socket && packet_socket_look(way->socket))
                        return true;
        return false;
}

/* What BlueZ had closed before it called. */
static void look_at_sockets(const Outlet *o) {
        while (look_at_one(o))
                continue;
}

/* It is looked at first: what BlueZ has not taken is closed by now. */
static int on_taken(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Way *way = userdata;
        Outlet *o = way->outlet;
        char device[sizeof(way->device)];

        memcpy(device, way->device, sizeof(device));
        way->ping = sd_bus_slot_unref(way->ping);
        if (sd_bus_message_is_method_error(m, NULL))
                return 0;
        look_at_sockets(o);
        subscription_accepted(&o->subscription, device);
        return 0;
}

static bool sockets_serve(const OutletContext *context, const Characteristic *c) {
        return c->notify_by == NOTIFY_BY_SOCKET && context->owner &&
               bluez_sockets_serve(context->traits, (c->flags & CHARACTERISTIC_INDICATE) != 0);
}

/* Their pings go behind the answers that carry the sockets. */
static void on_accept(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Outlet *o = w->data;

        for (Way *way = o->sockets; way; way = way->next)
                if (way->socket && !way->asked) {
                        way->asked = true;
                        ask(o->context, &way->ping, on_taken, way);
                }
}

bool outlet_acquire(
        Outlet *o, Queue *queue, const char *device, uint16_t mtu, int *ret_fd, Way **ret) {
        const OutletContext *context = o->context;
        bool usable = sockets_serve(context, o->characteristic);
        NotifySockets kind = usable ? context->traits->notify_sockets : NOTIFY_SOCKETS_UNKNOWN;

        o->queue = queue;
        look_at_sockets(o);
        bool opened = usable && device && open_socket(o, device, ret_fd) >= 0;
        bool given = subscription_acquire(&o->subscription, kind, device ? device : "", opened);
        if (opened && !given) {
                close(*ret_fd);
                drop_new_socket(o);
        }
        if (given) {
                end_older_socket(o, device);
                *ret = last_socket(o);
                (*ret)->mtu = kind == NOTIFY_SOCKETS_EACH ? mtu : 0;
                timer_start_once(context->loop, &o->accept, 0);
        }
        outlet_follow(o);
        return given;
}

void outlet_clear(Outlet *o) {
        subscription_clear(&o->subscription);
        outlet_follow(o);
        ev_timer_stop(o->context->loop, &o->accept);
        ev_timer_stop(o->context->loop, &o->forget);
}

static void init_timer(Outlet *o, struct ev_timer *timer,
        void (*called)(struct ev_loop *loop, struct ev_timer *w, int revents)) {
        ev_init(timer, called);
        timer->data = o;
}

void outlet_init(Outlet *o, OutletContext *context, const Characteristic *c) {
        *o = (Outlet){.context = context, .characteristic = c};
        o->signal = (Way){.characteristic = c, .outlet = o, .lane = c->index};
        init_timer(o, &o->limit, on_limit);
        init_timer(o, &o->forget, on_forget);
        init_timer(o, &o->look, on_look);
        init_timer(o, &o->accept, on_accept);
}
