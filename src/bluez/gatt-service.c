#include "bluez/gatt-service.h"

#include "bluez/gatt-call.h"
#include "bluez/names.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Application. */
struct GattService {
        sd_bus_slot *slot;
        char *path;
        const Service *service;
};

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattService *o = userdata;

        return gatt_append_uuid(reply, &o->service->uuid);
}

static int property_get_primary(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "b", 1);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Primary", "b", property_get_primary, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int export(GattService *o, sd_bus *bus) {
        if (asprintf(&o->path, "%s/%s", APPLICATION_PATH, o->service->name) < 0) {
                o->path = NULL;
                return -ENOMEM;
        }
        return sd_bus_add_object_vtable(bus, &o->slot, o->path, BLUEZ_GATT_SERVICE, vtable, o);
}

int gatt_service_new(GattService **ret, const GattContext *context, const Service *s) {
        GattService *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->service = s;
        int r = export(o, context->bus);
        if (r < 0) {
                gatt_service_free(o);
                return r;
        }
        *ret = o;
        return 0;
}

GattService *gatt_service_free(GattService *object) {
        if (!object)
                return NULL;
        sd_bus_slot_unref(object->slot);
        free(object->path);
        free(object);
        return NULL;
}

const char *gatt_service_path(const GattService *object) {
        return object->path;
}
