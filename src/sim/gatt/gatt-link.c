/* The connected centrals. */
#include "sim/gatt/att.h"
#include "sim/gatt/gatt-calls.h"
#include "sim/gatt/gatt-device.h"
#include "sim/gatt/gatt-state.h"
#include "sim/gatt/subscription.h"
#include "sim/gatt/value-socket.h"

#include <errno.h>
#include <stdlib.h>

/* The device of a central that connects. What is left of one that was bonded and is no more does
 * not count. */
static int get_device(Device **ret, GattServer *server, const char *path, bool bonded) {
        int r = gatt_device_get(ret, server, path);

        if (r < 0)
                return r;
        if ((*ret)->link)
                return -EALREADY;
        if (!bonded) {
                subscription_clear(server, *ret);
                (*ret)->stored_service_changed = 0;
        }
        (*ret)->bonded = bonded;
        return 0;
}

int gatt_link_new(GattLink **ret, GattServer *server, const char *device_path, uint16_t mtu,
        bool bonded, const GattLinkEvents *events, void *userdata) {
        if (!server->bus)
                return -ENOTCONN;
        GattLink *link = calloc(1, sizeof(*link));
        if (!link)
                return -ENOMEM;

        int r = link_queue_new(&link->queue, server->loop, events, userdata);
        if (r >= 0)
                r = get_device(&link->device, server, device_path, bonded);
        if (r < 0) {
                link_queue_free(link->queue);
                free(link);
                return r;
        }
        link->server = server;
        link->device->link = link;
        gatt_link_set_mtu(link, mtu);
        subscription_returned(server, link->device);
        *ret = link;
        return 0;
}

GattLink *gatt_link_free(GattLink *link) {
        if (!link)
                return NULL;
        if (link->server)
                gatt_device_leave(link->server, link->device);
        link_queue_free(link->queue);
        free(link);
        return NULL;
}

void gatt_link_set_mtu(GattLink *link, uint16_t mtu) {
        link->mtu = mtu > ATT_MTU_MIN ? mtu : ATT_MTU_MIN;
}

void gatt_link_set_bonded(GattLink *link) {
        if (link->server)
                link->device->bonded = true;
}

static Provider *find_provider(const GattServer *server, uint64_t id) {
        GattApplication *a;

        for (a = TAILQ_FIRST(&server->applications); a; a = TAILQ_NEXT(a, entry))
                for (size_t i = 0; i < a->objects->n_objects; i++)
                        if (a->providers[i].id == id)
                                return &a->providers[i];
        return NULL;
}

static ValueSocket *find_socket(const GattServer *server, uint64_t id) {
        GattApplication *a;
        ValueSocket *s;

        for (a = TAILQ_FIRST(&server->applications); a; a = TAILQ_NEXT(a, entry))
                for (size_t i = 0; i < a->objects->n_objects; i++)
                        for (s = TAILQ_FIRST(&a->providers[i].notify_sockets); s;
                                s = TAILQ_NEXT(s, entry))
                                if (s->id == id)
                                        return s;
        return NULL;
}

void gatt_link_confirm(GattLink *link) {
        Confirmation due;

        if (!link->server || !link_queue_confirm(link->queue, &due))
                return;
        Provider *p = due.provider ? find_provider(link->server, due.provider) : NULL;
        ValueSocket *s = due.socket ? find_socket(link->server, due.socket) : NULL;
        if (p)
                gatt_calls_tell(p, "Confirm");
        if (s)
                value_socket_confirm(s);
}

void gatt_link_hold(GattLink *link, bool hold) {
        link_queue_hold(link->queue, hold);
}

size_t gatt_link_waiting(const GattLink *link) {
        return link_queue_waiting(link->queue);
}
