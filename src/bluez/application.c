#include "bluez/application.h"

#include "bluez/gatt-characteristic.h"
#include "bluez/gatt-service.h"
#include "bluez/names.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Serving. */
struct Application {
        sd_bus_slot *manager_slot;
        GattContext context;
        const Profile *profile;
        GattService **services;               /* one for each of the profile; owned */
        GattCharacteristic **characteristics; /* by Characteristic.index; owned */
};

static int export_service(Application *a, size_t i) {
        const Service *s = a->profile->services[i];

        int r = gatt_service_new(&a->services[i], &a->context, s);
        for (size_t k = s->n_characteristics; r >= 0 && k-- > 0;) {
                const Characteristic *c = s->characteristics[k];
                r = gatt_characteristic_new(&a->characteristics[c->index], &a->context,
                        gatt_service_path(a->services[i]), c);
        }
        return r;
}

/* sd-bus lists siblings in the reverse order of their export, and BlueZ lays out the table in the
 * order of the list: so everything is exported last to first. */
static int export_all(Application *a) {
        int r = sd_bus_add_object_manager(a->context.bus, &a->manager_slot, APPLICATION_PATH);

        for (size_t i = a->profile->n_services; r >= 0 && i-- > 0;)
                r = export_service(a, i);
        return r;
}

static int start(Application *a) {
        const Profile *p = a->profile;

        a->services = calloc(p->n_services + 1, sizeof(*a->services));
        a->characteristics = calloc(p->n_characteristics + 1, sizeof(*a->characteristics));
        if (!a->services || !a->characteristics)
                return -ENOMEM;
        int r = pending_writes_new(&a->context.pending);
        return r < 0 ? r : export_all(a);
}

int application_new(Application **ret, sd_bus *bus, const Profile *profile,
        const GattEvents *events, void *userdata) {
        Application *a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;

        a->profile = profile;
        a->context = (GattContext){
                .bus = bus,
                .traits = bluez_traits((BluezVersion){0}),
                .events = events,
                .userdata = userdata,
        };
        int r = start(a);
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
        const Profile *p = application->profile;
        sd_bus_slot_unref(application->manager_slot);
        for (size_t i = 0; application->characteristics && i < p->n_characteristics; i++)
                gatt_characteristic_free(application->characteristics[i]);
        for (size_t i = 0; application->services && i < p->n_services; i++)
                gatt_service_free(application->services[i]);
        pending_writes_free(application->context.pending);
        free(application->characteristics);
        free(application->services);
        free(application);
        return NULL;
}

void application_set_traits(Application *a, const BluezTraits *traits) {
        a->context.traits = traits;
}

int application_pin(Application *a, bool pinned) {
        const Profile *p = a->profile;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < p->n_services; i++)
                r = gatt_service_pin(a->services[i], pinned);
        for (size_t i = 0; r >= 0 && i < p->n_characteristics; i++)
                r = gatt_characteristic_pin(a->characteristics[i], pinned);
        return r;
}

PendingWrites *application_pending_writes(Application *application) {
        return application->context.pending;
}

const char *application_path_of(const Application *application, const Characteristic *c) {
        return gatt_characteristic_path(application->characteristics[c->index]);
}
