#include "sim/gatt/gatt-application.h"

#include "bluez/names.h"
#include "sim/gatt/gatt-calls.h"
#include "sim/gatt/subscription.h"
#include "sim/gatt/value-socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An object's place among all of its application. */
static size_t index_of(const GattApplication *a, const ApplicationObject *object) {
        for (size_t i = 0; i < a->objects->n_objects; i++)
                if (a->objects->objects[i] == object)
                        return i;
        return 0;
}

/* GAP and GATT are bluetoothd's own. */
static bool usable(const ApplicationObject *o) {
        Uuid gap = uuid_short(UUID_GAP), gatt = uuid_short(UUID_GATT);

        return o->has_uuid && !o->malformed && !uuid_equal(&o->uuid, &gap) &&
               !uuid_equal(&o->uuid, &gatt);
}

static int add_extended(DatabaseService *service, const ApplicationObject *o) {
        Uuid uuid = uuid_short(UUID_EXTENDED_PROPERTIES);
        uint8_t value[2] = {o->flags.extended, 0};
        DatabaseEntry *entry;

        if (!o->flags.extended)
                return 0;
        int r = database_add_descriptor(service, &entry, 0, &uuid, PERMISSION_READ);
        return r < 0 ? r : database_store(entry, value, sizeof(value));
}

static int add_descriptor(
        GattApplication *a, DatabaseService *service, const ApplicationObject *o) {
        Provider *p = &a->providers[index_of(a, o)];

        if (!usable(o))
                return -EINVAL;
        int r = database_add_descriptor(
                service, &p->entry, o->handle, &o->uuid, o->flags.permissions);
        if (r < 0)
                return r;
        p->entry->object = p;
        if (o->handle_wanted)
                gatt_calls_set_handle(a, o, BLUEZ_DESCRIPTOR, p->entry->attribute.handle);
        return 0;
}

static int add_characteristic(
        GattApplication *a, DatabaseService *service, const ApplicationObject *o) {
        Provider *p = &a->providers[index_of(a, o)];

        if (!usable(o))
                return -EINVAL;
        int r = database_add_characteristic(
                service, &p->entry, o->handle, &o->uuid, o->flags.properties, o->flags.permissions);
        if (r < 0)
                return r;
        p->entry->object = p;
        if (attribute_flags_subscribable(&o->flags))
                r = database_add_ccc(service, &p->ccc, p->entry, o->flags.ccc_permissions);
        if (r >= 0)
                r = add_extended(service, o);
        if (r >= 0 && o->handle_wanted)
                gatt_calls_set_handle(a, o, BLUEZ_CHARACTERISTIC, p->entry->attribute.handle);
        for (size_t i = 0; r >= 0 && i < o->n_children; i++)
                r = add_descriptor(a, service, o->children[i]);
        return r;
}

/* One that is not found is left out, and its handle stays free. */
static void add_includes(
        const GattApplication *a, DatabaseService *service, const ApplicationObject *o) {
        for (char **include = o->includes; include && *include; include++) {
                const ApplicationObject *included =
                        application_objects_find(a->objects, OBJECT_SERVICE, *include);

                if (included && a->services[index_of(a, included)])
                        (void)database_add_include(service, a->services[index_of(a, included)]);
        }
}

/* The service is no longer in the table: who is subscribed to changes hears of it. */
static void remove_service(GattServer *server, DatabaseService *service) {
        uint16_t first = database_service_first(service), last = database_service_last(service);

        subscription_drop_range(server, first, last);
        database_remove_service(server->database, service);
        subscription_services_changed(server, first, last);
}

static void close_provider(Provider *p) {
        p->acquire_write = sd_bus_slot_unref(p->acquire_write);
        value_sockets_close(&p->notify_sockets);
        value_sockets_close(&p->write_sockets);
        p->entry = p->ccc = NULL;
}

/* What answers for attributes of the service answers no more. */
static void close_service(GattApplication *a, const ApplicationObject *service) {
        gatt_calls_cancel(a->server, a);
        for (size_t i = 0; i < service->n_children; i++) {
                const ApplicationObject *c = service->children[i];

                close_provider(&a->providers[index_of(a, c)]);
                for (size_t k = 0; k < c->n_children; k++)
                        close_provider(&a->providers[index_of(a, c->children[k])]);
        }
}

