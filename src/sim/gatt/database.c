#include "sim/gatt/database.h"

#include "util/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by its database. A place for each handle: NULL is free. Where pins are not looked at
 * closely an entry may be at another place than its handle says. */
struct DatabaseService {
        DatabaseService *next;
        const Database *database;
        uint16_t first, last;
        Uuid uuid;
        bool primary;
        DatabaseEntry **entries;
};

struct Database {
        DatabaseService *services; /* in order of handles */
        uint16_t last_handle;      /* that was ever given */
        bool takes_declaration_handle;
};

/* As in a declaration's value: 2 bytes if it is short, else 16. Returns how many. */
static size_t put_uuid(uint8_t out[static 16], const Uuid *uuid) {
        if (uuid_size(uuid) == 2) {
                bytes_put_le(out, 2, (uint64_t)(uuid->bytes[2] << 8 | uuid->bytes[3]));
                return 2;
        }
        for (size_t i = 0; i < 16; i++)
                out[i] = uuid->bytes[15 - i];
        return 16;
}

static size_t places(const DatabaseService *service) {
        return (size_t)(service->last - service->first) + 1;
}

static DatabaseEntry *entry_free(DatabaseEntry *entry) {
        if (!entry)
                return NULL;
        entry_free(entry->covered);
        free(entry->stored);
        free(entry);
        return NULL;
}

static DatabaseService *service_free(DatabaseService *service) {
        if (!service)
                return NULL;
        for (size_t i = 0; service->entries && i < places(service); i++)
                entry_free(service->entries[i]);
        free(service->entries);
        free(service);
        return NULL;
}

int database_store(DatabaseEntry *entry, const void *data, size_t size) {
        uint8_t *copy = malloc(size ? size : 1);

        if (!copy)
                return -ENOMEM;
        if (size > 0)
                memcpy(copy, data, size);
        free(entry->stored);
        entry->stored = copy;
        entry->stored_size = size;
        return 0;
}

/* Takes the place, and covers what is there. */
static DatabaseEntry *place(DatabaseService *service, size_t index, uint16_t handle,
        AttributeKind kind, const Uuid *uuid, unsigned permissions) {
        DatabaseEntry *entry = calloc(1, sizeof(*entry));

        if (!entry)
                return NULL;
        entry->attribute.handle = handle;
        entry->attribute.kind = kind;
        entry->attribute.uuid = *uuid;
        entry->permissions = permissions;
        entry->covered = service->entries[index];
        service->entries[index] = entry;
        return entry;
}

static void unplace(DatabaseService *service, size_t index) {
        DatabaseEntry *entry = service->entries[index];

        if (!entry)
                return;
        service->entries[index] = entry->covered;
        entry->covered = NULL;
        entry_free(entry);
}

static bool same_service(
        const DatabaseService *s, uint16_t first, uint16_t last, const Uuid *uuid, bool primary) {
        return s->first == first && s->last == last && s->primary == primary &&
               uuid_equal(&s->uuid, uuid);
}

/* Where a new service of these handles is to be linked; *ret_other is one that is in its way. */
static DatabaseService **find_gap(
        Database *d, uint16_t first, uint16_t last, DatabaseService **ret_other) {
        DatabaseService **at = &d->services;

        *ret_other = NULL;
        while (*at && (*at)->last < first)
                at = &(*at)->next;
        if (*at && (*at)->first <= last)
                *ret_other = *at;
        return at;
}

static int service_new(DatabaseService **ret, const Database *database, uint16_t first,
        uint16_t last, const Uuid *uuid, bool primary) {
        DatabaseService *s = calloc(1, sizeof(*s));
        uint8_t value[16];

        if (!s)
                return -ENOMEM;
        s->database = database;
        s->first = first;
        s->last = last;
        s->uuid = *uuid;
        s->primary = primary;
        s->entries = calloc(places(s), sizeof(DatabaseEntry *));
        if (!s->entries || !place(s, 0, first, ATTRIBUTE_SERVICE, uuid, PERMISSION_READ) ||
                database_store(s->entries[0], value, put_uuid(value, uuid)) < 0) {
                service_free(s);
                return -ENOMEM;
        }
        s->entries[0]->attribute.end = last;
        s->entries[0]->attribute.primary = primary;
        *ret = s;
        return 0;
}

