/* What BlueZ says of one adapter. */
#pragma once

#include "bluez/advertising-capabilities.h"
#include "core/adapter-choice.h"

#include <stdbool.h>
#include <systemd/sd-bus.h>

#define ADAPTER_INDEX_MAX 65535 /* of the kernel's hci_dev */

typedef struct AdapterInfo {
        char *path;    /* "/org/bluez/hci0" */
        char *address; /* "AA:BB:…" */
        char *alias;
        char *modalias; /* carries BlueZ's version */
        bool blocked; /* by rfkill, as far as BlueZ says (PowerState, 5.73; before, experimental) */
        bool is_adapter, powered, has_gatt_manager, has_advertising_manager;
        AdvertisingCapabilities advertising; /* while it has the manager */
} AdapterInfo;

AdapterInfo *adapter_info_free(AdapterInfo *info);

/* For message_read_properties(); userdata is the AdapterInfo. */
int adapter_info_on_property(const char *name, sd_bus_message *m, void *userdata);

/* "hci0" of its path. */
const char *adapter_name(const AdapterInfo *info);
/* It as one that may be chosen; borrowed. */
AdapterCandidate adapter_info_candidate(const AdapterInfo *info);
