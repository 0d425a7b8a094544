/* What bluetoothd reads from an LEAdvertisement1 and makes of it on the air. */
#pragma once

#include "core/bluez-version.h"
#include "core/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define ADVERTISED_UUIDS_MAX 15 /* 31 bytes hold no more */
#define ADVERTISED_NAME_MAX  29 /* the rest is cut */

typedef enum Discoverable {
        DISCOVERABLE_AS_ADAPTER,
        DISCOVERABLE_NO,
        DISCOVERABLE_YES,
} Discoverable;

typedef struct AdvertisementData {
        bool peripheral; /* else broadcast, which cannot be connected to */
        bool includes_name, includes_appearance;
        char name[ADVERTISED_NAME_MAX + 1]; /* "": none */
        bool has_appearance;
        Uuid services[ADVERTISED_UUIDS_MAX];
        size_t n_services;
        size_t uuids_size[2], data_size[3]; /* bytes in the packet; see the source */
        Discoverable discoverable;
        uint16_t timeout_s, discoverable_timeout_s;
        uint32_t min_interval_ms, max_interval_ms;
} AdvertisementData;

/* What PropertiesChanged of a live one says; m is the signal. What does not parse is left out.
 * Returns how many properties were taken. */
unsigned advertisement_data_update(
        AdvertisementData *data, BluezVersion version, sd_bus_message *m);
/* What GetAll has replied; NULL: nothing. -EINVAL: "Failed to parse advertisement.". */
int advertisement_data_parse(AdvertisementData *ret, BluezVersion version, sd_bus_message *m);
/* It fits into 31 bytes. */
bool advertisement_data_fits(const AdvertisementData *data);
/* The AD type 0x01 of a controller that has LE only. */
uint8_t advertisement_data_flags(
        const AdvertisementData *data, BluezVersion version, bool adapter_discoverable);