/* bluetoothd mistakes a service with the same handles and UUID for the new one, fails with the
 * characteristics, and removes it. */
static void remove_mistaken(GattServer *server, DatabaseService *service) {
        GattApplication *a;

        for (a = TAILQ_FIRST(&server->applications); a; a = TAILQ_NEXT(a, entry))
                for (size_t i = 0; a->services && i < a->objects->n_objects; i++) {
                        if (a->services[i] != service)
                                continue;
                        a->services[i] = NULL;
                        close_service(a, a->objects->objects[i]);
                        remove_service(server, service);
                        return;
                }
}

static int add_service(GattApplication *a, const ApplicationObject *o) {
        GattServer *server = a->server;
        DatabaseService *service;

        if (!usable(o) || !o->has_primary)
                return -EINVAL;
        int r = database_add_service(
                server->database, &service, o->handle, &o->uuid, o->primary, o->n_attributes);
        if (r == -EEXIST)
                remove_mistaken(server, service);
        if (r < 0)
                return r;
        a->services[index_of(a, o)] = service;
        if (o->handle_wanted)
                gatt_calls_set_handle(a, o, BLUEZ_GATT_SERVICE, database_service_first(service));
        add_includes(a, service, o);
        for (size_t i = 0; r >= 0 && i < o->n_children; i++)
                r = add_characteristic(a, service, o->children[i]);
        if (r < 0) {
                close_service(a, o);
                a->services[index_of(a, o)] = database_remove_service(server->database, service);
                return r;
        }
        subscription_services_changed(
                server, database_service_first(service), database_service_last(service));
        return 0;
}

static int add_services(GattApplication *a) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < a->objects->n_objects; i++)
                if (a->objects->objects[i]->kind == OBJECT_SERVICE)
                        r = add_service(a, a->objects->objects[i]);
        return r == -ENOMEM || r >= 0 ? r : -EINVAL;
}

static int make_providers(GattApplication *a) {
        size_t n = a->objects->n_objects;

        a->providers = calloc(n + 1, sizeof(Provider));
        a->services = calloc(n + 1, sizeof(DatabaseService *));
        if (!a->providers || !a->services)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                Provider *p = &a->providers[i];

                p->application = a;
                p->object = a->objects->objects[i];
                p->id = ++a->server->last_id;
                p->notify_acquired = p->object->notify_acquired;
                p->write_acquired = p->object->write_acquired;
                TAILQ_INIT(&p->notify_sockets);
                TAILQ_INIT(&p->write_sockets);
        }
        return 0;
}

int gatt_application_new(
        GattServer *server, const char *owner, const char *path, ApplicationObjects *objects) {
        GattApplication *a = calloc(1, sizeof(*a));
        if (!a) {
                application_objects_free(objects);
                return -ENOMEM;
        }

        a->server = server;
        a->objects = objects;
        TAILQ_INSERT_TAIL(&server->applications, a, entry);
        a->owner = strdup(owner);
        a->path = strdup(path);
        int r = a->owner && a->path ? make_providers(a) : -ENOMEM;
        if (r >= 0)
                r = add_services(a);
        if (r < 0)
                gatt_application_free(a);
        return r < 0 ? r : 0;
}

GattApplication *gatt_application_free(GattApplication *a) {
        size_t n = a && a->objects ? a->objects->n_objects : 0;

        if (!a)
                return NULL;
        TAILQ_REMOVE(&a->server->applications, a, entry);
        gatt_calls_cancel(a->server, a);
        for (size_t i = 0; a->providers && a->services && i < n; i++)
                close_provider(&a->providers[i]);
        for (size_t i = 0; a->services && i < n; i++)
                if (a->services[i])
                        remove_service(a->server, a->services[i]);
        free(a->services);
        free(a->providers);
        application_objects_free(a->objects);
        free(a->owner);
        free(a->path);
        free(a);
        return NULL;
}

Provider *gatt_application_find(const GattApplication *a, const char *path) {
        const ApplicationObject *o =
                application_objects_find(a->objects, OBJECT_CHARACTERISTIC, path);

        return o ? &a->providers[index_of(a, o)] : NULL;
}
