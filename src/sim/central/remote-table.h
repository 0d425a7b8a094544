/* The attribute table as a central has discovered it, and what a script's WHAT means in it. */
#pragma once

#include "core/profile.h"
#include "sim/gatt/gatt-server.h"

#define TARGET_WHY_SIZE 200

/* GattCharacteristic's properties: Core Specification, Vol 3, Part G, 3.3.1.1. */
enum {
        PROPERTY_READ = 0x02,
        PROPERTY_NOTIFY = 0x10,
        PROPERTY_INDICATE = 0x20,
};

typedef struct RemoteTable {
        Attribute *attributes; /* owned, in order of handles; NULL: not discovered */
        size_t n;
} RemoteTable;

/* One attribute and what it belongs to. */
typedef struct Target {
        uint16_t handle;
        uint16_t ccc; /* of the characteristic; 0: none */
        uint8_t properties;
        bool known; /* in the table: the UUIDs are set */
        bool is_descriptor;
        Uuid service, characteristic, descriptor;
} Target;

/* Copies what server has now. -ENOMEM. */
int remote_table_discover(RemoteTable *table, const GattServer *server);
void remote_table_forget(RemoteTable *table);

/* The first attribute whose handle is not below from, or NULL. */
const Attribute *remote_table_attribute(const RemoteTable *table, uint16_t from);
/* A handle that is not in the table is no error: known is then false. */
void remote_table_target(Target *ret, const RemoteTable *table, uint16_t handle);
/* what is 0xHANDLE, a UUID, UUID/UUID, or a name of profile (may be NULL) in the place of either.
 * -ENOENT or -EINVAL: why says it. */
int remote_table_find(Target *ret, const RemoteTable *table, const Profile *profile,
        const char *what, char why[static TARGET_WHY_SIZE]);
