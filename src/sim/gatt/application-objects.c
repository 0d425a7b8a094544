/* What BlueZ makes of an application's objects: src/gatt-database.c. */
#include "sim/gatt/application-objects.h"

#include "bluez/names.h"
#include "sim/gatt/database.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLUEZ_GATT_PROFILE  "org.bluez.GattProfile1"
#define DBUS_INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

#define TEXT_NO_OBJECT  "No object received"
#define TEXT_NO_SERVICE "No valid service object found"

typedef int (*PropertyReader)(ApplicationObject *object, sd_bus_message *m);

typedef struct PropertyKind {
        const char *name;
        const char *signature;
        PropertyReader read; /* NULL: that it is there is enough */
} PropertyKind;

static ApplicationObject *object_free(ApplicationObject *object) {
        if (!object)
                return NULL;
        for (char **include = object->includes; include && *include; include++)
                free(*include);
        free(object->includes);
        free(object->children);
        free(object->parent);
        free(object->path);
        free(object);
        return NULL;
}

static int append(ApplicationObject ***list, size_t *n, ApplicationObject *object) {
        ApplicationObject **more = reallocarray(*list, *n + 1, sizeof(ApplicationObject *));

        if (!more)
                return -ENOMEM;
        *list = more;
        more[(*n)++] = object;
        return 0;
}

static int read_uuid(ApplicationObject *o, sd_bus_message *m) {
        const char *text;

        int r = sd_bus_message_read(m, "s", &text);
        if (r >= 0)
                o->has_uuid = uuid_parse(&o->uuid, text) >= 0;
        return r;
}

static int read_primary(ApplicationObject *o, sd_bus_message *m) {
        int primary;

        int r = sd_bus_message_read(m, "b", &primary);
        if (r >= 0) {
                o->primary = primary != 0;
                o->has_primary = true;
        }
        return r;
}

static int read_parent(ApplicationObject *o, sd_bus_message *m) {
        const char *path;

        int r = sd_bus_message_read(m, "o", &path);
        if (r < 0)
                return r;
        free(o->parent);
        o->parent = strdup(path);
        return o->parent ? 0 : -ENOMEM;
}

static int read_handle(ApplicationObject *o, sd_bus_message *m) {
        int r = sd_bus_message_read(m, "q", &o->handle);

        o->handle_wanted = r >= 0 && o->handle == 0;
        return r;
}

