/* Adapter1: its properties, its power, and being plugged in and out. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ALIAS_MAX 248 /* the Core Specification's longest name */

static const char default_interfaces[] =
        DBUS_INTROSPECTABLE ",Adapter1," DBUS_PROPERTIES ",GattManager1,LEAdvertisingManager1";

/* "hci0" */
static bool is_name(const char *name) {
        size_t n = strlen(name);

        for (const char *p = name; *p; p++)
                if (!isalnum((unsigned char)*p) && *p != '_')
                        return false;
        return n > 0 && n < 32;
}

static void set_path(char *out, size_t size, const char *name) {
        (void)snprintf(out, size, BLUEZ_PATH "/%s", name);
}

AdapterObject *adapter_object_find(Bluez *b, const char *name) {
        char path[OBJECT_PATH_SIZE];

        set_path(path, sizeof(path), name);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (*a->path && strcmp(a->path, path) == 0)
                        return a;
        return NULL;
}

AdapterObject *adapter_object_at(Bluez *b, const char *path) {
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (a->plugged && strcmp(a->path, path) == 0)
                        return a;
        return NULL;
}

const Property *adapter_object_get(const AdapterObject *a, const char *name) {
        for (size_t i = 0; i < a->n_properties; i++)
                if (strcmp(a->properties[i].name, name) == 0)
                        return &a->properties[i];
        return NULL;
}

bool adapter_object_is(const AdapterObject *a, const char *name) {
        const Property *p = adapter_object_get(a, name);

        return p && property_is_yes(p);
}

int adapter_object_put(AdapterObject *a, const Property *property) {
        size_t i = 0;

        if (strcasecmp(property->name, "interfaces") == 0) {
                text_copy(a->interfaces, sizeof(a->interfaces), property->value);
                return 0;
        }
        while (i < a->n_properties && strcmp(a->properties[i].name, property->name) != 0)
                i++;
        if (i == PROPERTIES_SIM_MAX)
                return -ENOBUFS;
        a->properties[i] = *property;
        if (i == a->n_properties)
                a->n_properties++;
        return 0;
}

bool adapter_object_has(const AdapterObject *a, const char *interface) {
        char list[PROPERTY_TEXT_SIZE], *rest = list, *word;

        text_copy(list, sizeof(list), a->interfaces);
        while ((word = strsep(&rest, ",")))
                if (strncmp(interface, "org.bluez.", 10) == 0 && strcmp(word, interface + 10) == 0)
                        return true;
        return false;
}

static void put(AdapterObject *a, const char *name, char type, const char *value) {
        Property p;

        property_set_text(&p, name, type, value);
        (void)adapter_object_put(a, &p);
}

AdapterObject *adapter_object_take(Bluez *b, const char *name) {
        AdapterObject *a = adapter_object_find(b, name);
        char address[ADDRESS_SIZE];

        if (a || !is_name(name))
                return a;
        a = b->adapters;
        while (*a->path)
                if (++a == b->adapters + ADAPTERS_SIM_MAX)
                        return NULL;
        *a = (AdapterObject){.instances_max = INSTANCES_MAX};
        set_path(a->path, sizeof(a->path), name);
        text_copy(a->interfaces, sizeof(a->interfaces), default_interfaces);
        (void)snprintf(
                address, sizeof(address), "AA:BB:CC:DD:EE:%02X", (unsigned)(a - b->adapters));
        put(a, "Address", 's', address);
        put(a, "AddressType", 's', "public");
        put(a, "Name", 's', "sporesim");
        put(a, "Alias", 's', "sporesim");
        put(a, "Class", 'u', "0");
        put(a, "Powered", 'b', "yes");
        put(a, "Discoverable", 'b', "no");
        put(a, "DiscoverableTimeout", 'u', "180");
        put(a, "Pairable", 'b', agent_manager_default(b) ? "yes" : "no");
        put(a, "PairableTimeout", 'u', "0");
        put(a, "Discovering", 'b', "no");
        put(a, "UUIDs", 'a',
                "00001801-0000-1000-8000-00805f9b34fb,"
                "00001800-0000-1000-8000-00805f9b34fb");
        put(a, "Modalias", 's', b->parameters.behaviour->modalias);
        put(a, "Roles", 'a', "central,peripheral");
        return a;
}

