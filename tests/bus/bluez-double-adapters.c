/* The adapters of the double, and the signals about them. */
#include "bluez-double.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADAPTER    "org.bluez.Adapter1"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OBJECTS    "org.freedesktop.DBus.ObjectManager"

void copy_text(char *out, size_t size, const char *text) {
        (void)snprintf(out, size, "%s", text);
}

bool property_parse(Property *ret, const char *word) {
        size_t name = strcspn(word, ":=");
        const char *rest = word + name;

        *ret = (Property){0};
        if (name == 0 || name >= NAME_SIZE)
                return false;
        memcpy(ret->name, word, name);
        if (*rest == ':' && rest[1] && rest[2] == '=') {
                ret->type = rest[1];
                rest += 2;
        }
        if (*rest != '=')
                return false;
        copy_text(ret->value, sizeof(ret->value), ++rest);
        if (ret->type == 0 && (strcmp(rest, "yes") == 0 || strcmp(rest, "no") == 0))
                ret->type = 'b';
        else if (ret->type == 0 && *rest && rest[strspn(rest, "0123456789")] == '\0')
                ret->type = 'q';
        else if (ret->type == 0)
                ret->type = *rest == '/' ? 'o' : 's';
        return strchr("bqios", ret->type) != NULL;
}

/* What stands behind the type in an a{sv}: a number, or the text itself. */
static bool is_number(const Property *p) {
        return strchr("bqi", p->type) != NULL;
}

static int number_of(const Property *p) {
        return p->type == 'b' ? strcmp(p->value, "yes") == 0 : atoi(p->value);
}

int property_append(const Property *p, sd_bus_message *m) {
        const char type[] = {p->type, '\0'};

        if (is_number(p))
                return sd_bus_message_append(m, "{sv}", p->name, type, number_of(p));
        return sd_bus_message_append(m, "{sv}", p->name, type, p->value);
}

void adapter_set(AdapterObject *a, const Property *property) {
        size_t i = 0;

        if (strcmp(property->name, "Interfaces") == 0) {
                copy_text(a->interfaces, sizeof(a->interfaces), property->value);
                return;
        }
        while (i < a->n_properties && strcmp(a->properties[i].name, property->name) != 0)
                i++;
        if (i == PROPERTIES_MAX)
                return;
        a->properties[i] = *property;
        if (i == a->n_properties)
                a->n_properties++;
}

AdapterObject *service_adapter(Service *s, const char *name) {
        char path[NAME_SIZE];
        AdapterObject *a = s->adapters;

        (void)snprintf(path, sizeof(path), "/org/bluez/%s", name);
        while (a < s->adapters + ADAPTERS_MAX && *a->path && strcmp(a->path, path) != 0)
                a++;
        if (a == s->adapters + ADAPTERS_MAX)
                return NULL;
        if (!*a->path) {
                copy_text(a->path, sizeof(a->path), path);
                copy_text(a->interfaces, sizeof(a->interfaces),
                        "Adapter1,GattManager1,LEAdvertisingManager1");
        }
        return a;
}

static int append_interface(const AdapterObject *a, const char *word, sd_bus_message *m) {
        size_t n = strcmp(word, "Adapter1") == 0 ? a->n_properties : 0;
        char name[TEXT_SIZE];

        (void)snprintf(name, sizeof(name), "org.bluez.%.200s", word);
        int r = sd_bus_message_open_container(m, 'e', "sa{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", name);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (size_t i = 0; i < n && r >= 0; i++)
                r = property_append(&a->properties[i], m);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int adapter_append(const AdapterObject *a, sd_bus_message *m) {
        char list[TEXT_SIZE], *rest = list, *word;
        int r = sd_bus_message_append(m, "o", a->path);

        copy_text(list, sizeof(list), a->interfaces);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sa{sv}}");
        while (r >= 0 && (word = strsep(&rest, ",")))
                r = append_interface(a, word, m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int send_signal(Service *s, sd_bus_message *m) {
        int r = s->direct ? sd_bus_message_set_destination(m, s->application) : 0;

        return r < 0 ? r : sd_bus_send(s->bus, m, NULL);
}

int service_emit_added(Service *s, const AdapterObject *a) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(s->bus, &m, "/", OBJECTS, "InterfacesAdded");
        if (r >= 0)
                r = adapter_append(a, m);
        return r < 0 ? r : send_signal(s, m);
}

int service_emit_removed(Service *s, const AdapterObject *a) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(s->bus, &m, "/", OBJECTS, "InterfacesRemoved");
        if (r >= 0)
                r = sd_bus_message_append(m, "oas", a->path, 3, "org.bluez.LEAdvertisingManager1",
                        "org.bluez.GattManager1", ADAPTER);
        return r < 0 ? r : send_signal(s, m);
}

int service_emit_changed(Service *s, const AdapterObject *a, const Property *p) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(s->bus, &m, a->path, PROPERTIES, "PropertiesChanged");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", ADAPTER);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = property_append(p, m);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0);
        return r < 0 ? r : send_signal(s, m);
}
