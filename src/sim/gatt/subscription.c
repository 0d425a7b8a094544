/* This follows bluetoothd's own bookkeeping (src/gatt-database.c) with each version's faults: its
 * count of subscriptions is of a characteristic, its sockets are in a list, and who leaves without
 * a bond closes the first of them. */
#include "sim/gatt/subscription.h"

#include "sim/gatt/att.h"
#include "sim/gatt/gatt-calls.h"
#include "sim/gatt/value-socket.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define CCC_NOTIFY   1
#define CCC_INDICATE 2

static CccState *find_ccc(const Device *device, uint16_t handle) {
        for (size_t i = 0; i < device->n_cccs; i++)
                if (device->cccs[i].handle == handle)
                        return &device->cccs[i];
        return NULL;
}

uint16_t subscription_value(const Device *device, uint16_t ccc_handle) {
        const CccState *ccc = find_ccc(device, ccc_handle);

        return ccc ? ccc->value : 0;
}

/* At most one for each CCC of the table. */
static CccState *get_ccc(Device *device, uint16_t handle) {
        CccState *ccc = find_ccc(device, handle);

        if (ccc)
                return ccc;
        CccState *more = reallocarray(device->cccs, device->n_cccs + 1, sizeof(CccState));
        if (!more)
                return NULL;
        device->cccs = more;
        more[device->n_cccs] = (CccState){.handle = handle};
        return &more[device->n_cccs++];
}

static bool shares_socket(const Provider *p) {
        return p->application->server->behaviour->notify_sockets == NOTIFY_SOCKETS_SHARED;
}

/* To one central, if it is there and subscribed. */
static void notify_device(Device *device, uint16_t handle, uint16_t ccc_handle, const uint8_t *data,
        size_t size, const Confirmation *confirmation) {
        uint16_t value = subscription_value(device, ccc_handle);

        if (!device->link || !(value & (CCC_NOTIFY | CCC_INDICATE)))
                return;
        size_t room = device->link->mtu - 3u;
        link_queue_send(device->link->queue, handle, data, size < room ? size : room,
                (value & CCC_NOTIFY) ? NULL : confirmation);
}

static void notify_all(const Provider *p, const uint8_t *data, size_t size) {
        const Confirmation confirmation = {.provider = p->id};
        Device *device;

        for (device = TAILQ_FIRST(&p->application->server->devices); device;
                device = TAILQ_NEXT(device, entry))
                notify_device(device, p->entry->attribute.handle, p->ccc->attribute.handle, data,
                        size, &confirmation);
}

void subscription_notify(Provider *p, const uint8_t *data, size_t size) {
        if (p->ccc)
                notify_all(p, data, size < ATT_VALUE_SIZE_MAX ? size : ATT_VALUE_SIZE_MAX);
}

static void on_packet(ValueSocket *s, const uint8_t *data, size_t size) {
        const Provider *p = s->provider;
        const BluezBehaviour *behaviour = p->application->server->behaviour;
        Confirmation confirmation = {.provider = p->id};

        if (behaviour->socket_confirmation == SOCKET_CONFIRMATION_BYTE)
                confirmation = (Confirmation){.socket = s->id};
        if (behaviour->notify_sockets == NOTIFY_SOCKETS_EACH)
                notify_device(s->link->device, p->entry->attribute.handle, p->ccc->attribute.handle,
                        data, size, &confirmation);
        else
                notify_all(p, data, size);
}

static void start_notify(Provider *p) {
        gatt_calls_tell(p, "StartNotify");
        p->notify_count++;
}

static bool gives_up(sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        return error && (strcmp(error->name, "org.bluez.Error.Failed") == 0 ||
                                strcmp(error->name, SD_BUS_ERROR_NO_REPLY) == 0);
}

static int on_notify_acquired(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        GattCall *call = userdata;
        Provider *p = call->provider;
        GattLink *link = shares_socket(p) ? NULL : call->link;
        ValueSocket *s;

        gatt_call_free(call);
        if (gives_up(reply))
                return 0;
        if (sd_bus_message_is_method_error(reply, NULL) ||
                value_socket_new(&s, &p->notify_sockets, p, link, reply, on_packet) < 0)
                start_notify(p);
        else
                p->notify_count++;
        return 0;
}

static int acquire_notify(Provider *p, GattLink *link) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        const CallOptions options = {0};
        GattCall *call;

        int r = gatt_calls_message(p, "AcquireNotify", &m);
        if (r >= 0)
                r = gatt_calls_append_options(m, link, &options);
        if (r < 0)
                return r;
        call = gatt_call_new(link, p, NULL, 0, NULL, NULL);
        if (!call)
                return -ENOMEM;
        /* The central is not kept waiting: it has its answer. */
        ev_timer_stop(link->server->loop, &call->limit);
        r = gatt_calls_send(p, link, &options, m, &call->slot, on_notify_acquired, call);
        if (r < 0)
                gatt_call_free(call);
        return r;
}

static bool allowed(const Provider *p, uint16_t value) {
        uint8_t properties = p->object->flags.properties;

        return (value == CCC_NOTIFY && (properties & PROPERTY_NOTIFY)) ||
               (value == CCC_INDICATE && (properties & PROPERTY_INDICATE));
}

static uint8_t enable(Provider *p, GattLink *link, uint16_t value) {
        if (p->notify_count == UINT_MAX)
                return ATT_ERROR_INSUFFICIENT_RESOURCES;
        if (!allowed(p, value))
                return ATT_ERROR_IMPROPERLY_CONFIGURED;
        if (value_socket_find(&p->notify_sockets, link))
                p->notify_count++;
        else if (!p->notify_acquired || acquire_notify(p, link) < 0)
                start_notify(p);
        return 0;
}

