/* The attribute table of bluetoothd: services, the handles that they get or ask for, and what goes
 * wrong with those that they ask for. */
#pragma once

#include "sim/gatt/attribute-flags.h"
#include "sim/gatt/gatt-server.h"

#define UUID_PRIMARY_SERVICE      0x2800
#define UUID_SECONDARY_SERVICE    0x2801
#define UUID_INCLUDE              0x2802
#define UUID_CHARACTERISTIC       0x2803
#define UUID_EXTENDED_PROPERTIES  0x2900
#define UUID_CLIENT_CONFIGURATION 0x2902
#define UUID_GAP                  0x1800
#define UUID_GATT                 0x1801
#define UUID_DEVICE_INFORMATION   0x180a
#define UUID_DEVICE_NAME          0x2a00
#define UUID_APPEARANCE           0x2a01
#define UUID_SERVICE_CHANGED      0x2a05
#define UUID_PNP_ID               0x2a50
#define UUID_ADDRESS_RESOLUTION   0x2aa6
#define UUID_CLIENT_FEATURES      0x2b29
#define UUID_DATABASE_HASH        0x2b2a
#define UUID_SERVER_FEATURES      0x2b3a

typedef struct Database Database;
typedef struct DatabaseService DatabaseService;

/* Owned by its service. */
typedef struct DatabaseEntry {
        Attribute attribute;
        unsigned permissions;
        void *object; /* whoever answers for it; NULL: the stored value does */
        uint8_t *stored;
        size_t stored_size;
        struct DatabaseEntry *covered; /* that had its place before, and is still pointed to */
} DatabaseEntry;

/* takes_declaration_handle: a pin is not looked at closely, as before BlueZ 5.76. */
int database_new(Database **ret, bool takes_declaration_handle);
Database *database_free(Database *database);
/* Everything goes, and handles begin at 1 again. */
void database_clear(Database *database);

/* Takes n handles from handle on, or behind the last that was ever given if it is 0; the first is
 * the service's own. -EADDRINUSE: some of them are taken; -EEXIST: by just such a service, which is
 * *ret then; -ERANGE: they end above ffff; -ENOMEM. */
int database_add_service(Database *database, DatabaseService **ret, uint16_t handle,
        const Uuid *uuid, bool primary, size_t n);
/* Its handles are free; those of automatic services still only go up. Returns NULL. */
DatabaseService *database_remove_service(Database *database, DatabaseService *service);
uint16_t database_service_first(const DatabaseService *service);
uint16_t database_service_last(const DatabaseService *service);

/* The next of these go into the handles of the service. value_handle 0: the first free ones.
 * -ERANGE: not within the service; -ENOMEM. A pin covers what has its place, as BlueZ from 5.76 on
 * lets it. *ret is the value's. */
int database_add_characteristic(DatabaseService *service, DatabaseEntry **ret,
        uint16_t value_handle, const Uuid *uuid, uint8_t properties, unsigned permissions);
/* Of the characteristic whose value this is. */
int database_add_ccc(
        DatabaseService *service, DatabaseEntry **ret, DatabaseEntry *value, unsigned permissions);
int database_add_descriptor(DatabaseService *service, DatabaseEntry **ret, uint16_t handle,
        const Uuid *uuid, unsigned permissions);
int database_add_include(DatabaseService *service, const DatabaseService *included);
/* Keeps a copy as the entry's value. -ENOMEM. */
int database_store(DatabaseEntry *entry, const void *data, size_t size);

/* NULL: no such handle. */
DatabaseEntry *database_at(const Database *database, uint16_t handle);
/* The first that is not below from, or NULL. */
DatabaseEntry *database_next(const Database *database, uint16_t from);
