#include "bluez/gatt-characteristic.h"

#include "bluez/device.h"
#include "bluez/message.h"
#include "bluez/names.h"
#include "core/att-codes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct DescriptorObject {
        sd_bus_slot *slot;
        const Descriptor *descriptor;
        const GattCharacteristic *characteristic; /* whose it is */
} DescriptorObject;

/* Owned by Application. */
struct GattCharacteristic {
        sd_bus_slot *slot;
        char *service_path;
        char *path;
        const Characteristic *characteristic;
        PendingWrites *pending;
        const GattCharacteristicEvents *events;
        void *userdata;
        DescriptorObject *descriptors; /* one for each of the characteristic */
};

typedef struct CallOptions {
        char device[DEVICE_ADDRESS_SIZE]; /* "": not said */
        uint16_t offset;
        uint16_t mtu; /* 0: not said */
} CallOptions;

/* BlueZ sends device, link, mtu, and offset only when it is not 0. */
static int on_option(const char *name, sd_bus_message *m, void *userdata) {
        CallOptions *options = userdata;
        const char *path;

        if (strcmp(name, "offset") == 0)
                return sd_bus_message_read(m, "v", "q", &options->offset);
        if (strcmp(name, "mtu") == 0)
                return sd_bus_message_read(m, "v", "q", &options->mtu);
        if (strcmp(name, "device") != 0)
                return sd_bus_message_skip(m, "v");
        int r = sd_bus_message_read(m, "v", "o", &path);
        if (r >= 0)
                device_address(options->device, path);
        return r;
}

static int read_options(const GattCharacteristic *o, CallOptions *options, sd_bus_message *m) {
        *options = (CallOptions){0};
        int r = message_read_properties(m, on_option, options);
        if (r >= 0 && options->device[0] && options->mtu > 0)
                o->events->mtu(options->device, options->mtu, o->userdata);
        return r;
}

static const char *device_of(const CallOptions *options) {
        return options->device[0] ? options->device : NULL;
}

static int reply_bad_options(sd_bus_message *m, int error) {
        return sd_bus_reply_method_errorf(
                m, SD_BUS_ERROR_INVALID_ARGS, "malformed arguments: %s", strerror(-error));
}

static int reply_code(sd_bus_message *m, unsigned code) {
        return sd_bus_reply_method_errorf(m, BLUEZ_ERROR_FAILED, ATT_CODE_TEXT, code);
}

static int reply_value(sd_bus_message *m, const uint8_t *data, size_t size, size_t offset) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;

        if (offset > size)
                return sd_bus_reply_method_errorf(m, BLUEZ_ERROR_INVALID_OFFSET,
                        "offset %zu is behind the value's %zu bytes", offset, size);
        int r = sd_bus_message_new_method_return(m, &reply);
        if (r >= 0)
                r = sd_bus_message_append_array(reply, 'y', data + offset, size - offset);
        return r >= 0 ? sd_bus_send(NULL, reply, NULL) : r;
}

static int method_read_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;
        CallOptions options;
        const uint8_t *data;
        size_t size;

        int r = read_options(o, &options, m);
        if (r < 0)
                return reply_bad_options(m, r);
        if (!(o->characteristic->flags & CHARACTERISTIC_READ))
                return sd_bus_reply_method_errorf(
                        m, BLUEZ_ERROR_NOT_PERMITTED, "this value cannot be read");
        unsigned code = o->events->read(o->characteristic, options.offset, o->userdata);
        if (code)
                return reply_code(m, code);
        o->events->value(o->characteristic, &data, &size, o->userdata);
        return reply_value(m, data, size, options.offset);
}

static int refuse_write(GattCharacteristic *o, sd_bus_message *m, const CallOptions *options,
        const char *error, const char *why) {
        o->events->write_refused(o->characteristic, device_of(options), why, o->userdata);
        return sd_bus_reply_method_errorf(m, error, "%s", why);
}

static int refuse_write_with(GattCharacteristic *o, sd_bus_message *m, const CallOptions *options,
        unsigned code, const char *why) {
        o->events->write_refused(o->characteristic, device_of(options), why, o->userdata);
        return reply_code(m, code);
}

/* A write at an offset continues the stored value (long writes arrive so at their end). Returns
 * the size of the whole, or a negative errno. */
static ssize_t join_at_offset(GattCharacteristic *o, uint8_t whole[static VALUE_SIZE_MAX],
        size_t offset, const uint8_t *data, size_t size) {
        const uint8_t *stored = NULL;
        size_t stored_size = 0;

        if (offset > 0)
                o->events->value(o->characteristic, &stored, &stored_size, o->userdata);
        if (offset > stored_size)
                return -ERANGE;
        if (offset + size > VALUE_SIZE_MAX)
                return -EMSGSIZE;
        if (offset > 0)
                memcpy(whole, stored, offset);
        if (size > 0)
                memcpy(whole + offset, data, size);
        return (ssize_t)(offset + size);
}

/* Who is told may answer before it says that it will, so the call is kept first. */
static int offer_write(GattCharacteristic *o, sd_bus_message *m, const CallOptions *options,
        const uint8_t *data, size_t size) {
        uint64_t id;

        int r = pending_writes_add(o->pending, m, &id);
        if (r < 0)
                return sd_bus_reply_method_errno(m, r, NULL);
        r = o->events->write(o->characteristic, device_of(options), data, size, id, o->userdata);
        if (r == GATT_WRITE_PENDING)
                return 1;
        pending_writes_forget(o->pending, id);
        if (r < 0)
                return sd_bus_reply_method_errno(m, r, NULL);
        return r > 0 ? reply_code(m, (unsigned)r) : sd_bus_reply_method_return(m, NULL);
}

