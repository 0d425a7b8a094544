#include "bluez/application.h"

#include "bluez/names.h"

#include <errno.h>
#include <stdlib.h>

typedef struct ServiceObject {
        sd_bus_slot *slot;
        char *path;
        const Service *service;
} ServiceObject;

/* Owned by Serving. */
struct Application {
        sd_bus_slot *manager_slot;
        PendingWrites *pending;
        const Profile *profile;
        ServiceObject *services;              /* one for each of the profile */
        GattCharacteristic **characteristics; /* by Characteristic.index; owned */
};

static int property_get_uuid(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const ServiceObject *o = userdata;
        char text[UUID_TEXT_SIZE];

        uuid_format(&o->service->uuid, text);
        return sd_bus_message_append(reply, "s", text);
}

static int property_get_primary(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "b", 1);
}

static const sd_bus_vtable service_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("UUID", "s", property_get_uuid, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Primary", "b", property_get_primary, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int export_service(Application *a, sd_bus *bus, size_t i,
        const GattCharacteristicEvents *events, void *userdata) {
        ServiceObject *o = &a->services[i];

        o->service = a->profile->services[i];
        if (asprintf(&o->path, "%s/%s", APPLICATION_PATH, o->service->name) < 0) {
                o->path = NULL;
                return -ENOMEM;
        }
        int r = sd_bus_add_object_vtable(
                bus, &o->slot, o->path, BLUEZ_GATT_SERVICE, service_vtable, o);
        for (size_t k = o->service->n_characteristics; r >= 0 && k-- > 0;) {
                const Characteristic *c = o->service->characteristics[k];
                r = gatt_characteristic_new(&a->characteristics[c->index], bus, o->path, c,
                        a->pending, events, userdata);
        }
        return r;
}

/* sd-bus lists siblings in the reverse order of their export, and BlueZ lays out the table in the
 * order of the list: so everything is exported last to first. */
static int export_all(
        Application *a, sd_bus *bus, const GattCharacteristicEvents *events, void *userdata) {
        int r = pending_writes_new(&a->pending);

        if (r >= 0)
                r = sd_bus_add_object_manager(bus, &a->manager_slot, APPLICATION_PATH);
        for (size_t i = a->profile->n_services; r >= 0 && i-- > 0;)
                r = export_service(a, bus, i, events, userdata);
        return r;
}

int application_new(Application **ret, sd_bus *bus, const Profile *profile,
        const GattCharacteristicEvents *events, void *userdata) {
        Application *a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;

        a->profile = profile;
        a->services = calloc(profile->n_services + 1, sizeof(*a->services));
        a->characteristics = calloc(profile->n_characteristics + 1, sizeof(*a->characteristics));
        int r = a->services && a->characteristics ? export_all(a, bus, events, userdata) : -ENOMEM;
        if (r < 0) {
                application_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

Application *application_free(Application *application) {
        if (!application)
                return NULL;
        sd_bus_slot_unref(application->manager_slot);
        for (size_t i = 0;
                application->characteristics && i < application->profile->n_characteristics; i++)
                gatt_characteristic_free(application->characteristics[i]);
        for (size_t i = 0; application->services && i < application->profile->n_services; i++) {
                sd_bus_slot_unref(application->services[i].slot);
                free(application->services[i].path);
        }
        pending_writes_free(application->pending);
        free(application->characteristics);
        free(application->services);
        free(application);
        return NULL;
}

PendingWrites *application_pending_writes(Application *application) {
        return application->pending;
}

const char *application_path_of(const Application *application, const Characteristic *c) {
        return gatt_characteristic_path(application->characteristics[c->index]);
}