/* One word that BlueZ does not know and the whole application is refused. */
static int read_flags(ApplicationObject *o, sd_bus_message *m) {
        const char *word;
        bool known = true;
        size_t n = 0;

        int r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &word)) > 0) {
                known = attribute_flags_add(&o->flags, word, o->kind == OBJECT_DESCRIPTOR) && known;
                n++;
        }
        o->has_flags = known && n > 0;
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_includes(ApplicationObject *o, sd_bus_message *m) {
        const char *path;
        size_t n = 0;

        while (o->includes && o->includes[n])
                n++;
        int r = sd_bus_message_enter_container(m, 'a', "o");
        while (r >= 0 && (r = sd_bus_message_read(m, "o", &path)) > 0) {
                char **more = reallocarray(o->includes, n + 2, sizeof(char *));
                if (!more)
                        return -ENOMEM;
                o->includes = more;
                more[n] = strdup(path);
                more[n + 1] = NULL;
                if (!more[n++])
                        return -ENOMEM;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_uuids(ApplicationObject *o, sd_bus_message *m) {
        int r = sd_bus_message_enter_container(m, 'a', "s");

        if (r >= 0)
                o->has_uuids = sd_bus_message_at_end(m, false) == 0;
        while (r >= 0 && (r = sd_bus_message_skip(m, "s")) > 0)
                continue;
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_notify_acquired(ApplicationObject *o, sd_bus_message *m) {
        o->notify_acquired = true;
        return sd_bus_message_skip(m, NULL);
}

static int read_write_acquired(ApplicationObject *o, sd_bus_message *m) {
        o->write_acquired = true;
        return sd_bus_message_skip(m, NULL);
}

static const PropertyKind properties[] = {
        {"UUID", "s", read_uuid},
        {"Primary", "b", read_primary},
        {"Includes", "ao", read_includes},
        {"Service", "o", read_parent},
        {"Characteristic", "o", read_parent},
        {"Flags", "as", read_flags},
        {"Handle", "q", read_handle},
        {"UUIDs", "as", read_uuids},
        {"NotifyAcquired", NULL, read_notify_acquired},
        {"WriteAcquired", NULL, read_write_acquired},
};

static const char *const parent_names[] = {
        [OBJECT_CHARACTERISTIC] = "Service",
        [OBJECT_DESCRIPTOR] = "Characteristic",
};

static const PropertyKind *find_property(const ApplicationObject *o, const char *name) {
        for (size_t i = 0; i < ELEMENTS(properties); i++) {
                if (strcmp(properties[i].name, name) != 0)
                        continue;
                if (properties[i].read == read_parent &&
                        (o->kind >= ELEMENTS(parent_names) || !parent_names[o->kind] ||
                                strcmp(parent_names[o->kind], name) != 0))
                        return NULL;
                return &properties[i];
        }
        return NULL;
}

/* At the variant. One of another type is as good as not there, but for those that may be left
 * out. */
static int read_property(ApplicationObject *o, const char *name, sd_bus_message *m) {
        const PropertyKind *property = find_property(o, name);
        const char *contents;

        if (!property)
                return sd_bus_message_skip(m, "v");
        int r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        if (property->signature && strcmp(property->signature, contents) != 0) {
                o->malformed = o->malformed || property->read == read_handle ||
                               property->read == read_includes;
                return sd_bus_message_skip(m, "v");
        }
        r = sd_bus_message_enter_container(m, 'v', contents);
        if (r >= 0)
                r = property->read(o, m);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_properties(ApplicationObject *o, sd_bus_message *m) {
        const char *name;

        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0)
                        r = read_property(o, name, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static ObjectKind kind_of(const char *interface) {
        static const char *const names[] = {
                [OBJECT_SERVICE] = BLUEZ_GATT_SERVICE,
                [OBJECT_CHARACTERISTIC] = BLUEZ_CHARACTERISTIC,
                [OBJECT_DESCRIPTOR] = BLUEZ_DESCRIPTOR,
                [OBJECT_PROFILE] = BLUEZ_GATT_PROFILE,
        };

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcmp(names[i], interface) == 0)
                        return (ObjectKind)i;
        return OBJECT_OTHER;
}

/* At the interface's properties. */
static int read_interface(
        ApplicationObjects *all, const char *path, const char *interface, sd_bus_message *m) {
        if (strcmp(interface, DBUS_INTROSPECTABLE) == 0 || strcmp(interface, DBUS_PROPERTIES) == 0)
                return sd_bus_message_skip(m, "a{sv}");

        ApplicationObject *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;
        o->kind = kind_of(interface);
        o->path = strdup(path);
        int r = o->path ? append(&all->objects, &all->n_objects, o) : -ENOMEM;
        if (r < 0) {
                object_free(o);
                return r;
        }
        return read_properties(o, m);
}

static int read_interfaces(ApplicationObjects *all, const char *path, sd_bus_message *m) {
        const char *interface;

        int r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                r = sd_bus_message_read(m, "s", &interface);
                if (r >= 0)
                        r = read_interface(all, path, interface, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_objects(ApplicationObjects *all, sd_bus_message *m) {
        const char *path;

        int r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
                r = sd_bus_message_read(m, "o", &path);
                if (r >= 0)
                        r = read_interfaces(all, path, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

ApplicationObject *application_objects_find(
        const ApplicationObjects *all, ObjectKind kind, const char *path) {
        for (size_t i = 0; path && i < all->n_objects; i++)
                if (all->objects[i]->kind == kind && strcmp(all->objects[i]->path, path) == 0)
                        return all->objects[i];
        return NULL;
}

static size_t count_attributes(const ApplicationObject *o) {
        size_t n = 1;

        if (o->kind == OBJECT_CHARACTERISTIC)
                n += 1u + attribute_flags_subscribable(&o->flags) + (o->flags.extended != 0);
        for (char **include = o->includes; include && *include; include++)
                n++;
        for (size_t i = 0; i < o->n_children; i++)
                n += count_attributes(o->children[i]);
        return n;
}

/* Puts an object below its parent. *ret is false if BlueZ would not have it. */
static int adopt(const ApplicationObjects *all, ApplicationObject *o, bool *ret) {
        ApplicationObject *parent = NULL;

        *ret = true;
        switch (o->kind) {
        case OBJECT_SERVICE:
        case OBJECT_OTHER:
                return 0;
        case OBJECT_PROFILE:
                *ret = o->has_uuids;
                return 0;
        case OBJECT_CHARACTERISTIC:
                parent = application_objects_find(all, OBJECT_SERVICE, o->parent);
                break;
        case OBJECT_DESCRIPTOR:
                parent = application_objects_find(all, OBJECT_CHARACTERISTIC, o->parent);
                break;
        }
        *ret = parent && o->has_flags;
        return *ret ? append(&parent->children, &parent->n_children, o) : 0;
}

static int check(ApplicationObjects *all, const char **ret_text) {
        bool good = true, something = false;

        *ret_text = TEXT_NO_OBJECT;
        if (all->n_objects == 0)
                return -EINVAL;
        *ret_text = TEXT_NO_SERVICE;
        for (size_t i = 0; i < all->n_objects; i++) {
                ApplicationObject *o = all->objects[i];

                int r = adopt(all, o, &good);
                if (r < 0 || !good)
                        return r < 0 ? r : -EINVAL;
                something = something || o->kind == OBJECT_SERVICE || o->kind == OBJECT_PROFILE;
        }
        for (size_t i = 0; i < all->n_objects; i++)
                if (all->objects[i]->kind == OBJECT_SERVICE)
                        all->objects[i]->n_attributes = count_attributes(all->objects[i]);
        return something ? 0 : -EINVAL;
}

int application_objects_new(ApplicationObjects **ret, sd_bus_message *m, const char **ret_text) {
        ApplicationObjects *all = calloc(1, sizeof(*all));
        if (!all)
                return -ENOMEM;

        *ret_text = TEXT_NO_OBJECT;
        int r = read_objects(all, m);
        if (r >= 0)
                r = check(all, ret_text);
        else if (r != -ENOMEM)
                r = -EINVAL;
        if (r < 0) {
                application_objects_free(all);
                return r;
        }
        *ret = all;
        return 0;
}

ApplicationObjects *application_objects_free(ApplicationObjects *objects) {
        if (!objects)
                return NULL;
        for (size_t i = 0; i < objects->n_objects; i++)
                object_free(objects->objects[i]);
        free(objects->objects);
        free(objects);
        return NULL;
}
