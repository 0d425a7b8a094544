#include "bluez/gatt-service.h"

#include "bluez/gatt-call.h"
#include "bluez/names.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Application. */
struct GattService {
        sd_bus_slot *slot, *includes_slot;
        sd_bus_slot *handle_slot; /* NULL: not pinned */
        uint16_t handle;          /* as it is told */
        char *path;
        const Service *service;
        const GattContext *context;
};

/* Owned by the caller; NULL: no memory. */
static char *path_of(const Service *s) {
        char *path;

        return asprintf(&path, "%s/%s", APPLICATION_PATH, s->name) < 0 ? NULL : path;
}

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattService *o = userdata;

        return gatt_append_uuid(reply, &o->service->uuid);
}

static int property_get_primary(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattService *o = userdata;

        return sd_bus_message_append(reply, "b", (int)o->service->primary);
}

/* BlueZ takes only those that it has seen already: all stand before this one. */
static int property_get_includes(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const GattService *o = userdata;

        int r = sd_bus_message_open_container(reply, 'a', "o");
        for (size_t i = 0; r >= 0 && i < o->service->n_includes; i++) {
                _cleanup_free_ char *included = path_of(o->service->includes[i]);
                r = included ? sd_bus_message_append(reply, "o", included) : -ENOMEM;
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Primary", "b", property_get_primary, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

/* What includes nothing says nothing of it. */
static const sd_bus_vtable includes_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Includes", "ao", property_get_includes, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int export(GattService *o) {
        sd_bus *bus = o->context->bus;

        o->path = path_of(o->service);
        if (!o->path)
                return -ENOMEM;
        int r = sd_bus_add_object_vtable(bus, &o->slot, o->path, BLUEZ_GATT_SERVICE, vtable, o);
        if (r < 0 || o->service->n_includes == 0)
                return r;
        return sd_bus_add_object_vtable(
                bus, &o->includes_slot, o->path, BLUEZ_GATT_SERVICE, includes_vtable, o);
}

int gatt_service_new(GattService **ret, const GattContext *context, const Service *s) {
        GattService *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->service = s;
        o->context = context;
        int r = export(o);
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
        sd_bus_slot_unref(object->handle_slot);
        sd_bus_slot_unref(object->includes_slot);
        sd_bus_slot_unref(object->slot);
        free(object->path);
        free(object);
        return NULL;
}

const char *gatt_service_path(const GattService *object) {
        return object->path;
}

int gatt_service_pin(GattService *o, bool pinned) {
        o->handle_slot = sd_bus_slot_unref(o->handle_slot);
        o->handle = o->service->handle;
        if (!pinned || o->handle == 0)
                return 0;
        return gatt_export_handle(
                &o->handle_slot, o->context, o->path, BLUEZ_GATT_SERVICE, &o->handle);
}
