/* The characteristics that bluetoothd serves by itself. */
#include "sim/central/own-names.h"

#include "util/cleanup.h"

#include <string.h>

/* Assigned Numbers, 3.8.1. */
static const OwnName own_names[] = {
        {"2a00", "device_name", true},
        {"2a01", "appearance", false},
        {"2a05", "service_changed", false},
        {"2a50", "pnp_id", false},
        {"2aa6", "central_address_resolution", false},
        {"2b29", "client_supported_features", false},
        {"2b2a", "database_hash", false},
        {"2b3a", "server_supported_features", false},
};

const OwnName *own_name_of_uuid(const Uuid *uuid) {
        for (size_t i = 0; i < ELEMENTS(own_names); i++) {
                Uuid own;

                if (uuid_parse(&own, own_names[i].uuid) == 0 && uuid_equal(&own, uuid))
                        return &own_names[i];
        }
        return NULL;
}

const OwnName *own_name_of_name(const char *name) {
        for (size_t i = 0; i < ELEMENTS(own_names); i++)
                if (strcmp(own_names[i].name, name) == 0)
                        return &own_names[i];
        return NULL;
}