int database_add_service(Database *d, DatabaseService **ret, uint16_t handle, const Uuid *uuid,
        bool primary, size_t n) {
        DatabaseService *s, *other;
        size_t first = handle ? handle : (size_t)d->last_handle + 1;
        size_t last = first + n - 1;

        if (n < 1 || n > UINT16_MAX || last > UINT16_MAX)
                return -ERANGE;
        DatabaseService **at = find_gap(d, (uint16_t)first, (uint16_t)last, &other);
        if (other) {
                *ret = other;
                return same_service(other, (uint16_t)first, (uint16_t)last, uuid, primary)
                               ? -EEXIST
                               : -EADDRINUSE;
        }
        int r = service_new(&s, d, (uint16_t)first, (uint16_t)last, uuid, primary);
        if (r < 0)
                return r;
        s->next = *at;
        *at = s;
        if (d->last_handle < last)
                d->last_handle = (uint16_t)last;
        *ret = s;
        return 0;
}

DatabaseService *database_remove_service(Database *d, DatabaseService *service) {
        DatabaseService **at = &d->services;

        while (*at && *at != service)
                at = &(*at)->next;
        if (*at) {
                *at = service->next;
                service_free(service);
        }
        return NULL;
}

uint16_t database_service_first(const DatabaseService *service) {
        return service->first;
}

uint16_t database_service_last(const DatabaseService *service) {
        return service->last;
}

/* The first free place; 0: none, because 0 is the service's own. */
static size_t free_place(const DatabaseService *service) {
        for (size_t i = 1; i < places(service); i++)
                if (!service->entries[i])
                        return i;
        return 0;
}

/* The place of a pinned handle; without a pin the first free one. */
static int find_place(const DatabaseService *s, uint16_t handle, size_t *ret) {
        *ret = handle ? (size_t)handle - s->first : free_place(s);
        if (handle ? handle <= s->first || handle > s->last : *ret == 0)
                return -ERANGE;
        return 0;
}

/* The places and the handle of a characteristic's value. BlueZ up to 5.75 takes the next places
 * whatever the handle is; a handle that is the declaration's gives a table with two attributes of
 * one handle. */
static int find_loosely(const DatabaseService *s, size_t *ret_declaration, size_t *ret_value,
        uint16_t *value_handle) {
        size_t i = free_place(s);

        if ((*value_handle && *value_handle <= s->first) || *value_handle == UINT16_MAX || i == 0 ||
                i + 1 >= places(s) || s->entries[i + 1])
                return -ERANGE;
        size_t handle =
                *value_handle ? *value_handle : (size_t)s->entries[i - 1]->attribute.handle + 2;
        if (handle > UINT16_MAX)
                return -ERANGE;
        *value_handle = (uint16_t)handle;
        *ret_declaration = i;
        *ret_value = i + 1;
        return 0;
}

static int find_strictly(const DatabaseService *s, size_t *ret_declaration, size_t *ret_value,
        uint16_t *value_handle) {
        bool pinned = *value_handle != 0;

        if (*value_handle == 1)
                return -ERANGE;
        int r = find_place(s, pinned ? *value_handle - 1 : 0, ret_declaration);
        if (r < 0)
                return r;
        *ret_value = *ret_declaration + 1;
        if (*ret_value >= places(s))
                return -ERANGE;
        *value_handle = (uint16_t)(s->first + *ret_value);
        return 0;
}

static int store_declaration(
        DatabaseEntry *entry, uint8_t properties, uint16_t value_handle, const Uuid *uuid) {
        uint8_t value[3 + 16];

        value[0] = properties;
        bytes_put_le(value + 1, 2, value_handle);
        return database_store(entry, value, 3 + put_uuid(value + 3, uuid));
}

int database_add_characteristic(DatabaseService *s, DatabaseEntry **ret, uint16_t value_handle,
        const Uuid *uuid, uint8_t properties, unsigned permissions) {
        size_t declaration, value;

        int r = s->database->takes_declaration_handle
                        ? find_loosely(s, &declaration, &value, &value_handle)
                        : find_strictly(s, &declaration, &value, &value_handle);
        if (r < 0)
                return r;
        if (!place(s, declaration, value_handle - 1, ATTRIBUTE_DECLARATION, uuid,
                    PERMISSION_READ) ||
                !place(s, value, value_handle, ATTRIBUTE_VALUE, uuid, permissions) ||
                store_declaration(s->entries[declaration], properties, value_handle, uuid) < 0) {
                unplace(s, declaration);
                unplace(s, value);
                return -ENOMEM;
        }
        s->entries[declaration]->attribute.properties = properties;
        s->entries[value]->attribute.properties = properties;
        *ret = s->entries[value];
        return 0;
}

