/* What an adapter can advertise, as LEAdvertisingManager1 says it
 * (doc/org.bluez.LEAdvertisingManager.rst). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct AdvertisingCapabilities {
        bool instances_known;
        uint8_t active, free; /* instances: registered by anybody, and how many more there may be;
                                 BlueZ calls the latter SupportedInstances */
        bool includes_tx_power, includes_appearance, includes_local_name;
        bool secondary_1m, secondary_2m, secondary_coded; /* none: no extended advertising */
        uint8_t data_max, scan_response_max;              /* bytes; 0: not told */
        bool tx_power_known;
        int16_t tx_power_min, tx_power_max; /* dBm */
        bool features_known;                /* until 5.76 only an experimental BlueZ tells them */
        bool can_set_tx_power, hardware_offload;
} AdvertisingCapabilities;

/* m is at the variant of this property, and is moved behind it. 0: it is none of these. */
int advertising_capabilities_read(AdvertisingCapabilities *c, const char *name, sd_bus_message *m);
