#include "bluez/gatt-descriptor.h"

#include "bluez/gatt-call.h"
#include "bluez/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by GattCharacteristic. */
struct GattDescriptor {
        sd_bus_slot *slot;
        char *characteristic_path;
        char *path;
        const Descriptor *descriptor;
        const GattContext *context;
};

static int method_read_value(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        GattDescriptor *o = userdata;
        GattCall call;

        int r = gatt_call_read(&call, m, o->context);
        if (r < 0)
                return gatt_call_malformed(m, r);
        return gatt_call_reply_value(m, &call, o->descriptor->data, o->descriptor->size);
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
        return sd_bus_message_append(reply, "as", 1, "read");
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("ReadValue", "a{sv}", "ay", method_read_value, SD_BUS_VTABLE_UNPRIVILEGED),
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
        const char *characteristic_path, const Descriptor *d) {
        GattDescriptor *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

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
        sd_bus_slot_unref(object->slot);
        free(object->characteristic_path);
        free(object->path);
        free(object);
        return NULL;
}