static int find_descriptor(const DatabaseService *s, uint16_t *handle, size_t *ret) {
        if (!s->database->takes_declaration_handle) {
                int r = find_place(s, *handle, ret);
                if (r >= 0)
                        *handle = (uint16_t)(s->first + *ret);
                return r;
        }
        *ret = free_place(s);
        if (*ret == 0)
                return -ERANGE;
        uint16_t before = s->entries[*ret - 1]->attribute.handle;
        if (before == UINT16_MAX || (*handle && *handle <= before))
                return -ERANGE;
        if (!*handle)
                *handle = before + 1;
        return 0;
}

static int add_descriptor(DatabaseService *s, DatabaseEntry **ret, uint16_t handle,
        AttributeKind kind, const Uuid *uuid, unsigned permissions) {
        size_t index;

        int r = find_descriptor(s, &handle, &index);
        if (r < 0)
                return r;
        *ret = place(s, index, handle, kind, uuid, permissions);
        return *ret ? 0 : -ENOMEM;
}

int database_add_ccc(
        DatabaseService *s, DatabaseEntry **ret, DatabaseEntry *value, unsigned permissions) {
        Uuid uuid = uuid_short(UUID_CLIENT_CONFIGURATION);
        uint16_t handle = value->attribute.handle;

        if (handle < s->first || handle > s->last)
                return -ERANGE;
        int r = add_descriptor(s, ret, 0, ATTRIBUTE_CCC, &uuid, permissions);
        if (r >= 0)
                (*ret)->object = value->object;
        return r;
}

int database_add_descriptor(DatabaseService *s, DatabaseEntry **ret, uint16_t handle,
        const Uuid *uuid, unsigned permissions) {
        return add_descriptor(s, ret, handle, ATTRIBUTE_DESCRIPTOR, uuid, permissions);
}

int database_add_include(DatabaseService *s, const DatabaseService *included) {
        uint8_t value[4 + 16], uuid_value[16];
        DatabaseEntry *entry;
        size_t size = put_uuid(uuid_value, &included->uuid);

        int r = add_descriptor(s, &entry, 0, ATTRIBUTE_INCLUDE, &included->uuid, PERMISSION_READ);
        if (r < 0)
                return r;
        entry->attribute.included = included->first;
        entry->attribute.end = included->last;
        bytes_put_le(value, 2, included->first);
        bytes_put_le(value + 2, 2, included->last);
        /* A long UUID does not fit the answers that discovery gives, so it is left out. */
        if (size == 2)
                memcpy(value + 4, uuid_value, 2);
        return database_store(entry, value, size == 2 ? 6 : 4);
}

static DatabaseEntry *entry_at(const DatabaseService *s, uint16_t handle) {
        DatabaseEntry *entry = s->entries[handle - s->first];

        if (entry && entry->attribute.handle == handle)
                return entry;
        for (size_t i = 0; s->database->takes_declaration_handle && i < places(s); i++)
                if (s->entries[i] && s->entries[i]->attribute.handle == handle)
                        return s->entries[i];
        return NULL;
}

DatabaseEntry *database_at(const Database *d, uint16_t handle) {
        for (DatabaseService *s = d->services; s && s->first <= handle; s = s->next)
                if (handle <= s->last)
                        return entry_at(s, handle);
        return NULL;
}

DatabaseEntry *database_next(const Database *d, uint16_t from) {
        for (DatabaseService *s = d->services; s; s = s->next)
                for (unsigned handle = from > s->first ? from : s->first; handle <= s->last;
                        handle++) {
                        DatabaseEntry *entry = entry_at(s, (uint16_t)handle);

                        if (entry)
                                return entry;
                }
        return NULL;
}

void database_clear(Database *d) {
        while (d->services)
                database_remove_service(d, d->services);
        d->last_handle = 0;
}

int database_new(Database **ret, bool takes_declaration_handle) {
        Database *d = calloc(1, sizeof(*d));

        if (!d)
                return -ENOMEM;
        d->takes_declaration_handle = takes_declaration_handle;
        *ret = d;
        return 0;
}

Database *database_free(Database *database) {
        if (!database)
                return NULL;
        database_clear(database);
        free(database);
        return NULL;
}
