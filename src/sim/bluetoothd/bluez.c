#include "sim/bluetoothd/bluez.h"

#include "bluez/names.h"
#include "loop/bus.h"
#include "loop/timer.h"
#include "sim/bluetoothd/bluez-parts.h"
#include "sim/event.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How long a link outlives a bluetoothd that was killed: seen with the kernel of Debian 12. */
#define KILLED_LINKS_USEC (4 * USEC_PER_SEC)

/* What RequestName answers. */
enum { NAME_PRIMARY_OWNER = 1, NAME_EXISTS = 3, NAME_ALREADY_OWNER = 4 };

static const char *const matches[] = {
        "type='signal',interface='" DBUS_PROPERTIES "',member='PropertiesChanged'",
        "type='signal',sender='" DBUS_SERVICE "',path='" DBUS_PATH "',interface='" DBUS_INTERFACE
        "',member='NameOwnerChanged'",
};

void bluez_refresh_heard(Bluez *b) {
        advertising_manager_hear(b);
        if (!b->quiet)
                b->events->heard(b->userdata);
}

/* Everything that bluetoothd knew and does not keep. The bus is still there in an orderly end. */
static void forget(Bluez *b) {
        pairings_drop(b, NULL);
        registrations_drop_all(b, NULL, false);
        agent_manager_drop_all(b, false);
        held_calls_drop(b, NULL);
}

static void drop_connection(Bluez *b) {
        gatt_server_set_bus(b->parameters.server, NULL);
        b->naming_step = NULL;
        b->naming = sd_bus_slot_unref(b->naming);
        b->filter = sd_bus_slot_unref(b->filter);
        b->source = bus_source_free(b->source);
        b->bus = sd_bus_close_unref(b->bus);
        b->owner = false;
}

/* The process is gone at once: what it had not sent is lost. */
static void end_life(Bluez *b) {
        Step *step = b->naming_step;

        sd_bus_close(b->bus);
        drop_connection(b);
        forget(b);
        device_objects_lose(b);
        adapter_objects_set_pairable(b, false);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                a->silent = false;
        if (step)
                step_wrong(step, "bluetoothd has ended");
        bluez_refresh_heard(b);
}

/* Centrals' links end some time after bluetoothd was killed. */
static void on_links(struct ev_loop *loop, struct ev_timer *w, int revents) {
        device_objects_cut_stale(w->data);
}

int bluez_kill(Bluez *b) {
        if (!b->bus)
                return -ENOTCONN;
        end_life(b);
        b->killed = true;
        timer_start_once(b->loop, &b->links, KILLED_LINKS_USEC);
        return 0;
}

static void on_disconnected(int error, void *userdata) {
        Bluez *b = userdata;

        event("lost", NULL, NULL);
        (void)bluez_kill(b);
        b->events->lost(b->userdata);
}

static const BusSourceEvents bus_events = {.disconnected = on_disconnected};

static int read_bus(Bluez *b) {
        return bus_source_new(&b->source, b->loop, b->bus, &bus_events, b);
}

static int open_connection(Bluez *b) {
        int r = bus_open(&b->bus, b->parameters.bus_address);

        if (r >= 0)
                r = sd_bus_add_filter(b->bus, &b->filter, calls_filter, b);
        for (size_t i = 0; i < ELEMENTS(matches) && r >= 0; i++)
                r = sd_bus_add_match_async(b->bus, NULL, matches[i], NULL, NULL, NULL);
        if (r >= 0)
                r = read_bus(b);
        if (r >= 0)
                gatt_server_set_bus(b->parameters.server, b->bus);
        else
                drop_connection(b);
        return r;
}

static void named(Bluez *b, const char *problem) {
        Step *step = b->naming_step;

        b->naming_step = NULL;
        if (step && problem)
                step_wrong(step, "%s", problem);
        else if (step)
                step_done(step);
        else if (problem)
                event("failed", "text", problem);
}

