#include "bluez/gatt-characteristic.h"

#include "bluez/gatt-call.h"
#include "bluez/gatt-descriptor.h"
#include "bluez/gatt-sockets.h"
#include "bluez/names.h"
#include "core/att-codes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Application. */
struct GattCharacteristic {
        sd_bus_slot *slot;
        sd_bus_slot *handle_slot; /* NULL: not pinned */
        uint16_t handle;          /* as it is told */
        char *service_path;
        char *path;
        const Characteristic *characteristic;
        const GattContext *context;
        GattSockets *sockets;
        GattDescriptor **descriptors; /* one for each of the characteristic; owned */
};

static int method_read_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;
        GattCall call;
        const uint8_t *data;
        size_t size;

        int r = gatt_call_read(&call, m, o->context);
        if (r < 0)
                return gatt_call_malformed(m, r);
        if (!(o->characteristic->flags & CHARACTERISTIC_READ))
                return sd_bus_reply_method_errorf(
                        m, BLUEZ_ERROR_NOT_PERMITTED, "this value cannot be read");
        unsigned code =
                o->context->events->read(o->characteristic, call.offset, o->context->userdata);
        if (code)
                return gatt_call_refuse(m, code);
        o->context->events->value(o->characteristic, &data, &size, o->context->userdata);
        return gatt_call_reply_value(m, &call, data, size);
}

static int refuse_write(GattCharacteristic *o, sd_bus_message *m, const GattCall *call,
        const char *error, const char *why) {
        o->context->events->write_refused(
                o->characteristic, gatt_call_device(call), why, o->context->userdata);
        return sd_bus_reply_method_errorf(m, error, "%s", why);
}

static int refuse_write_with(GattCharacteristic *o, sd_bus_message *m, const GattCall *call,
        unsigned code, const char *why) {
        o->context->events->write_refused(
                o->characteristic, gatt_call_device(call), why, o->context->userdata);
        return gatt_call_refuse(m, code);
}

/* Who is told may answer before it says that it will, so the call is kept first. */
static int offer_write(GattCharacteristic *o, sd_bus_message *m, const GattCall *call,
        const uint8_t *data, size_t size) {
        uint64_t id;

        int r = pending_writes_add(o->context->pending, m, &id);
        if (r < 0)
                return sd_bus_reply_method_errno(m, r, NULL);
        r = o->context->events->write(
                o->characteristic, gatt_call_device(call), data, size, id, o->context->userdata);
        if (r == GATT_WRITE_PENDING)
                return 1;
        pending_writes_forget(o->context->pending, id);
        if (r < 0)
                return sd_bus_reply_method_errno(m, r, NULL);
        return r > 0 ? gatt_call_refuse(m, (unsigned)r) : sd_bus_reply_method_return(m, NULL);
}

static ssize_t join(const GattCharacteristic *o, uint8_t whole[static VALUE_SIZE_MAX],
        const GattCall *call, const uint8_t *data, size_t size) {
        const uint8_t *stored = NULL;
        size_t stored_size = 0;

        if (call->offset > 0)
                o->context->events->value(
                        o->characteristic, &stored, &stored_size, o->context->userdata);
        return gatt_call_join(whole, call, stored, stored_size, data, size);
}

static int write_value(GattCharacteristic *o, sd_bus_message *m, const GattCall *call,
        const uint8_t *data, size_t size) {
        uint8_t whole[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE] = "more than 512 bytes";

        ssize_t n = join(o, whole, call, data, size);
        if (n == -ERANGE)
                return refuse_write(
                        o, m, call, BLUEZ_ERROR_INVALID_OFFSET, "the offset is behind the value");
        int r = n < 0 ? FORMAT_E_LENGTH
                      : characteristic_check(o->characteristic, whole, (size_t)n, why);
        if (r == FORMAT_E_LENGTH)
                return refuse_write(o, m, call, BLUEZ_ERROR_INVALID_VALUE_LENGTH, why);
        if (r > 0)
                return refuse_write_with(o, m, call, ATT_OUT_OF_RANGE, why);
        return offer_write(o, m, call, whole, (size_t)n);
}

