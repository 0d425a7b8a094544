/* What an adapter can advertise, as LEAdvertisingManager1 says it
 * (doc/org.bluez.LEAdvertisingManager.rst). */
#pragma once

#include "core/advertisement-plan.h"

#include <systemd/sd-bus.h>

typedef struct AdvertisingCapabilities {
        bool known;
        uint8_t active, free; /* instances: registered by anybody, and how many more there may be;
                                 BlueZ calls the latter SupportedInstances */
        bool hardware_offload;
        AdvertisementLimits limits;
} AdvertisingCapabilities;

/* m is at the variant of this property, and is moved behind it. 0: it is none of these. */
int advertising_capabilities_read(AdvertisingCapabilities *c, const char *name, sd_bus_message *m);
