#include "bluez/gatt-sockets.h"

#include "bluez/gatt-call.h"
#include "bluez/names.h"
#include "core/link-mtus.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by its GattCharacteristic. */
struct GattSockets {
        sd_bus_slot *notify_slot, *write_slot;
        const GattContext *context;
        const Characteristic *characteristic;
};

/* BlueZ takes the MTU of the link whatever is said here. */
static int reply_socket(sd_bus_message *m, int fd, uint16_t mtu) {
        return sd_bus_reply_method_return(m, "hq", fd, mtu ? mtu : ATT_MTU_MIN);
}

/* Refused so, BlueZ calls StartNotify next. */
static int method_acquire_notify(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const GattSockets *s = userdata;
        _cleanup_close_ int fd = -1;
        GattCall call;

        int r = gatt_call_read(&call, m, s->context);
        if (r < 0)
                return gatt_call_malformed(m, r);
        if (!s->context->events->acquire_notify(s->characteristic, gatt_call_device(&call),
                    call.mtu, &fd, s->context->userdata))
                return sd_bus_reply_method_errorf(
                        m, BLUEZ_ERROR_NOT_SUPPORTED, "there is no socket for this central");
        return reply_socket(m, fd, call.mtu);
}

/* Refused by one of BlueZ's own errors, 5.66 would keep every write back for ever; by any other it
 * calls WriteValue. */
static int method_acquire_write(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const GattSockets *s = userdata;
        _cleanup_close_ int fd = -1;
        GattCall call;

        int r = gatt_call_read(&call, m, s->context);
        if (r < 0)
                return gatt_call_malformed(m, r);
        r = s->context->events->acquire_write(
                s->characteristic, gatt_call_device(&call), &fd, s->context->userdata);
        if (r < 0)
                return sd_bus_reply_method_errorf(
                        m, SD_BUS_ERROR_LIMITS_EXCEEDED, "there are too many sockets");
        return reply_socket(m, fd, call.mtu);
}

static int property_get_acquired(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "b", 0);
}

static const sd_bus_vtable notify_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD(
                "AcquireNotify", "a{sv}", "hq", method_acquire_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("NotifyAcquired", "b", property_get_acquired, 0, 0),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable write_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD(
                "AcquireWrite", "a{sv}", "hq", method_acquire_write, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("WriteAcquired", "b", property_get_acquired, 0, 0),
        SD_BUS_VTABLE_END,
};

static bool notifies_by_socket(const Characteristic *c) {
        return c->notify_by == NOTIFY_BY_SOCKET &&
               (c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE));
}

static bool written_by_socket(const Characteristic *c) {
        return c->write_by == WRITE_BY_SOCKET &&
               (c->flags & CHARACTERISTIC_WRITE_WITHOUT_RESPONSE) && !c->format &&
               c->verdict == VERDICT_SPORED && c->unhandled == UNHANDLED_ACCEPT;
}

int gatt_sockets_new(
        GattSockets **ret, const GattContext *context, const char *path, const Characteristic *c) {
        GattSockets *s = calloc(1, sizeof(*s));
        int r = 0;

        if (!s)
                return -ENOMEM;
        s->context = context;
        s->characteristic = c;
        if (notifies_by_socket(c))
                r = sd_bus_add_object_vtable(context->bus, &s->notify_slot, path,
                        BLUEZ_CHARACTERISTIC, notify_vtable, s);
        if (r >= 0 && written_by_socket(c))
                r = sd_bus_add_object_vtable(
                        context->bus, &s->write_slot, path, BLUEZ_CHARACTERISTIC, write_vtable, s);
        if (r < 0) {
                gatt_sockets_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

GattSockets *gatt_sockets_free(GattSockets *sockets) {
        if (!sockets)
                return NULL;
        sd_bus_slot_unref(sockets->notify_slot);
        sd_bus_slot_unref(sockets->write_slot);
        free(sockets);
        return NULL;
}