static int method_write_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;
        GattCall call;
        const void *data;
        size_t size;

        int r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r >= 0)
                r = gatt_call_read(&call, m, o->context);
        if (r < 0) {
                o->context->events->write_refused(o->characteristic, NULL,
                        "an option has another type", o->context->userdata);
                return gatt_call_malformed(m, r);
        }
        if (!(o->characteristic->flags & CHARACTERISTIC_WRITABLE))
                return refuse_write(
                        o, m, &call, BLUEZ_ERROR_NOT_PERMITTED, "this value cannot be written");
        if (call.prepare_authorize)
                return sd_bus_reply_method_return(m, NULL);
        return write_value(o, m, &call, data, size);
}

static bool notifies(const GattCharacteristic *o) {
        return (o->characteristic->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)) != 0;
}

static int method_start_notify(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;

        if (!notifies(o))
                return sd_bus_reply_method_errorf(
                        m, BLUEZ_ERROR_NOT_SUPPORTED, "this value does not notify");
        /* The reply first: what the event sends must come behind it. */
        int r = sd_bus_reply_method_return(m, NULL);
        o->context->events->start_notify(o->characteristic, o->context->userdata);
        return r;
}

static int method_stop_notify(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;

        o->context->events->stop_notify(o->characteristic, o->context->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_confirm(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;

        o->context->events->confirmed(o->characteristic, o->context->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattCharacteristic *o = userdata;

        return gatt_append_uuid(reply, &o->characteristic->uuid);
}

static int property_get_service(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattCharacteristic *o = userdata;

        return sd_bus_message_append(reply, "o", o->service_path);
}

static int property_get_flags(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattCharacteristic *o = userdata;

        return gatt_append_flags(reply, o->characteristic->flags, o->context);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ReadValue", "a{sv}", "ay", method_read_value, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("WriteValue", "aya{sv}", "", method_write_value, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StartNotify", "", "", method_start_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StopNotify", "", "", method_stop_notify, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Confirm", "", "", method_confirm, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Service", "o", property_get_service, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Flags", "as", property_get_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int export_descriptors(GattCharacteristic *o) {
        size_t n = o->characteristic->n_descriptors;
        int r = 0;

        o->descriptors = calloc(n + 1, sizeof(*o->descriptors));
        if (!o->descriptors)
                return -ENOMEM;
        while (r >= 0 && n-- > 0)
                r = gatt_descriptor_new(&o->descriptors[n], o->context, o->path, o->characteristic,
                        o->characteristic->descriptors[n]);
        return r;
}

static int export(GattCharacteristic *o, const char *service_path) {
        o->service_path = strdup(service_path);
        if (!o->service_path)
                return -ENOMEM;
        if (asprintf(&o->path, "%s/%s", service_path, o->characteristic->name) < 0) {
                o->path = NULL;
                return -ENOMEM;
        }
        int r = sd_bus_add_object_vtable(
                o->context->bus, &o->slot, o->path, BLUEZ_CHARACTERISTIC, vtable, o);
        if (r >= 0)
                r = gatt_sockets_new(&o->sockets, o->context, o->path, o->characteristic);
        return r < 0 ? r : export_descriptors(o);
}

int gatt_characteristic_new(GattCharacteristic **ret, const GattContext *context,
        const char *service_path, const Characteristic *c) {
        GattCharacteristic *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->characteristic = c;
        o->context = context;
        int r = export(o, service_path);
        if (r < 0) {
                gatt_characteristic_free(o);
                return r;
        }
        *ret = o;
        return 0;
}

GattCharacteristic *gatt_characteristic_free(GattCharacteristic *object) {
        if (!object)
                return NULL;
        sd_bus_slot_unref(object->handle_slot);
        sd_bus_slot_unref(object->slot);
        gatt_sockets_free(object->sockets);
        for (size_t i = 0; object->descriptors && i < object->characteristic->n_descriptors; i++)
                gatt_descriptor_free(object->descriptors[i]);
        free(object->descriptors);
        free(object->service_path);
        free(object->path);
        free(object);
        return NULL;
}

const char *gatt_characteristic_path(const GattCharacteristic *object) {
        return object->path;
}

int gatt_characteristic_pin(GattCharacteristic *o, bool pinned) {
        int r = 0;

        o->handle_slot = sd_bus_slot_unref(o->handle_slot);
        o->handle = o->characteristic->handle;
        if (pinned && o->handle > 0)
                r = gatt_export_handle(
                        &o->handle_slot, o->context, o->path, BLUEZ_CHARACTERISTIC, &o->handle);
        for (size_t i = 0; r >= 0 && i < o->characteristic->n_descriptors; i++)
                r = gatt_descriptor_pin(o->descriptors[i], pinned);
        return r;
}
