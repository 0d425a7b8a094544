/* The objects of bluetoothd as the bus sees them, and the signals about them. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "sim/bluetoothd/message-events.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>

#define INTERFACE_SIZE 128

const char manager_interfaces[] = DBUS_INTROSPECTABLE ",AgentManager1";

/* Lists leave "org.bluez." out. */
static void full_name(char out[static INTERFACE_SIZE], const char *word) {
        (void)snprintf(
                out, INTERFACE_SIZE, "%s%.100s", strchr(word, '.') ? "" : "org.bluez.", word);
}

/* Takes the next word of a list. */
static bool next_interface(char **rest, char out[static INTERFACE_SIZE]) {
        char *word = strsep(rest, ",");

        if (word)
                full_name(out, word);
        return word != NULL;
}

static bool list_has(const char *list, const char *interface) {
        char copy[PROPERTY_TEXT_SIZE], name[INTERFACE_SIZE], *rest = copy;

        text_copy(copy, sizeof(copy), list);
        while (next_interface(&rest, name))
                if (strcmp(name, interface) == 0)
                        return true;
        return false;
}

static size_t adapter_properties(
        const Bluez *b, const AdapterObject *a, const char *interface, Property *properties) {
        if (strcmp(interface, BLUEZ_ADVERTISING) == 0)
                return advertising_manager_properties(b, a, properties);
        if (strcmp(interface, BLUEZ_ADAPTER) != 0)
                return 0;
        memcpy(properties, a->properties, a->n_properties * sizeof(*properties));
        return power_state_put(b, a, properties, a->n_properties);
}

size_t object_properties(
        Bluez *b, const char *path, const char *interface, Property *properties, bool *ret_found) {
        const AdapterObject *a = adapter_object_at(b, path);
        const DeviceObject *d = a ? NULL : device_object_at(b, path);

        *ret_found = a   ? list_has(a->interfaces, interface)
                     : d ? list_has(device_interfaces, interface)
                         : strcmp(path, BLUEZ_PATH) == 0 && list_has(manager_interfaces, interface);
        if (!*ret_found)
                return 0;
        if (a)
                return adapter_properties(b, a, interface, properties);
        return d && strcmp(interface, BLUEZ_DEVICE) == 0 ? device_object_properties(d, properties)
                                                         : 0;
}

static int append_interface(Bluez *b, const char *path, const char *interface, sd_bus_message *m) {
        Property properties[PROPERTIES_SIM_MAX];
        bool found;

        size_t n = object_properties(b, path, interface, properties, &found);
        int r = sd_bus_message_open_container(m, 'e', "sa{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", interface);
        if (r >= 0)
                r = property_append_all(properties, n, m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_object(Bluez *b, const char *path, const char *interfaces, sd_bus_message *m) {
        char list[PROPERTY_TEXT_SIZE], name[INTERFACE_SIZE], *rest = list;
        int r = sd_bus_message_append(m, "o", path);

        text_copy(list, sizeof(list), interfaces);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
        while (r >= 0 && next_interface(&rest, name))
                r = append_interface(b, path, name, m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_entry(Bluez *b, const char *path, const char *interfaces, sd_bus_message *m) {
        int r = sd_bus_message_open_container(m, 'e', "oa{sa{sv}}");

        if (r >= 0)
                r = append_object(b, path, interfaces, m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int objects_reply(Bluez *b, sd_bus_message *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        char path[OBJECT_PATH_SIZE];

        int r = sd_bus_message_new_method_return(call, &m);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}");
        if (r >= 0)
                r = append_entry(b, BLUEZ_PATH, manager_interfaces, m);
        for (size_t i = 0; i < ADAPTERS_SIM_MAX && r >= 0; i++)
                if (b->adapters[i].plugged)
                        r = append_entry(b, b->adapters[i].path, b->adapters[i].interfaces, m);
        for (size_t i = 0; i < DEVICES_SIM_MAX && r >= 0; i++) {
                if (!b->devices[i].shown)
                        continue;
                device_object_path(&b->devices[i], path, sizeof(path));
                r = append_entry(b, path, device_interfaces, m);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_send(b->bus, m, NULL);
}

static int send_signal(Bluez *b, sd_bus_message *m) {
        int r = b->direct ? sd_bus_message_set_destination(m, b->application) : 0;

        return r < 0 ? r : sd_bus_send(b->bus, m, NULL);
}

int object_emit_added(Bluez *b, const char *path, const char *interfaces) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(b->bus, &m, "/", DBUS_OBJECT_MANAGER, "InterfacesAdded");
        if (r >= 0)
                r = append_object(b, path, interfaces, m);
        return r < 0 ? r : send_signal(b, m);
}

int object_emit_removed(Bluez *b, const char *path, const char *interfaces) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        char list[PROPERTY_TEXT_SIZE], name[INTERFACE_SIZE], *rest = list;

        text_copy(list, sizeof(list), interfaces);
        int r = sd_bus_message_new_signal(
                b->bus, &m, "/", DBUS_OBJECT_MANAGER, "InterfacesRemoved");
        if (r >= 0)
                r = sd_bus_message_append(m, "o", path);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "s");
        while (r >= 0 && next_interface(&rest, name))
                r = sd_bus_message_append(m, "s", name);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : send_signal(b, m);
}

int object_emit_changed(
        Bluez *b, const char *path, const char *interface, const Property *properties, size_t n) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(b->bus, &m, path, DBUS_PROPERTIES, "PropertiesChanged");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", interface);
        if (r >= 0)
                r = property_append_all(properties, n, m);
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0);
        return r < 0 ? r : send_signal(b, m);
}

int object_emit_disconnected(Bluez *b, const char *path, const char *name, const char *text) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(b->bus, &m, path, BLUEZ_DEVICE, "Disconnected");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", name, text);
        return r < 0 ? r : send_signal(b, m);
}

void object_send_unanswered(Bluez *b, sd_bus_message *call) {
        if (sd_bus_message_set_expect_reply(call, false) < 0)
                return;
        tell_own_call(call);
        (void)sd_bus_send(b->bus, call, NULL);
}

void object_send_call(
        Bluez *b, const char *owner, const char *path, const char *interface, const char *member) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_method_call(b->bus, &m, owner, path, interface, member);
        if (r >= 0)
                object_send_unanswered(b, m);
}
