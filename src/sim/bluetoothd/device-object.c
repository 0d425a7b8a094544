/* Device1: the centrals that bluetoothd knows, and their bonds. */
#include "sim/bluetoothd/bluez-parts.h"

#include "loop/timer.h"
#include "util/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TEMPORARY_USEC (30 * USEC_PER_SEC) /* main.conf's TemporaryTimeout */
#define RESOLVING_USEC (50 * USEC_PER_MSEC)

const char device_interfaces[] = DBUS_INTROSPECTABLE ",Device1,org.freedesktop.DBus.Properties";

/* Bonds are filed under the adapter's address, whatever its index. */
static const char *home_of(const AdapterObject *a) {
        const Property *address = adapter_object_get(a, "Address");

        return address && address->type == 's' ? address->value : a->path;
}

AdapterObject *device_object_adapter(const DeviceObject *d) {
        AdapterObject *a = d->bluez->adapters;

        for (; a < d->bluez->adapters + ADAPTERS_SIM_MAX; a++)
                if (a->plugged && strcmp(home_of(a), d->adapter) == 0)
                        return a;
        return NULL;
}

void device_object_path(const DeviceObject *d, char *out, size_t size) {
        const AdapterObject *a = device_object_adapter(d);
        char address[ADDRESS_SIZE] = "";

        for (size_t i = 0; d->address[i]; i++)
                address[i] =
                        d->address[i] == ':' ? '_' : (char)toupper((unsigned char)d->address[i]);
        (void)snprintf(out, size, "%s/dev_%s", a ? a->path : BLUEZ_PATH, address);
}

DeviceObject *device_object_find(Bluez *b, const char *address) {
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++)
                if (*d->address && strcasecmp(d->address, address) == 0)
                        return d;
        return NULL;
}

DeviceObject *device_object_at(Bluez *b, const char *path) {
        char own[OBJECT_PATH_SIZE];

        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!d->shown)
                        continue;
                device_object_path(d, own, sizeof(own));
                if (strcmp(own, path) == 0)
                        return d;
        }
        return NULL;
}

size_t device_object_properties(const DeviceObject *d, Property out[PROPERTIES_SIM_MAX]) {
        const AdapterObject *a = device_object_adapter(d);
        char alias[ADDRESS_SIZE] = "";
        size_t n = 0;

        for (size_t i = 0; d->address[i]; i++)
                alias[i] = d->address[i] == ':' ? '-' : d->address[i];
        property_set_text(&out[n++], "Address", 's', d->address);
        property_set_text(&out[n++], "AddressType", 's', "random");
        property_set_text(&out[n++], "Alias", 's', alias);
        property_set_bool(&out[n++], "Paired", d->bonded);
        property_set_bool(&out[n++], "Bonded", d->bonded);
        property_set_bool(&out[n++], "Trusted", false);
        property_set_bool(&out[n++], "Blocked", false);
        property_set_bool(&out[n++], "LegacyPairing", false);
        property_set_bool(&out[n++], "Connected", d->connected);
        property_set_text(&out[n++], "UUIDs", 'a', "");
        property_set_text(&out[n++], "Adapter", 'o', a ? a->path : BLUEZ_PATH);
        property_set_bool(&out[n++], "ServicesResolved", d->resolved);
        return n;
}

static void emit_bool(const DeviceObject *d, const char *name, bool yes) {
        char path[OBJECT_PATH_SIZE];
        Property p;

        property_set_bool(&p, name, yes);
        device_object_path(d, path, sizeof(path));
        (void)object_emit_changed(d->bluez, path, BLUEZ_DEVICE, &p, 1);
}

static void show(DeviceObject *d) {
        char path[OBJECT_PATH_SIZE];

        if (d->shown || !d->bluez->bus)
                return;
        d->shown = true;
        device_object_path(d, path, sizeof(path));
        (void)object_emit_added(d->bluez, path, device_interfaces);
}

static void hide(DeviceObject *d) {
        char path[OBJECT_PATH_SIZE];

        if (!d->shown)
                return;
        d->shown = false;
        device_object_path(d, path, sizeof(path));
        if (d->bluez->bus)
                (void)object_emit_removed(d->bluez, path, device_interfaces);
}

static void clear(DeviceObject *d) {
        if (!*d->address)
                return;
        ev_timer_stop(d->bluez->loop, &d->timer);
        *d = (DeviceObject){};
}

/* Nobody knows it any more. */
static void forget_hidden(DeviceObject *d) {
        if (!d->shown && !d->connected && !d->bonded && !d->stale)
                clear(d);
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        DeviceObject *d = w->data;

        if (d->connected) {
                d->resolved = true;
                if (d->bluez->bus)
                        emit_bool(d, "ServicesResolved", true);
        } else if (!d->bonded) {
                hide(d);
                forget_hidden(d);
        }
}

/* An unbonded one that has left is forgotten early for one that comes. */
static DeviceObject *make_room(Bluez *b) {
        DeviceObject *spare = NULL;

        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!*d->address)
                        return d;
                if (!d->connected && !d->bonded && !d->stale)
                        spare = d;
        }
        if (spare) {
                hide(spare);
                clear(spare);
        }
        return spare;
}

