/* The attribute table as a central has discovered it. */
#include "sim/central/remote-table.h"

#include "sim/central/own-names.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a script means, before it is looked for. */
typedef struct Wanted {
        const Uuid *service; /* NULL: any */
        Uuid characteristic;
        bool is_descriptor;
        Uuid descriptor;
} Wanted;

__attribute__((format(printf, 3, 4))) static int fail(
        int r, char why[static TARGET_WHY_SIZE], const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(why, TARGET_WHY_SIZE, format, arguments);
        va_end(arguments);
        return r;
}

static const Attribute *next_found(const GattServer *server, uint32_t from) {
        return from <= UINT16_MAX ? gatt_server_attribute(server, (uint16_t)from) : NULL;
}

int remote_table_discover(RemoteTable *table, const GattServer *server) {
        const Attribute *a;
        RemoteTable found = {};
        size_t n = 0;

        for (a = next_found(server, 1); a; a = next_found(server, a->handle + UINT32_C(1)))
                n++;
        found.attributes = calloc(n + 1, sizeof(*found.attributes));
        if (!found.attributes)
                return -ENOMEM;
        for (a = next_found(server, 1); a; a = next_found(server, a->handle + UINT32_C(1)))
                found.attributes[found.n++] = *a;
        remote_table_forget(table);
        *table = found;
        return 0;
}

void remote_table_forget(RemoteTable *table) {
        free(table->attributes);
        *table = (RemoteTable){};
}

const Attribute *remote_table_attribute(const RemoteTable *table, uint16_t from) {
        for (size_t i = 0; i < table->n; i++)
                if (table->attributes[i].handle >= from)
                        return &table->attributes[i];
        return NULL;
}

/* The CCC of the characteristic whose value is attribute i; 0: none. */
static uint16_t find_ccc(const RemoteTable *table, size_t i) {
        while (++i < table->n)
                switch (table->attributes[i].kind) {
                case ATTRIBUTE_CCC:
                        return table->attributes[i].handle;
                case ATTRIBUTE_DESCRIPTOR:
                        break;
                case ATTRIBUTE_SERVICE:
                case ATTRIBUTE_INCLUDE:
                case ATTRIBUTE_DECLARATION:
                case ATTRIBUTE_VALUE:
                        return 0;
                }
        return 0;
}

/* Keeps what the attributes before one say of it. */
static void walk(Target *t, const RemoteTable *table, size_t i) {
        const Attribute *a = &table->attributes[i];

        t->handle = a->handle;
        t->is_descriptor = false;
        switch (a->kind) {
        case ATTRIBUTE_SERVICE:
                t->service = a->uuid;
                break;
        case ATTRIBUTE_INCLUDE:
        case ATTRIBUTE_DECLARATION:
                break;
        case ATTRIBUTE_VALUE:
                t->characteristic = a->uuid;
                t->properties = a->properties;
                t->ccc = find_ccc(table, i);
                break;
        case ATTRIBUTE_CCC:
        case ATTRIBUTE_DESCRIPTOR:
                t->is_descriptor = true;
                t->descriptor = a->uuid;
                break;
        }
        t->known = a->kind != ATTRIBUTE_SERVICE && a->kind != ATTRIBUTE_INCLUDE &&
                   a->kind != ATTRIBUTE_DECLARATION;
}

void remote_table_target(Target *ret, const RemoteTable *table, uint16_t handle) {
        Target target = {};

        for (size_t i = 0; i < table->n && table->attributes[i].handle <= handle; i++)
                walk(&target, table, i);
        if (target.handle == handle && target.known)
                *ret = target;
        else
                *ret = (Target){.handle = handle};
}

static bool fits(const Target *t, const Wanted *wanted) {
        if (!t->known || t->is_descriptor != wanted->is_descriptor ||
                !uuid_equal(&t->characteristic, &wanted->characteristic))
                return false;
        if (wanted->service && !uuid_equal(&t->service, wanted->service))
                return false;
        return !wanted->is_descriptor || uuid_equal(&t->descriptor, &wanted->descriptor);
}

static const Characteristic *find_named(
        const Profile *profile, const char *name, const Uuid **ret_service) {
        const Characteristic *c = profile ? profile_find(profile, name) : NULL;

        for (size_t i = 0; c && i < profile->n_services; i++)
                for (size_t j = 0; j < profile->services[i]->n_characteristics; j++)
                        if (profile->services[i]->characteristics[j] == c)
                                *ret_service = &profile->services[i]->uuid;
        return c;
}

static int parse_descriptor(Wanted *wanted, const Characteristic *c, const char *text,
        char why[static TARGET_WHY_SIZE]) {
        wanted->is_descriptor = true;
        for (size_t i = 0; c && i < c->n_descriptors; i++)
                if (strcmp(c->descriptors[i]->name, text) == 0) {
                        wanted->descriptor = c->descriptors[i]->uuid;
                        return 0;
                }
        if (uuid_parse(&wanted->descriptor, text) < 0)
                return fail(-EINVAL, why, "%.80s is no UUID of a descriptor", text);
        return 0;
}

static int parse(Wanted *wanted, const Profile *profile, const char *what,
        char why[static TARGET_WHY_SIZE]) {
        _cleanup_free_ char *name = strdup(what);
        char *slash = name ? strchr(name, '/') : NULL;

        *wanted = (Wanted){};
        if (!name)
                return fail(-ENOMEM, why, "out of memory");
        if (slash)
                *slash++ = '\0';
        const Characteristic *c = find_named(profile, name, &wanted->service);
        const OwnName *own = own_name_of_name(name);
        if (c)
                wanted->characteristic = c->uuid;
        else if (uuid_parse(&wanted->characteristic, own ? own->uuid : name) < 0)
                return fail(-EINVAL, why, "%.80s is no handle, no UUID%s", name,
                        profile ? " and no characteristic of the profile"
                                : "; names need --profile");
        return slash ? parse_descriptor(wanted, c, slash, why) : 0;
}

static int find_handle(
        Target *ret, const RemoteTable *table, const char *what, char why[static TARGET_WHY_SIZE]) {
        uint64_t handle;

        if (parse_unsigned(&handle, what, 1, UINT16_MAX) < 0)
                return fail(-EINVAL, why, "%.80s is no handle, 0x0001 to 0xffff", what);
        remote_table_target(ret, table, (uint16_t)handle);
        return 0;
}

int remote_table_find(Target *ret, const RemoteTable *table, const Profile *profile,
        const char *what, char why[static TARGET_WHY_SIZE]) {
        Target target = {};
        Wanted wanted;

        if (strncmp(what, "0x", 2) == 0)
                return find_handle(ret, table, what, why);
        int r = parse(&wanted, profile, what, why);
        if (r < 0)
                return r;
        for (size_t i = 0; i < table->n; i++) {
                walk(&target, table, i);
                if (fits(&target, &wanted)) {
                        *ret = target;
                        return 0;
                }
        }
        return fail(-ENOENT, why, "the peripheral has no %.80s", what);
}
