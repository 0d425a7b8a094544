#include "bluez/way.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void lanes_done(Lanes *lanes) {
        free(lanes->sockets);
        *lanes = (Lanes){0};
}

Way *lanes_socket(const Lanes *lanes, size_t lane) {
        if (lane < lanes->n_signals || lane - lanes->n_signals >= lanes->n_sockets)
                return NULL;
        return lanes->sockets[lane - lanes->n_signals];
}

static int make_room(Lanes *lanes, size_t lane) {
        size_t n = lane - lanes->n_signals + 1;
        Way **more;

        if (n <= lanes->n_sockets)
                return 0;
        more = reallocarray(lanes->sockets, n, sizeof(*more));
        if (!more)
                return -ENOMEM;
        lanes->sockets = more;
        while (lanes->n_sockets < n)
                more[lanes->n_sockets++] = NULL;
        return 0;
}

PacerLane way_lane(const Characteristic *c, bool unwindowed) {
        return (PacerLane){
                .rate = c->rate,
                .min_interval_usec = c->min_interval_usec,
                .priority = c->priority,
                .unwindowed = unwindowed,
        };
}

int lanes_new_pacer(Pacer **ret, const PacerParameters *parameters, const Profile *profile) {
        size_t n = profile->n_characteristics;
        _cleanup_free_ PacerLane *lanes = calloc(n + 1, sizeof(*lanes));
        if (!lanes)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++)
                lanes[i] = way_lane(profile_at(profile, i), false);
        return pacer_new(ret, parameters, lanes, n);
}

/* It fills up by itself, so the window is not for it. */
static int add_lane(Lanes *lanes, Way *way) {
        const PacerLane lane = way_lane(way->characteristic, true);

        int r = pacer_add_lane(lanes->pacer, &lane, &way->lane);
        if (r < 0)
                return r;
        r = make_room(lanes, way->lane);
        if (r < 0)
                pacer_remove_lane(lanes->pacer, way->lane);
        else
                lanes->sockets[way->lane - lanes->n_signals] = way;
        return r;
}

int way_new(Way **ret, int *ret_fd, const Characteristic *c, const char *device, Queue *queue,
        Lanes *lanes, struct ev_loop *loop, const PacketSocketEvents *events) {
        Way *way = calloc(1, sizeof(*way));
        if (!way)
                return -ENOMEM;

        way->characteristic = c;
        (void)snprintf(way->device, sizeof(way->device), "%s", device);
        int r = add_lane(lanes, way);
        if (r < 0) {
                free(way);
                return r;
        }
        r = queue_notifier_new(&way->cursor, queue);
        if (r >= 0)
                r = packet_socket_new(&way->socket, ret_fd, loop, lanes->budget, events, way);
        if (r < 0) {
                way_free(way, lanes);
                return r;
        }
        *ret = way;
        return 0;
}

bool way_settle(Way *way, uint64_t now_usec) {
        if (!way->socket || !way->cursor)
                return false;
        switch (packet_socket_fate(way->socket)) {
        case PACKET_READ:
                queue_notifier_kept(way->cursor, now_usec);
                return true;
        case PACKET_UNREAD:
                queue_notifier_returned(way->cursor, now_usec);
                break;
        case PACKET_UNKNOWN:
                break;
        }
        return false;
}

Way *way_free(Way *way, Lanes *lanes) {
        (void)way_settle(way, clock_now_usec());
        lanes->sockets[way->lane - lanes->n_signals] = NULL;
        pacer_remove_lane(lanes->pacer, way->lane);
        sd_bus_slot_unref(way->ping);
        packet_socket_free(way->socket);
        queue_notifier_end(way->cursor);
        free(way);
        return NULL;
}
