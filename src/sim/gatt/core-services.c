/* Handles and properties are those of bluetoothd's sources (src/gatt-database.c). */
#include "sim/gatt/core-services.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <string.h>

/* Handles that the GATT service takes, whether or not each has an attribute. */
#define GATT_SERVICE_HANDLES 10
#define PNP_ID_SIZE          7

static int add_service(Database *d, DatabaseService **ret, uint16_t number, size_t n) {
        Uuid uuid = uuid_short(number);

        return database_add_service(d, ret, 0, &uuid, true, n);
}

static int add_value(DatabaseService *service, DatabaseEntry **ret, uint16_t number,
        uint8_t properties, const void *data, size_t size) {
        unsigned permissions = ((properties & PROPERTY_READ) ? PERMISSION_READ : 0) |
                               ((properties & PROPERTY_WRITE) ? PERMISSION_WRITE : 0);
        Uuid uuid = uuid_short(number);

        int r = database_add_characteristic(service, ret, 0, &uuid, properties, permissions);
        return r < 0 ? r : database_store(*ret, data, size);
}

static int add_gap(
        CoreServices *core, Database *d, const BluezBehaviour *behaviour, const char *name) {
        static const uint8_t appearance[2], resolution[1] = {1};
        DatabaseService *service;
        DatabaseEntry *entry;

        int r = add_service(d, &service, UUID_GAP, behaviour->address_resolution ? 7 : 5);
        if (r >= 0)
                r = add_value(service, &core->device_name, UUID_DEVICE_NAME, PROPERTY_READ, name,
                        strlen(name));
        if (r >= 0)
                r = add_value(service, &entry, UUID_APPEARANCE, PROPERTY_READ, appearance,
                        sizeof(appearance));
        if (r >= 0 && behaviour->address_resolution)
                r = add_value(service, &entry, UUID_ADDRESS_RESOLUTION, PROPERTY_READ, resolution,
                        sizeof(resolution));
        return r;
}

static int add_gatt(CoreServices *core, Database *d, const BluezBehaviour *behaviour) {
        static const uint8_t no_hash[16], features[1], server_features[1] = {1};
        DatabaseService *service;
        DatabaseEntry *entry;

        int r = add_service(d, &service, UUID_GATT, GATT_SERVICE_HANDLES);
        if (r >= 0)
                r = add_value(service, &core->service_changed, UUID_SERVICE_CHANGED,
                        PROPERTY_INDICATE, NULL, 0);
        if (r >= 0)
                r = database_add_ccc(service, &core->service_changed_ccc, core->service_changed,
                        PERMISSION_READ | PERMISSION_WRITE);
        if (r >= 0)
                r = add_value(service, &core->client_features, UUID_CLIENT_FEATURES,
                        PROPERTY_READ | PROPERTY_WRITE, features, sizeof(features));
        if (r >= 0)
                r = add_value(service, &core->database_hash, UUID_DATABASE_HASH, PROPERTY_READ,
                        no_hash, sizeof(no_hash));
        if (r >= 0 && behaviour->server_features)
                r = add_value(service, &entry, UUID_SERVER_FEATURES, PROPERTY_READ, server_features,
                        sizeof(server_features));
        return r;
}

/* The same numbers as in the adapter's Modalias. */
static int add_device_information(Database *d, const BluezBehaviour *behaviour) {
        uint8_t id[PNP_ID_SIZE] = {0x02}; /* the vendor is one of USB's */
        DatabaseService *service;
        DatabaseEntry *entry;

        bytes_put_le(id + 1, 2, 0x1d6b);
        bytes_put_le(id + 3, 2, 0x0246);
        bytes_put_le(id + 5, 2, behaviour->version.major << 8 | behaviour->version.minor);
        int r = add_service(d, &service, UUID_DEVICE_INFORMATION, 3);
        return r < 0 ? r : add_value(service, &entry, UUID_PNP_ID, PROPERTY_READ, id, sizeof(id));
}

int core_services_add(
        CoreServices *ret, Database *database, const BluezBehaviour *behaviour, const char *name) {
        *ret = (CoreServices){0};
        int r = add_gap(ret, database, behaviour, name);
        if (r >= 0)
                r = add_gatt(ret, database, behaviour);
        if (r >= 0)
                r = add_device_information(database, behaviour);
        return r;
}

/* FNV-1a, as often as it takes to fill the sixteen bytes. */
void core_services_hash(const Database *d, uint8_t out[static 16]) {
        uint64_t hashes[2] = {UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4)};
        const DatabaseEntry *entry;

        for (unsigned from = 1; from <= UINT16_MAX; from = entry->attribute.handle + 1u) {
                entry = database_next(d, (uint16_t)from);
                if (!entry)
                        break;
                uint8_t word[20];
                bytes_put_le(word, 2, entry->attribute.handle);
                word[2] = (uint8_t)entry->attribute.kind;
                word[3] = entry->attribute.properties;
                memcpy(word + 4, entry->attribute.uuid.bytes, 16);
                for (size_t i = 0; i < sizeof(word) * ELEMENTS(hashes); i++) {
                        uint64_t *h = &hashes[i % ELEMENTS(hashes)];
                        *h = (*h ^ word[i / ELEMENTS(hashes)]) * UINT64_C(0x100000001b3);
                }
        }
        for (size_t i = 0; i < 16; i++)
                out[i] = (uint8_t)(hashes[i / 8] >> (i % 8 * 8));
}