static void tell_name(Bluez *b, const AdapterObject *a) {
        const Property *alias = adapter_object_get(a, "Alias");

        if (a->plugged && alias && alias->type == 's')
                (void)gatt_server_set_name(b->parameters.server, alias->value);
}

static bool has_devices(Bluez *b, const AdapterObject *a) {
        for (DeviceObject *d = b->devices; d < b->devices + DEVICES_SIM_MAX; d++)
                if (d->connected && device_object_adapter(d) == a)
                        return true;
        return false;
}

void adapter_object_silence(Bluez *b, AdapterObject *a) {
        a->silent = true;
        advertising_manager_hear(b);
}

/* If property switches it off: nothing is on the air any more before that is told. */
static void leave_air(Bluez *b, AdapterObject *a, const Property *property) {
        if (strcmp(property->name, "Powered") != 0 || property->type != 'b' ||
                property_is_yes(property) || !adapter_object_is(a, "Powered"))
                return;
        adapter_object_silence(b, a);
        device_objects_cut(b, a, REASON_REMOTE_POWER_OFF);
}

int adapter_object_change(Bluez *b, AdapterObject *a, const Property *property) {
        Property changed[PROPERTIES_SIM_MAX] = {*property};
        size_t n = 1;

        leave_air(b, a, property);
        int r = adapter_object_put(a, property);
        tell_name(b, a);
        if (strcmp(property->name, "Powered") == 0)
                n = power_state_put(b, a, changed, n);
        if (r >= 0 && b->bus && a->plugged)
                r = object_emit_changed(b, a->path, BLUEZ_ADAPTER, changed, n);
        a->silent = false;
        bluez_refresh_heard(b);
        return r;
}

int adapter_object_power(Bluez *b, AdapterObject *a, bool on) {
        Property property;

        if (adapter_object_is(a, "Powered") == on)
                return 0;
        property_set_bool(&property, "Powered", on);
        return adapter_object_change(b, a, &property);
}

void adapter_objects_set_pairable(Bluez *b, bool pairable) {
        Property property;

        property_set_bool(&property, "Pairable", pairable);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (*a->path && adapter_object_is(a, "Pairable") != pairable)
                        (void)adapter_object_change(b, a, &property);
}

int adapter_object_plug(Bluez *b, AdapterObject *a) {
        Property power;

        a->plugged = true;
        tell_name(b, a);
        if (!b->bus)
                return 0;
        property_set_bool(&power, "Powered", !b->rfkill);
        if (a->auto_enable)
                (void)adapter_object_put(a, &power);
        a->auto_enable = false;
        int r = object_emit_added(b, a->path, a->interfaces);
        device_objects_show(b, a);
        bluez_refresh_heard(b);
        return r;
}

/* The interfaces that stand in list go in one signal; not wanted: all others do. */
static void remove_interfaces(Bluez *b, const AdapterObject *a, const char *list, bool wanted) {
        char all[PROPERTY_TEXT_SIZE], gone[PROPERTY_TEXT_SIZE] = "", *rest = all, *word;

        text_copy(all, sizeof(all), a->interfaces);
        while ((word = strsep(&rest, ","))) {
                size_t used = strlen(gone);
                if ((strstr(list, word) != NULL) == wanted)
                        (void)snprintf(
                                gone + used, sizeof(gone) - used, "%s%s", used ? "," : "", word);
        }
        if (*gone)
                (void)object_emit_removed(b, a->path, gone);
}

void adapter_object_withdraw(Bluez *b, AdapterObject *a) {
        static const char managers[] = "GattManager1,LEAdvertisingManager1";

        device_objects_hide(b, a);
        remove_interfaces(b, a, "GattManager1", true);
        remove_interfaces(b, a, "LEAdvertisingManager1", true);
        registrations_drop_all(b, a, true);
        remove_interfaces(b, a, managers, false);
}

