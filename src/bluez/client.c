#include "bluez/client.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "core/backoff.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
        SLOT_OWNER,
        SLOT_ADDED,
        SLOT_REMOVED,
        SLOT_ADAPTER_CHANGED,
        SLOT_DEVICE_CHANGED,
        SLOT_DEVICE_DISCONNECTED,
        SLOT_CALL,
        _SLOT_MAX
};

/* Owned by Peripheral. */
struct BluezClient {
        sd_bus *bus;
        struct ev_loop *loop;
        struct ev_timer retry;
        Backoff backoff;
        uint64_t call_timeout_usec;
        const BluezClientEvents *events;
        void *userdata;
        sd_bus_slot *slots[_SLOT_MAX]; /* SLOT_CALL: GetNameOwner or GetManagedObjects */
        bool known;                    /* who owns org.bluez, or that nobody does */
        bool silent;                   /* the owner is not asked for now */
        char *owner;
        char *error; /* why the objects could not be listed; NULL: they could */
};

/* Signals of an owner that has gone may still be on their way. */
static bool from_owner(BluezClient *c, sd_bus_message *m) {
        const char *sender = sd_bus_message_get_sender(m);

        return c->owner && sender && strcmp(c->owner, sender) == 0;
}

static void set_error(BluezClient *c, const char *text) {
        free(c->error);
        c->error = text ? strdup(text) : NULL;
}

/* Logged once, however often it is tried. */
static void note_error(BluezClient *c, const char *text) {
        if (!c->error || strcmp(c->error, text) != 0)
                log_warning("BlueZ did not list its objects: %s", text);
        set_error(c, text);
}

static void retry_later(BluezClient *c) {
        timer_start_once(c->loop, &c->retry, backoff_next_usec(&c->backoff));
}

/* m is at a{sa{sv}}. */
static int read_interfaces(BluezClient *c, const char *path, sd_bus_message *m) {
        const char *interface;
        int r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                r = sd_bus_message_read(m, "s", &interface);
                if (r >= 0)
                        r = c->events->interface_added(path, interface, m, c->userdata);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_objects(BluezClient *c, sd_bus_message *m) {
        const char *path;
        int r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
                r = sd_bus_message_read(m, "o", &path);
                if (r >= 0)
                        r = read_interfaces(c, path, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int on_objects(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        BluezClient *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        int r = e ? -EIO : read_objects(c, m);

        c->slots[SLOT_CALL] = sd_bus_slot_unref(c->slots[SLOT_CALL]);
        if (r < 0) {
                note_error(c, e ? message_error_text(e) : strerror(-r));
                retry_later(c);
                c->events->not_listed(c->userdata);
                return 0;
        }
        backoff_reset(&c->backoff);
        set_error(c, NULL);
        c->events->ready(c->userdata);
        return 0;
}

static int call_objects(BluezClient *c) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r = sd_bus_message_new_method_call(
                c->bus, &m, c->owner, "/", DBUS_OBJECT_MANAGER, "GetManagedObjects");

        if (r >= 0)
                r = sd_bus_call_async(
                        c->bus, &c->slots[SLOT_CALL], m, on_objects, c, c->call_timeout_usec);
        return r;
}

static void set_owner(BluezClient *c, const char *owner) {
        bool was_known = c->known;

        c->known = true;
        if (was_known && strcmp(c->owner ? c->owner : "", owner) == 0)
                return;

        ev_timer_stop(c->loop, &c->retry);
        c->slots[SLOT_CALL] = sd_bus_slot_unref(c->slots[SLOT_CALL]);
        bool had_owner = c->owner != NULL;
        free(c->owner);
        c->owner = NULL;
        c->silent = false;
        set_error(c, NULL);
        if (had_owner || (!was_known && !*owner))
                c->events->vanished(c->userdata);
        if (!*owner)
                return;
        c->owner = strdup(owner);
        if (!c->owner) {
                retry_later(c);
                return;
        }
        c->events->appeared(c->owner, c->userdata);
        if (call_objects(c) < 0)
                retry_later(c);
}

static int on_name_owner(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        BluezClient *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *owner = "";
        bool no_owner = e && sd_bus_error_has_name(e, SD_BUS_ERROR_NAME_HAS_NO_OWNER);

        c->slots[SLOT_CALL] = sd_bus_slot_unref(c->slots[SLOT_CALL]);
        if ((e && !no_owner) || (!e && sd_bus_message_read(m, "s", &owner) < 0)) {
                log_warning("The bus did not say who owns %s: %s", BLUEZ_SERVICE,
                        e ? message_error_text(e) : "malformed reply");
                retry_later(c);
                return 0;
        }
        set_owner(c, owner);
        return 0;
}

static int call_name_owner(BluezClient *c) {
        return sd_bus_call_method_async(c->bus, &c->slots[SLOT_CALL], DBUS_SERVICE, DBUS_PATH,
                DBUS_INTERFACE, "GetNameOwner", on_name_owner, c, "s", BLUEZ_SERVICE);
}

static int on_name_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *name, *old, *new;

        int r = sd_bus_message_read(m, "sss", &name, &old, &new);
        if (r >= 0)
                set_owner(userdata, new);
        return 0;
}

static void on_retry(struct ev_loop *loop, struct ev_timer *w, int revents) {
        BluezClient *c = w->data;

        if (c->silent || (c->owner ? call_objects(c) : call_name_owner(c)) < 0)
                retry_later(c);
}

static int on_interfaces_added(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        BluezClient *c = userdata;
        const char *path;

        if (!from_owner(c, m))
                return 0;
        int r = sd_bus_message_read(m, "o", &path);
        if (r >= 0)
                r = read_interfaces(c, path, m);
        if (r < 0)
                log_warning("Malformed InterfacesAdded from BlueZ: %s", strerror(-r));
        return 0;
}

static int on_interfaces_removed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        BluezClient *c = userdata;
        const char *path, *interface;

        if (!from_owner(c, m))
                return 0;
        int r = sd_bus_message_read(m, "o", &path);
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &interface)) > 0)
                c->events->interface_removed(path, interface, c->userdata);
        if (r < 0)
                log_warning("Malformed InterfacesRemoved from BlueZ: %s", strerror(-r));
        return 0;
}

