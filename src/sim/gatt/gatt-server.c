#include "sim/gatt/gatt-server.h"

#include "sim/gatt/gatt-application.h"
#include "sim/gatt/gatt-device.h"
#include "sim/gatt/gatt-state.h"
#include "sim/gatt/subscription.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_NAME "sporesim"

#define TEXT_NOT_ADDED "Failed to create entry in database"

/* Calls what for each device. It may drop the device. */
static void for_each_device(GattServer *s, void (*what)(GattServer *server, Device *device)) {
        Device *device, *next;

        for (device = TAILQ_FIRST(&s->devices); device; device = next) {
                next = TAILQ_NEXT(device, entry);
                what(s, device);
        }
}

static void drop_applications(GattServer *s) {
        while (!TAILQ_EMPTY(&s->applications))
                gatt_application_free(TAILQ_FIRST(&s->applications));
}

/* The table as bluetoothd has it when it finds the adapter. */
static int start_over(GattServer *s) {
        database_clear(s->database);
        s->core = (CoreServices){0};
        int r = core_services_add(&s->core, s->database, s->behaviour, s->name);
        if (r >= 0)
                for_each_device(s, subscription_restore);
        return r;
}

/* The links are dead before the applications go, so nobody is told. */
static void cut_everything(GattServer *s) {
        for_each_device(s, gatt_device_cut);
        drop_applications(s);
}

int gatt_server_new(GattServer **ret, struct ev_loop *loop, const BluezBehaviour *behaviour) {
        GattServer *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        s->loop = loop;
        s->behaviour = behaviour;
        TAILQ_INIT(&s->applications);
        TAILQ_INIT(&s->devices);
        TAILQ_INIT(&s->calls);
        s->name = strdup(DEFAULT_NAME);
        int r = s->name ? database_new(&s->database, behaviour->takes_declaration_handle) : -ENOMEM;
        if (r >= 0)
                r = start_over(s);
        if (r < 0) {
                gatt_server_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

static void forget_device(GattServer *s, Device *device) {
        device->bonded = false;
        gatt_device_cut(s, device);
}

GattServer *gatt_server_free(GattServer *server) {
        if (!server)
                return NULL;
        for_each_device(server, forget_device);
        drop_applications(server);
        database_free(server->database);
        free(server->name);
        free(server);
        return NULL;
}

static void forget_everything(GattServer *s) {
        cut_everything(s);
        /* Out of memory: there is no server without its own services. */
        if (start_over(s) < 0)
                abort();
}

void gatt_server_set_bus(GattServer *s, sd_bus *bus) {
        if (s->bus && s->bus != bus)
                forget_everything(s);
        s->bus = bus;
        s->still = false;
}

void gatt_server_set_still(GattServer *s, bool still) {
        s->still = still;
        subscription_follow(s);
}

int gatt_server_set_name(GattServer *s, const char *name) {
        char *copy = strdup(name);

        if (!copy)
                return -ENOMEM;
        free(s->name);
        s->name = copy;
        return s->core.device_name ? database_store(s->core.device_name, name, strlen(name)) : 0;
}

int gatt_server_add_application(GattServer *s, const char *owner, const char *path,
        sd_bus_message *objects, const char **ret_text) {
        ApplicationObjects *parsed;

        *ret_text = TEXT_NOT_ADDED;
        if (!s->bus)
                return -ENOTCONN;
        int r = application_objects_new(&parsed, objects, ret_text);
        if (r < 0)
                return r;
        *ret_text = TEXT_NOT_ADDED;
        return gatt_application_new(s, owner, path, parsed);
}

static bool is_application(const GattApplication *a, const char *owner, const char *path) {
        return strcmp(a->owner, owner) == 0 && (!path || strcmp(a->path, path) == 0);
}

void gatt_server_remove_application(GattServer *s, const char *owner, const char *path) {
        GattApplication *a, *next;

        for (a = TAILQ_FIRST(&s->applications); a; a = next) {
                next = TAILQ_NEXT(a, entry);
                if (is_application(a, owner, path))
                        gatt_application_free(a);
        }
}

bool gatt_server_has_application(const GattServer *s, const char *owner, const char *path) {
        GattApplication *a;

        for (a = TAILQ_FIRST(&s->applications); a; a = TAILQ_NEXT(a, entry))
                if (is_application(a, owner, path))
                        return true;
        return false;
}

/* Of the applications of this connection, the one that has this characteristic. */
static Provider *find_provider(const GattServer *s, const char *owner, const char *path) {
        GattApplication *a;

        for (a = TAILQ_FIRST(&s->applications); a; a = TAILQ_NEXT(a, entry)) {
                Provider *p =
                        is_application(a, owner, NULL) ? gatt_application_find(a, path) : NULL;
                if (p)
                        return p;
        }
        return NULL;
}

/* At the variant. */
static int take_property(Provider *p, const char *name, sd_bus_message *m) {
        const char *contents;
        const void *data;
        size_t size;

        if (strcmp(name, "NotifyAcquired") == 0)
                p->notify_acquired = true;
        if (strcmp(name, "WriteAcquired") == 0)
                p->write_acquired = true;
        int r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        if (strcmp(name, "Value") != 0 || strcmp(contents, "ay") != 0)
                return sd_bus_message_skip(m, "v");
        r = sd_bus_message_enter_container(m, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r >= 0)
                subscription_notify(p, data, size);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* A property that is only said to have changed has no value: that is sent as an empty one. */
static void take_invalidated(Provider *p, const char *name) {
        if (strcmp(name, "Value") == 0)
                subscription_notify(p, NULL, 0);
        if (strcmp(name, "NotifyAcquired") == 0)
                p->notify_acquired = false;
        if (strcmp(name, "WriteAcquired") == 0)
                p->write_acquired = false;
}

void gatt_server_properties_changed(
        GattServer *s, const char *owner, const char *path, sd_bus_message *m) {
        Provider *p = find_provider(s, owner, path);
        const char *name;

        if (!p)
                return;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0)
                        r = take_property(p, name, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &name)) > 0)
                take_invalidated(p, name);
}

void gatt_server_end_subscriptions(GattServer *s) {
        for_each_device(s, gatt_device_leave);
}

void gatt_server_adapter_removed(GattServer *s) {
        for_each_device(s, gatt_device_leave);
        forget_everything(s);
}

void gatt_server_forget(GattServer *s, const char *device_path) {
        Device *device = gatt_device_find(s, device_path);

        if (!device)
                return;
        device->bonded = false;
        device->stored_service_changed = 0;
        if (device->link)
                return;
        subscription_clear(s, device);
        gatt_device_drop(s, device);
}

const Attribute *gatt_server_attribute(const GattServer *s, uint16_t from) {
        const DatabaseEntry *entry = s->bus ? database_next(s->database, from) : NULL;

        return entry ? &entry->attribute : NULL;
}