static int on_requested(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const sd_bus_error *e = sd_bus_message_get_error(m);
        Bluez *b = userdata;
        uint32_t answer = 0;

        b->naming = sd_bus_slot_unref(b->naming);
        if (!e)
                (void)sd_bus_message_read(m, "u", &answer);
        b->owner = answer == NAME_PRIMARY_OWNER || answer == NAME_ALREADY_OWNER;
        if (b->owner)
                named(b, NULL);
        else if (answer == NAME_EXISTS)
                named(b, BLUEZ_SERVICE " has an owner already");
        else
                named(b, e && e->message ? e->message : "the bus does not give " BLUEZ_SERVICE);
        return 0;
}

static int on_released(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Bluez *b = userdata;

        b->naming = sd_bus_slot_unref(b->naming);
        b->owner = false;
        named(b, NULL);
        return 0;
}

/* step NULL, or nobody reads the bus: nobody waits. */
static int wait_for_name(Bluez *b, Step *step, int r) {
        if (r < 0)
                return r;
        if (!b->source || !step)
                return 0;
        b->naming_step = step;
        return SCRIPT_PENDING;
}

int bluez_own(Bluez *b, Step *step, bool replace) {
        if (!b->bus || b->naming)
                return b->bus ? -EBUSY : -ENOTCONN;
        int r = sd_bus_request_name_async(b->bus, &b->naming, BLUEZ_SERVICE,
                SD_BUS_NAME_ALLOW_REPLACEMENT | (replace ? SD_BUS_NAME_REPLACE_EXISTING : 0),
                on_requested, b);
        b->owner = r >= 0;
        return wait_for_name(b, step, r);
}

/* Before anything else happens: who is refused does not begin. */
static int own_at_once(Bluez *b) {
        int r = sd_bus_request_name(b->bus, BLUEZ_SERVICE, SD_BUS_NAME_ALLOW_REPLACEMENT);

        b->owner = r >= 0;
        return r;
}

int bluez_disown(Bluez *b, Step *step) {
        if (!b->bus || b->naming)
                return b->bus ? -EBUSY : -ENOTCONN;
        b->owner = false;
        return wait_for_name(b, step,
                sd_bus_release_name_async(b->bus, &b->naming, BLUEZ_SERVICE, on_released, b));
}

int bluez_set_deaf(Bluez *b, bool deaf) {
        if (!b->bus)
                return -ENOTCONN;
        gatt_server_set_still(b->parameters.server, deaf);
        if (!deaf)
                return b->source ? 0 : read_bus(b);
        b->source = bus_source_free(b->source);
        return 0;
}

/* LEAdvertisingManager1 comes later than the rest, as the kernel has to be asked first. */
static void show_interfaces(Bluez *b, AdapterObject *a) {
        static const char later[] = ",LEAdvertisingManager1";
        char all[PROPERTY_TEXT_SIZE];
        size_t size = strlen(a->interfaces), last = strlen(later);
        bool split = size > last && strcmp(a->interfaces + size - last, later) == 0;

        text_copy(all, sizeof(all), a->interfaces);
        if (split)
                a->interfaces[size - last] = '\0';
        (void)object_emit_added(b, a->path, a->interfaces);
        text_copy(a->interfaces, sizeof(a->interfaces), all);
        device_objects_show(b, a);
        if (split)
                (void)object_emit_added(b, a->path, later + 1);
}

/* A controller that a killed bluetoothd has left is on already. */
static void show_adapter(Bluez *b, AdapterObject *a) {
        bool power_on = !b->killed && (a->auto_enable || adapter_object_is(a, "Powered"));
        Property power;

        property_set_bool(&power, "Powered", false);
        if (power_on)
                (void)adapter_object_put(a, &power);
        show_interfaces(b, a);
        if (power_on && !b->rfkill)
                (void)adapter_object_power(b, a, true);
        a->auto_enable = false;
}

int bluez_start(Bluez *b, Step *step) {
        if (b->owner)
                return -EALREADY;
        int r = b->bus ? 0 : open_connection(b);
        if (r >= 0)
                r = bluez_own(b, step, false);
        if (r < 0)
                return r;
        (void)object_emit_added(b, BLUEZ_PATH, manager_interfaces);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (a->plugged)
                        show_adapter(b, a);
        b->killed = false;
        bluez_refresh_heard(b);
        return r;
}