static int write_value(GattCharacteristic *o, sd_bus_message *m, const CallOptions *options,
        const uint8_t *data, size_t size) {
        uint8_t whole[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE] = "more than 512 bytes";

        ssize_t n = join_at_offset(o, whole, options->offset, data, size);
        if (n == -ERANGE)
                return refuse_write(o, m, options, BLUEZ_ERROR_INVALID_OFFSET,
                        "the offset is behind the value");
        int r = n < 0 ? FORMAT_E_LENGTH
                      : characteristic_check(o->characteristic, whole, (size_t)n, why);
        if (r == FORMAT_E_LENGTH)
                return refuse_write(o, m, options, BLUEZ_ERROR_INVALID_VALUE_LENGTH, why);
        if (r > 0)
                return refuse_write_with(o, m, options, ATT_OUT_OF_RANGE, why);
        return offer_write(o, m, options, whole, (size_t)n);
}

static int method_write_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;
        CallOptions options;
        const void *data;
        size_t size;

        int r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r >= 0)
                r = read_options(o, &options, m);
        if (r < 0)
                return reply_bad_options(m, r);
        if (!(o->characteristic->flags &
                    (CHARACTERISTIC_WRITE | CHARACTERISTIC_WRITE_WITHOUT_RESPONSE)))
                return refuse_write(
                        o, m, &options, BLUEZ_ERROR_NOT_PERMITTED, "this value cannot be written");
        return write_value(o, m, &options, data, size);
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
        o->events->start_notify(o->characteristic, o->userdata);
        return r;
}

static int method_stop_notify(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;

        o->events->stop_notify(o->characteristic, o->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_confirm(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattCharacteristic *o = userdata;

        o->events->confirmed(o->characteristic, o->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int method_read_descriptor(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        DescriptorObject *o = userdata;
        CallOptions options;

        int r = read_options(o->characteristic, &options, m);
        if (r < 0)
                return reply_bad_options(m, r);
        return reply_value(m, o->descriptor->data, o->descriptor->size, options.offset);
}

static int append_uuid(sd_bus_message *reply, const Uuid *uuid) {
        char text[UUID_TEXT_SIZE];

        uuid_format(uuid, text);
        return sd_bus_message_append(reply, "s", text);
}

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattCharacteristic *o = userdata;

        return append_uuid(reply, &o->characteristic->uuid);
}

static int property_get_service(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattCharacteristic *o = userdata;

        return sd_bus_message_append(reply, "o", o->service_path);
}

static int property_get_flags(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattCharacteristic *o = userdata;

        int r = sd_bus_message_open_container(reply, 'a', "s");
        for (unsigned flag = 1; r >= 0 && flag < _CHARACTERISTIC_FLAG_END; flag <<= 1)
                if (o->characteristic->flags & flag)
                        r = sd_bus_message_append(reply, "s", characteristic_flag_name(flag));
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int property_get_descriptor_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const DescriptorObject *o = userdata;

        return append_uuid(reply, &o->descriptor->uuid);
}

static int property_get_characteristic(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const DescriptorObject *o = userdata;

        return sd_bus_message_append(reply, "o", o->characteristic->path);
}

static int property_get_descriptor_flags(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "as", 1, "read");
}

static const sd_bus_vtable descriptor_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD(
                "ReadValue", "a{sv}", "ay", method_read_descriptor, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("UUID", "s", property_get_descriptor_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Characteristic", "o", property_get_characteristic, 0,
                SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY(
                "Flags", "as", property_get_descriptor_flags, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable characteristic_vtable[] = {
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

static int export_descriptor(GattCharacteristic *o, sd_bus *bus, size_t i) {
        const Descriptor *descriptor = o->characteristic->descriptors[i];
        _cleanup_free_ char *path = NULL;

        o->descriptors[i].descriptor = descriptor;
        o->descriptors[i].characteristic = o;
        if (asprintf(&path, "%s/%s", o->path, descriptor->name) < 0)
                return -ENOMEM;
        return sd_bus_add_object_vtable(bus, &o->descriptors[i].slot, path, BLUEZ_DESCRIPTOR,
                descriptor_vtable, &o->descriptors[i]);
}

static int export(GattCharacteristic *o, sd_bus *bus) {
        size_t n = o->characteristic->n_descriptors;

        o->descriptors = calloc(n ? n : 1, sizeof(*o->descriptors));
        if (!o->descriptors)
                return -ENOMEM;
        int r = sd_bus_add_object_vtable(
                bus, &o->slot, o->path, BLUEZ_CHARACTERISTIC, characteristic_vtable, o);
        while (r >= 0 && n-- > 0)
                r = export_descriptor(o, bus, n);
        return r;
}

int gatt_characteristic_new(GattCharacteristic **ret, sd_bus *bus, const char *service_path,
        const Characteristic *c, PendingWrites *pending, const GattCharacteristicEvents *events,
        void *userdata) {
        GattCharacteristic *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->characteristic = c;
        o->pending = pending;
        o->events = events;
        o->userdata = userdata;
        o->service_path = strdup(service_path);
        if (!o->service_path || asprintf(&o->path, "%s/%s", service_path, c->name) < 0) {
                o->path = NULL;
                gatt_characteristic_free(o);
                return -ENOMEM;
        }
        int r = export(o, bus);
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
        sd_bus_slot_unref(object->slot);
        for (size_t i = 0; object->descriptors && i < object->characteristic->n_descriptors; i++)
                sd_bus_slot_unref(object->descriptors[i].slot);
        free(object->descriptors);
        free(object->service_path);
        free(object->path);
        free(object);
        return NULL;
}

const char *gatt_characteristic_path(const GattCharacteristic *object) {
        return object->path;
}