int adapter_object_unplug(Bluez *b, AdapterObject *a) {
        bool served = has_devices(b, a) || registrations_count(b, false, a) > 0;
        Property power;

        property_set_bool(&power, "Powered", false);
        adapter_object_silence(b, a);
        device_objects_say_left(b, a);
        if (b->bus && adapter_object_is(a, "Powered"))
                (void)object_emit_changed(b, a->path, BLUEZ_ADAPTER, &power, 1);
        if (b->bus && served)
                gatt_server_adapter_removed(b->parameters.server);
        device_objects_cut(b, a, REASON_TIMEOUT);
        if (b->bus)
                adapter_object_withdraw(b, a);
        a->plugged = a->silent = false;
        bluez_refresh_heard(b);
        return 0;
}

/* What may be set. */
static const struct {
        const char *name;
        char type;
} settable[] = {
        {"Alias", 's'},
        {"Powered", 'b'},
        {"Discoverable", 'b'},
        {"DiscoverableTimeout", 'u'},
        {"Pairable", 'b'},
        {"PairableTimeout", 'u'},
};

/* m is at a variant. -EINVAL: of another type; -ENAMETOOLONG. */
static int read_property(Property *ret, const char *name, char type, sd_bus_message *m) {
        const char wanted[] = {type, '\0'};
        const char *text;
        uint32_t number;
        int yes, r;

        if (type == 's') {
                r = sd_bus_message_read(m, "v", wanted, &text);
                if (r >= 0 && strlen(text) > ALIAS_MAX)
                        return -ENAMETOOLONG;
                if (r >= 0)
                        property_set_text(ret, name, type, text);
        } else if (type == 'b') {
                r = sd_bus_message_read(m, "v", wanted, &yes);
                if (r >= 0)
                        property_set_bool(ret, name, yes);
        } else {
                r = sd_bus_message_read(m, "v", wanted, &number);
                if (r >= 0)
                        property_set_number(ret, name, type, number);
        }
        return r < 0 ? -EINVAL : 0;
}

/* Says yes, then what has changed. */
static int carry_out(Bluez *b, AdapterObject *a, const Property *p, sd_bus_message *call) {
        const Property *old = adapter_object_get(a, p->name);
        Property wanted = *p;
        bool same;

        if (strcmp(p->name, "Powered") == 0 && b->rfkill && property_is_yes(p))
                return sd_bus_reply_method_errorf(call, BLUEZ_ERROR_FAILED, "Failed");
        if (strcmp(p->name, "Alias") == 0 && !*p->value) {
                const Property *name = adapter_object_get(a, "Name");
                property_set_text(&wanted, "Alias", 's', name ? name->value : "");
        }
        same = old && old->type == wanted.type && strcmp(old->value, wanted.value) == 0;
        if (!same && strcmp(p->name, "Powered") == 0)
                power_state_tell_passing(b, a, property_is_yes(p));
        leave_air(b, a, p);
        int r = sd_bus_reply_method_return(call, NULL);
        return same ? r : adapter_object_change(b, a, &wanted);
}

int adapter_object_method_set(Bluez *b, AdapterObject *a, sd_bus_message *call) {
        const char *name;
        Property p;

        int r = sd_bus_message_read(call, "ss", NULL, &name);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTS(settable); i++) {
                if (strcmp(settable[i].name, name) != 0)
                        continue;
                r = read_property(&p, name, settable[i].type, call);
                if (r == -ENAMETOOLONG)
                        return sd_bus_reply_method_errorf(call, BLUEZ_ERROR_FAILED, "Failed");
                if (r < 0)
                        return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_INVALID_SIGNATURE,
                                "Invalid signature for '%s'", name);
                return carry_out(b, a, &p, call);
        }
        if (adapter_object_get(a, name))
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_PROPERTY_READ_ONLY,
                        "Property '%s' is not writable", name);
        return sd_bus_reply_method_errorf(
                call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "No such property '%s'", name);
}
