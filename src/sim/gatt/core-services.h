/* bluetoothd's own services: GAP, GATT and Device Information. */
#pragma once

#include "sim/gatt/database.h"

/* Their attributes, borrowed from the table. */
typedef struct CoreServices {
        DatabaseEntry *device_name;
        DatabaseEntry *service_changed;
        DatabaseEntry *service_changed_ccc;
        DatabaseEntry *client_features;
        DatabaseEntry *database_hash;
} CoreServices;

/* Fills an empty table. -ENOMEM. */
int core_services_add(
        CoreServices *ret, Database *database, const BluezBehaviour *behaviour, const char *name);
/* What is read as Database Hash: sixteen bytes that are others when the table is another. They are
 * not those that BlueZ computes. */
void core_services_hash(const Database *database, uint8_t out[static 16]);