static void say_off(Bluez *b) {
        Property power;

        property_set_bool(&power, "Powered", false);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++) {
                if (!a->plugged || !adapter_object_is(a, "Powered"))
                        continue;
                a->auto_enable = true;
                (void)adapter_object_put(a, &power);
                (void)object_emit_changed(b, a->path, BLUEZ_ADAPTER, &power, 1);
        }
}

/* In the order of the real one, with what it sends before it ends. */
int bluez_stop(Bluez *b) {
        if (!b->bus)
                return -ENOTCONN;
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                adapter_object_silence(b, a);
        device_objects_say_left(b, NULL);
        gatt_server_adapter_removed(b->parameters.server);
        device_objects_cut(b, NULL, REASON_REMOTE_POWER_OFF);
        say_off(b);
        (void)object_emit_removed(b, BLUEZ_PATH, manager_interfaces);
        agent_manager_drop_all(b, true);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (a->plugged)
                        adapter_object_withdraw(b, a);
        /* The bus has read all of it when it answers: where it finds the connection closed while it
         * writes to it, it drops what it has not read. */
        (void)sd_bus_call_method(
                b->bus, DBUS_SERVICE, DBUS_PATH, DBUS_INTERFACE, "GetId", NULL, NULL, NULL);
        end_life(b);
        return 0;
}

const Heard *bluez_heard(const Bluez *bluez, const char *name, const Uuid *service) {
        for (size_t i = 0; i < bluez->n_heard; i++) {
                const Heard *h = &bluez->heard[i].heard;
                bool fits = !service;

                for (size_t k = 0; service && k < h->n_services; k++)
                        fits |= uuid_equal(&h->services[k], service);
                if (fits && (!name || (h->name && strcmp(h->name, name) == 0)))
                        return h;
        }
        return NULL;
}

int bluez_connected(
        Bluez *bluez, const char *address, char *ret_path, size_t size, bool *ret_bonded) {
        const HeardEntry *by = NULL;

        for (size_t i = 0; i < bluez->n_heard && !by; i++)
                if (bluez->heard[i].connectable)
                        by = &bluez->heard[i];
        if (!by)
                return -ENOTCONN;
        DeviceObject *d = device_object_take(bluez, address, by->adapter);
        if (!d) {
                event("failed", "text", "too many devices");
                return -ENOBUFS;
        }
        if (d->connected)
                return -EALREADY;
        d->instance = by->instance;
        device_object_connected(d);
        device_object_path(d, ret_path, size);
        *ret_bonded = d->bonded;
        return 0;
}

void bluez_disconnected(Bluez *bluez, const char *address, uint8_t reason) {
        DeviceObject *d = device_object_find(bluez, address);

        if (d)
                device_object_left(d, reason);
}

int bluez_new(Bluez **ret, struct ev_loop *loop, const BluezParameters *parameters,
        const BluezEvents *events, void *userdata) {
        Bluez *b = calloc(1, sizeof(*b));
        if (!b)
                return -ENOMEM;

        b->loop = loop;
        b->parameters = *parameters;
        b->events = events;
        b->userdata = userdata;
        ev_timer_init(&b->links, on_links, 0., 0.);
        b->links.data = b;
        b->quiet = true;
        int r = open_connection(b);
        if (r >= 0 && !parameters->bare) {
                r = adapter_object_plug(b, adapter_object_take(b, "hci0"));
                if (r >= 0)
                        r = own_at_once(b);
        }
        if (r < 0) {
                bluez_free(b);
                return r;
        }
        b->quiet = false;
        *ret = b;
        return 0;
}

Bluez *bluez_free(Bluez *bluez) {
        if (!bluez)
                return NULL;
        bluez->quiet = true;
        drop_connection(bluez);
        forget(bluez);
        device_objects_lose(bluez);
        ev_timer_stop(bluez->loop, &bluez->links);
        bus_source_free(bluez->stranger_source);
        sd_bus_close_unref(bluez->stranger);
        free(bluez);
        return NULL;
}
