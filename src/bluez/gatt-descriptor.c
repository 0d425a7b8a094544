#include "bluez/gatt-descriptor.h"

#include "bluez/gatt-call.h"
#include "bluez/names.h"
#include "core/att-codes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by GattCharacteristic. */
struct GattDescriptor {
        sd_bus_slot *slot;
        sd_bus_slot *handle_slot; /* NULL: not pinned */
        uint16_t handle;          /* as it is told */
        char *characteristic_path;
        char *path;
        const Characteristic *characteristic;
        const Descriptor *descriptor;
        const GattContext *context;
};

static void stored_value(const GattDescriptor *o, const uint8_t **ret_data, size_t *ret_size) {
        o->context->events->descriptor_value(
                o->characteristic, o->descriptor, ret_data, ret_size, o->context->userdata);
}

static int method_read_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const GattDescriptor *o = userdata;
        GattCall call;
        const uint8_t *data;
        size_t size;

        int r = gatt_call_read(&call, m, o->context);
        if (r < 0)
                return gatt_call_malformed(m, r);
        if (!(o->descriptor->flags & CHARACTERISTIC_READ))
                return sd_bus_reply_method_errorf(
                        m, BLUEZ_ERROR_NOT_PERMITTED, "this descriptor cannot be read");
        stored_value(o, &data, &size);
        return gatt_call_reply_value(m, &call, data, size);
}

static int refuse_write(const GattDescriptor *o, sd_bus_message *m, const GattCall *call,
        const char *error, const char *why) {
        o->context->events->descriptor_write_refused(o->characteristic, o->descriptor,
                gatt_call_device(call), why, o->context->userdata);
        return sd_bus_reply_method_errorf(m, error, "%s", why);
}

static int refuse_write_with(const GattDescriptor *o, sd_bus_message *m, const GattCall *call,
        unsigned code, const char *why) {
        o->context->events->descriptor_write_refused(o->characteristic, o->descriptor,
                gatt_call_device(call), why, o->context->userdata);
        return gatt_call_refuse(m, code);
}

static int write_value(const GattDescriptor *o, sd_bus_message *m, const GattCall *call,
        const uint8_t *data, size_t size) {
        uint8_t whole[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE] = "more than 512 bytes";
        const uint8_t *stored;
        size_t stored_size;

        stored_value(o, &stored, &stored_size);
        ssize_t n = gatt_call_join(whole, call, stored, stored_size, data, size);
        if (n == -ERANGE)
                return refuse_write(
                        o, m, call, BLUEZ_ERROR_INVALID_OFFSET, "the offset is behind the value");
        int r = n < 0 ? FORMAT_E_LENGTH : descriptor_check(o->descriptor, whole, (size_t)n, why);
        if (r == FORMAT_E_LENGTH)
                return refuse_write(o, m, call, BLUEZ_ERROR_INVALID_VALUE_LENGTH, why);
        if (r > 0)
                return refuse_write_with(o, m, call, ATT_OUT_OF_RANGE, why);
        o->context->events->descriptor_write(o->characteristic, o->descriptor,
                gatt_call_device(call), whole, (size_t)n, o->context->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_write_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const GattDescriptor *o = userdata;
        GattCall call;
        const void *data;
        size_t size;

        int r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r >= 0)
                r = gatt_call_read(&call, m, o->context);
        if (r < 0) {
                o->context->events->descriptor_write_refused(o->characteristic, o->descriptor, NULL,
                        "an option has another type", o->context->userdata);
                return gatt_call_malformed(m, r);
        }
        if (!(o->descriptor->flags & CHARACTERISTIC_WRITE))
                return refuse_write(o, m, &call, BLUEZ_ERROR_NOT_PERMITTED,
                        "this descriptor cannot be written");
        if (call.prepare_authorize)
                return sd_bus_reply_method_return(m, NULL);
        return write_value(o, m, &call, data, size);
}

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattDescriptor *o = userdata;

        return gatt_append_uuid(reply, &o->descriptor->uuid);
}

static int property_get_characteristic(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattDescriptor *o = userdata;

        return sd_bus_message_append(reply, "o", o->characteristic_path);
}

static int property_get_flags(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattDescriptor *o = userdata;

        return gatt_append_flags(reply, o->descriptor->flags, o->context);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ReadValue", "a{sv}", "ay", method_read_value, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("WriteValue", "aya{sv}", "", method_write_value, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Characteristic", "o", property_get_characteristic, 0,
                SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Flags", "as", property_get_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int export(GattDescriptor *o, const char *characteristic_path) {
        o->characteristic_path = strdup(characteristic_path);
        if (!o->characteristic_path)
                return -ENOMEM;
        if (asprintf(&o->path, "%s/%s", characteristic_path, o->descriptor->name) < 0) {
                o->path = NULL;
                return -ENOMEM;
        }
        return sd_bus_add_object_vtable(
                o->context->bus, &o->slot, o->path, BLUEZ_DESCRIPTOR, vtable, o);
}

int gatt_descriptor_new(GattDescriptor **ret, const GattContext *context,
        const char *characteristic_path, const Characteristic *c, const Descriptor *d) {
        GattDescriptor *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->characteristic = c;
        o->descriptor = d;
        o->context = context;
        int r = export(o, characteristic_path);
        if (r < 0) {
                gatt_descriptor_free(o);
                return r;
        }
        *ret = o;
        return 0;
}

GattDescriptor *gatt_descriptor_free(GattDescriptor *object) {
        if (!object)
                return NULL;
        sd_bus_slot_unref(object->handle_slot);
        sd_bus_slot_unref(object->slot);
        free(object->characteristic_path);
        free(object->path);
        free(object);
        return NULL;
}

int gatt_descriptor_pin(GattDescriptor *o, bool pinned) {
        o->handle_slot = sd_bus_slot_unref(o->handle_slot);
        o->handle = o->descriptor->handle;
        if (!pinned || o->handle == 0)
                return 0;
        return gatt_export_handle(
                &o->handle_slot, o->context, o->path, BLUEZ_DESCRIPTOR, &o->handle);
}