static int on_properties_changed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        BluezClient *c = userdata;
        const char *interface;

        if (!from_owner(c, m))
                return 0;
        int r = sd_bus_message_read(m, "s", &interface);
        if (r >= 0)
                r = c->events->properties_changed(
                        sd_bus_message_get_path(m), interface, m, c->userdata);
        if (r < 0)
                log_warning("Malformed PropertiesChanged from BlueZ: %s", strerror(-r));
        return 0;
}

static int on_device_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        BluezClient *c = userdata;
        const char *reason;

        if (!from_owner(c, m))
                return 0;
        int r = sd_bus_message_read(m, "s", &reason);
        if (r >= 0)
                c->events->device_disconnected(sd_bus_message_get_path(m), reason, c->userdata);
        else
                log_warning("Malformed Disconnected from BlueZ: %s", strerror(-r));
        return 0;
}

#define CHANGED_MATCH(of)                                                                          \
        "type='signal',sender='" BLUEZ_SERVICE "',interface='" DBUS_PROPERTIES                     \
        "',member='PropertiesChanged',arg0='" of "'"

static const struct {
        const char *match;
        sd_bus_message_handler_t handler;
} matches[] = {
        [SLOT_OWNER] = {"type='signal',sender='" DBUS_SERVICE "',path='" DBUS_PATH
                        "',interface='" DBUS_INTERFACE
                        "',member='NameOwnerChanged',arg0='" BLUEZ_SERVICE "'",
                on_name_owner_changed},
        [SLOT_ADDED] = {"type='signal',sender='" BLUEZ_SERVICE "',interface='" DBUS_OBJECT_MANAGER
                        "',member='InterfacesAdded'",
                on_interfaces_added},
        [SLOT_REMOVED] = {"type='signal',sender='" BLUEZ_SERVICE "',interface='" DBUS_OBJECT_MANAGER
                          "',member='InterfacesRemoved'",
                on_interfaces_removed},
        [SLOT_ADAPTER_CHANGED] = {CHANGED_MATCH(BLUEZ_ADAPTER), on_properties_changed},
        [SLOT_DEVICE_CHANGED] = {CHANGED_MATCH(BLUEZ_DEVICE), on_properties_changed},
        [SLOT_DEVICE_DISCONNECTED] = {"type='signal',sender='" BLUEZ_SERVICE
                                      "',interface='" BLUEZ_DEVICE "',member='Disconnected'",
                on_device_disconnected},
};

/* The bus handles messages in order: the matches stand before the owner is asked for. */
static int start(BluezClient *c) {
        for (size_t i = 0; i < ELEMENTS(matches); i++) {
                int r = sd_bus_add_match_async(
                        c->bus, &c->slots[i], matches[i].match, matches[i].handler, NULL, c);
                if (r < 0)
                        return r;
        }
        return call_name_owner(c);
}

int bluez_client_new(BluezClient **ret, struct ev_loop *loop, sd_bus *bus,
        uint64_t call_timeout_usec, uint64_t retry_min_usec, uint64_t retry_max_usec,
        const BluezClientEvents *events, void *userdata) {
        BluezClient *c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;

        c->bus = sd_bus_ref(bus);
        c->loop = loop;
        c->call_timeout_usec = call_timeout_usec;
        c->events = events;
        c->userdata = userdata;
        ev_timer_init(&c->retry, on_retry, 0., 0.);
        backoff_init(&c->backoff, retry_min_usec, retry_max_usec);
        c->retry.data = c;
        int r = start(c);
        if (r < 0) {
                bluez_client_free(c);
                return r;
        }
        *ret = c;
        return 0;
}

BluezClient *bluez_client_free(BluezClient *client) {
        if (!client)
                return NULL;
        for (size_t i = 0; i < _SLOT_MAX; i++)
                sd_bus_slot_unref(client->slots[i]);
        ev_timer_stop(client->loop, &client->retry);
        sd_bus_unref(client->bus);
        free(client->owner);
        free(client->error);
        free(client);
        return NULL;
}

const char *bluez_client_error(const BluezClient *client) {
        return client->error;
}

bool bluez_client_known(const BluezClient *client) {
        return client->known;
}

const char *bluez_client_owner(const BluezClient *client) {
        return client->owner;
}

void bluez_client_set_silent(BluezClient *client, bool silent) {
        bool goes_on = client->silent && !silent;

        client->silent = silent;
        if (goes_on && ev_is_active(&client->retry))
                timer_start_once(client->loop, &client->retry, 0);
}

void bluez_client_set_times(BluezClient *client, uint64_t call_timeout_usec,
        uint64_t retry_min_usec, uint64_t retry_max_usec) {
        client->call_timeout_usec = call_timeout_usec;
        backoff_set_bounds(&client->backoff, retry_min_usec, retry_max_usec);
}