/* 5.66: the socket is everybody's and goes with the last; then StopNotify() is not called. */
static void disable_shared(Provider *p) {
        if (--p->notify_count > 0)
                return;
        if (TAILQ_EMPTY(&p->notify_sockets))
                gatt_calls_tell(p, "StopNotify");
        else
                value_sockets_close(&p->notify_sockets);
}

/* link NULL: a central without a bond has left, and then any socket will do. bluetoothd hears of
 * that last of all: what its sockets hold has gone by then. */
static void disable(Provider *p, const GattLink *link) {
        ValueSocket *s = link ? value_socket_find(&p->notify_sockets, link)
                              : TAILQ_FIRST(&p->notify_sockets);

        if (p->notify_count == 0)
                return;
        if (shares_socket(p)) {
                disable_shared(p);
                return;
        }
        p->notify_count--;
        if (s && link)
                value_socket_close(s);
        else if (s)
                value_socket_end(s);
        else if (p->notify_count == 0)
                gatt_calls_tell(p, "StopNotify");
}

uint8_t subscription_write(GattLink *link, Provider *p, uint16_t ccc_handle, uint16_t value) {
        CccState *ccc = get_ccc(link->device, ccc_handle);
        uint8_t error = 0;

        if (!ccc)
                return ATT_ERROR_UNLIKELY;
        if (ccc->value == value)
                return 0;
        if (p && value == 0)
                disable(p, link);
        else if (p)
                error = enable(p, link, value);
        if (error == 0)
                ccc->value = value;
        return error;
}

/* The one with this CCC. */
static Provider *find_provider(const GattServer *server, uint16_t ccc_handle) {
        const DatabaseEntry *entry = database_at(server->database, ccc_handle);

        return entry ? entry->object : NULL;
}

void subscription_follow(const GattServer *server) {
        GattApplication *a;

        for (a = TAILQ_FIRST(&server->applications); a; a = TAILQ_NEXT(a, entry))
                for (size_t i = 0; i < a->objects->n_objects; i++) {
                        value_sockets_follow(&a->providers[i].notify_sockets);
                        value_sockets_follow(&a->providers[i].write_sockets);
                }
}

static void end_sockets(const GattServer *server, const GattLink *link) {
        GattApplication *a;

        for (a = TAILQ_FIRST(&server->applications); a; a = TAILQ_NEXT(a, entry))
                for (size_t i = 0; i < a->objects->n_objects; i++) {
                        value_sockets_end(&a->providers[i].notify_sockets, link);
                        value_sockets_end(&a->providers[i].write_sockets, link);
                }
}

void subscription_clear(GattServer *server, Device *device) {
        for (size_t i = 0; i < device->n_cccs; i++) {
                Provider *p = find_provider(server, device->cccs[i].handle);

                if (device->cccs[i].value && p)
                        disable(p, NULL);
        }
        device->n_cccs = 0;
        device->client_features = 0;
        device->changed = false;
}

void subscription_store(const GattServer *server, Device *device) {
        uint16_t value =
                subscription_value(device, server->core.service_changed_ccc->attribute.handle);

        if (value)
                device->stored_service_changed = value;
}

void subscription_leave(GattServer *server, Device *device) {
        if (device->bonded)
                subscription_store(server, device);
        else
                subscription_clear(server, device);
        end_sockets(server, device->link);
        device->link = NULL;
}

void subscription_drop_range(GattServer *server, uint16_t first, uint16_t last) {
        Device *device;

        for (device = TAILQ_FIRST(&server->devices); device; device = TAILQ_NEXT(device, entry)) {
                size_t n = 0;

                for (size_t i = 0; i < device->n_cccs; i++)
                        if (device->cccs[i].handle < first || device->cccs[i].handle > last)
                                device->cccs[n++] = device->cccs[i];
                device->n_cccs = n;
        }
}

static void tell_changed(const GattServer *server, Device *device, uint16_t first, uint16_t last) {
        const Confirmation nobody = {0};
        uint8_t range[4];

        bytes_put_le(range, 2, first);
        bytes_put_le(range + 2, 2, last);
        notify_device(device, server->core.service_changed->attribute.handle,
                server->core.service_changed_ccc->attribute.handle, range, sizeof(range), &nobody);
}

static void add_missed(Device *device, uint16_t first, uint16_t last) {
        if (!device->changed || device->changed_first > first)
                device->changed_first = first;
        if (!device->changed || device->changed_last < last)
                device->changed_last = last;
        device->changed = true;
}

void subscription_services_changed(GattServer *server, uint16_t first, uint16_t last) {
        uint16_t ccc_handle = server->core.service_changed_ccc->attribute.handle;
        Device *device;

        for (device = TAILQ_FIRST(&server->devices); device; device = TAILQ_NEXT(device, entry)) {
                if (device->link)
                        tell_changed(server, device, first, last);
                else if (subscription_value(device, ccc_handle))
                        add_missed(device, first, last);
        }
}

void subscription_returned(GattServer *server, Device *device) {
        if (device->changed)
                tell_changed(server, device, device->changed_first, device->changed_last);
        device->changed = false;
}

void subscription_restore(GattServer *server, Device *device) {
        CccState *ccc = get_ccc(device, server->core.service_changed_ccc->attribute.handle);

        if (!ccc || !device->stored_service_changed)
                return;
        ccc->value = device->stored_service_changed;
        add_missed(device, 0x0001, 0xffff);
}
