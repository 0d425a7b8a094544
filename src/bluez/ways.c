#include "bluez/ways.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Notifier. */
struct Ways {
        const Profile *profile;
        OutletContext context;
        Outlet *outlets; /* by Characteristic.index */
};

static Outlet *outlet_of(const Ways *ways, const Characteristic *c) {
        return &ways->outlets[c->index];
}

bool ways_acquire(Ways *ways, const Characteristic *c, Queue *queue, const char *device,
        uint16_t mtu, int *ret_fd, Way **ret) {
        return outlet_acquire(outlet_of(ways, c), queue, device, mtu, ret_fd, ret);
}

void ways_start(Ways *ways, const Characteristic *c, Queue *queue) {
        Outlet *o = outlet_of(ways, c);

        o->queue = queue;
        subscription_start(&o->subscription);
        outlet_follow(o);
}

void ways_stop(Ways *ways, const Characteristic *c) {
        subscription_stop(&outlet_of(ways, c)->subscription);
        outlet_follow(outlet_of(ways, c));
}

void ways_clear(Ways *ways, const Characteristic *c) {
        outlet_clear(outlet_of(ways, c));
}

void ways_device(Ways *ways, const char *device, SubscriberFacts facts) {
        for (size_t i = 0; i < ways->profile->n_characteristics; i++) {
                Outlet *o = &ways->outlets[i];

                if (o->subscription.n_subscribers == 0)
                        continue;
                subscription_device(&o->subscription, device, facts);
                outlet_follow(o);
        }
}

void ways_set_traits(Ways *ways, const BluezTraits *traits) {
        ways->context.traits = traits;
}

int ways_set_owner(Ways *ways, const char *owner) {
        for (size_t i = 0; i < ways->profile->n_characteristics; i++)
                ways_clear(ways, profile_at(ways->profile, i));
        free(ways->context.owner);
        ways->context.owner = owner ? strdup(owner) : NULL;
        return owner && !ways->context.owner ? -ENOMEM : 0;
}

void ways_stir(const Ways *ways, const Characteristic *c) {
        outlet_stir(outlet_of(ways, c));
}

Way *ways_at(const Ways *ways, size_t lane) {
        return lane < ways->context.lanes.n_signals ? &ways->outlets[lane].signal
                                                    : lanes_socket(&ways->context.lanes, lane);
}

Way *ways_next(const Ways *ways, const Characteristic *c, const Way *way) {
        Outlet *o = outlet_of(ways, c);

        if (!way && o->signal.cursor)
                return &o->signal;
        return way && way != &o->signal ? way->next : o->sockets;
}

bool ways_may_send(const Ways *ways, const Way *way) {
        const Outlet *o = way->outlet;
        QueuedValue value;

        if (o->state != SUBSCRIPTION_SIGNAL && o->state != SUBSCRIPTION_SOCKETS)
                return false;
        if (!way->cursor || way->confirm_by_usec > 0 ||
                queue_notifier_peek(way->cursor, &value) == 0)
                return false;
        return way == &o->signal || (way->socket && !packet_socket_blocked(way->socket));
}

bool ways_subscribed(const Ways *ways, const Characteristic *c) {
        return outlet_of(ways, c)->state != SUBSCRIPTION_NONE;
}

static void reconfigure_lanes(Pacer *pacer, const Outlet *o, uint64_t now_usec) {
        const PacerLane signal = way_lane(o->characteristic, false);
        const PacerLane socket = way_lane(o->characteristic, true);

        pacer_reconfigure_lane(pacer, o->signal.lane, &signal, now_usec);
        for (const Way *way = o->sockets; way; way = way->next)
                pacer_reconfigure_lane(pacer, way->lane, &socket, now_usec);
}

void ways_reconfigure(Ways *ways, const WaysParameters *parameters, uint64_t now_usec) {
        ways->context.parameters.switch_timeout_usec = parameters->switch_timeout_usec;
        ways->context.parameters.ping_timeout_usec = parameters->ping_timeout_usec;
        for (size_t i = 0; i < ways->profile->n_characteristics; i++)
                reconfigure_lanes(ways->context.lanes.pacer, &ways->outlets[i], now_usec);
}

int ways_new(Ways **ret, struct ev_loop *loop, sd_bus *bus, const Profile *profile, Pacer *pacer,
        const WaysParameters *parameters, const WaysEvents *events, void *userdata) {
        Ways *ways = calloc(1, sizeof(*ways));
        if (!ways)
                return -ENOMEM;

        ways->profile = profile;
        ways->context = (OutletContext){
                .loop = loop,
                .bus = sd_bus_ref(bus),
                .traits = bluez_traits((BluezVersion){0}),
                .lanes = {.pacer = pacer,
                        .budget = parameters->budget,
                        .n_signals = profile->n_characteristics},
                .parameters = *parameters,
                .events = events,
                .userdata = userdata,
        };
        ways->outlets = calloc(profile->n_characteristics + 1, sizeof(*ways->outlets));
        if (!ways->outlets) {
                ways_free(ways);
                return -ENOMEM;
        }
        for (size_t i = 0; i < profile->n_characteristics; i++)
                outlet_init(&ways->outlets[i], &ways->context, profile_at(profile, i));
        *ret = ways;
        return 0;
}

Ways *ways_free(Ways *ways) {
        if (!ways)
                return NULL;
        for (size_t i = 0; ways->outlets && i < ways->profile->n_characteristics; i++)
                outlet_clear(&ways->outlets[i]);
        sd_bus_unref(ways->context.bus);
        lanes_done(&ways->context.lanes);
        free(ways->context.owner);
        free(ways->outlets);
        free(ways);
        return NULL;
}