DeviceObject *device_object_take(Bluez *b, const char *address, const AdapterObject *adapter) {
        DeviceObject *d = device_object_find(b, address);

        if (!d && !(d = make_room(b)))
                return NULL;
        if (!*d->address) {
                d->bluez = b;
                text_copy(d->address, sizeof(d->address), address);
                ev_timer_init(&d->timer, on_timer, 0., 0.);
                d->timer.data = d;
        }
        if (strcmp(d->adapter, home_of(adapter)) != 0) {
                hide(d); /* it comes back on another adapter, as a stranger */
                d->bonded = false;
                text_copy(d->adapter, sizeof(d->adapter), home_of(adapter));
        }
        return d;
}

void device_object_connected(DeviceObject *d) {
        if (d->connected)
                return;
        d->connected = true;
        if (d->shown)
                emit_bool(d, "Connected", true);
        else
                show(d);
        if (d->loaded && !d->stale)
                emit_bool(d, "Paired", true); /* its key has proved good */
        d->loaded = false;
        timer_start_once(d->bluez->loop, &d->timer, RESOLVING_USEC);
}

/* As bluez src/device.c (device_disconnected()). */
static void say_reason(const DeviceObject *d, const char *path, uint8_t reason) {
        const char *name = "org.bluez.Reason.Unknown", *text = "Unspecified";

        switch (reason) {
        case 0x05:
        case 0x06:
                name = "org.bluez.Reason.Authentication";
                text = "Connection terminated due to authentication failure";
                break;
        case REASON_TIMEOUT:
                name = "org.bluez.Reason.Timeout";
                text = "Connection timeout";
                break;
        case REASON_REMOTE:
        case 0x14:
        case REASON_REMOTE_POWER_OFF:
                name = "org.bluez.Reason.Remote";
                text = "Connection terminated by remote user";
                break;
        case REASON_LOCAL:
                name = "org.bluez.Reason.Local";
                text = "Connection terminated by local host";
                break;
        default:
                break;
        }
        (void)object_emit_disconnected(d->bluez, path, name, text);
}

void device_object_left(DeviceObject *d, uint8_t reason) {
        char path[OBJECT_PATH_SIZE];
        bool was_resolved = d->resolved;

        d->stale = false;
        if (!d->connected) {
                forget_hidden(d);
                return;
        }
        d->connected = d->resolved = false;
        if (device_object_adapter(d))
                advertising_manager_left(d->bluez, device_object_adapter(d), d->instance);
        pairings_drop(d->bluez, d->address);
        if (d->bluez->bus && d->shown) {
                device_object_path(d, path, sizeof(path));
                if (was_resolved)
                        emit_bool(d, "ServicesResolved", false);
                if (d->bluez->parameters.behaviour->disconnected_signal)
                        say_reason(d, path, reason);
                emit_bool(d, "Connected", false);
        }
        timer_start_once(d->bluez->loop, &d->timer, TEMPORARY_USEC);
}

void device_object_forget(DeviceObject *d) {
        Bluez *b = d->bluez;
        char address[ADDRESS_SIZE], path[OBJECT_PATH_SIZE];

        text_copy(address, sizeof(address), d->address);
        device_object_path(d, path, sizeof(path));
        bool was_connected = d->connected || d->stale;
        device_object_left(d, REASON_LOCAL);
        hide(d);
        clear(d);
        if (was_connected)
                b->events->link_cut(address, REASON_REMOTE, b->userdata);
        gatt_server_forget(b->parameters.server, path);
}

static bool is_of(const DeviceObject *d, const AdapterObject *adapter) {
        return *d->address && (!adapter || device_object_adapter(d) == adapter);
}

void device_objects_say_left(Bluez *b, const AdapterObject *adapter) {
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!d->connected || !is_of(d, adapter))
                        continue;
                device_object_left(d, REASON_LOCAL);
                d->cutting = true;
        }
}

void device_objects_cut(Bluez *b, const AdapterObject *adapter, uint8_t reason) {
        device_objects_say_left(b, adapter);
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!d->cutting)
                        continue;
                d->cutting = false;
                if (adapter)
                        b->events->link_cut(d->address, reason, b->userdata);
        }
        if (!adapter)
                b->events->links_cut(reason, b->userdata);
}

void device_objects_cut_stale(Bluez *b) {
        char address[ADDRESS_SIZE];

        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!d->stale)
                        continue;
                text_copy(address, sizeof(address), d->address);
                d->stale = false;
                device_object_left(d, REASON_REMOTE);
                b->events->link_cut(address, REASON_REMOTE, b->userdata);
        }
}

/* What is not bonded is forgotten. */
void device_objects_hide(Bluez *b, const AdapterObject *adapter) {
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!is_of(d, adapter))
                        continue;
                hide(d);
                forget_hidden(d);
        }
}

void device_objects_show(Bluez *b, const AdapterObject *adapter) {
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!is_of(d, adapter) || !(d->bonded || d->stale))
                        continue;
                show(d);
                d->loaded = d->bonded;
                if (d->stale)
                        device_object_connected(d);
        }
}

void device_objects_lose(Bluez *b) {
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++) {
                if (!*d->address)
                        continue;
                ev_timer_stop(b->loop, &d->timer);
                pairings_drop(b, d->address);
                d->stale = d->connected;
                d->shown = d->connected = d->resolved = false;
                forget_hidden(d);
        }
}

void device_object_set_bonded(DeviceObject *d) {
        char path[OBJECT_PATH_SIZE];
        Property p[2];

        d->bonded = true;
        property_set_bool(&p[0], "Bonded", true);
        property_set_bool(&p[1], "Paired", true);
        device_object_path(d, path, sizeof(path));
        if (d->bluez->bus)
                (void)object_emit_changed(d->bluez, path, BLUEZ_DEVICE, p, 2);
}
