/* What bluetoothd reads from an LEAdvertisement1 and makes of it on the air. */
#pragma once

#include "core/bluez-version.h"
#include "core/uuid.h"
#include "sim/bluetoothd/ad-packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define ADVERTISED_NAME_MAX 248 /* the rest is cut */

typedef enum Discoverable {
        DISCOVERABLE_AS_ADAPTER,
        DISCOVERABLE_NO,
        DISCOVERABLE_YES,
} Discoverable;

/* In the order in which bluetoothd writes them. */
typedef enum AdPart {
        AD_PART_SERVICES,
        AD_PART_SOLICITED,
        AD_PART_MANUFACTURER,
        AD_PART_SERVICE_DATA,
        AD_PART_OTHER,
        _AD_PART_MAX,
} AdPart;

typedef struct AdvertisementData {
        bool peripheral; /* else broadcast, which cannot be connected to */
        bool includes_name, includes_appearance, includes_tx_power, includes_rsi;
        char name[ADVERTISED_NAME_MAX + 1]; /* "": none */
        bool has_appearance;
        uint16_t appearance;
        Uuid services[ADVERTISED_UUIDS_MAX];
        size_t n_services;
        AdPacket parts[_AD_PART_MAX], response[_AD_PART_MAX];
        Discoverable discoverable;
        uint16_t timeout_s, discoverable_timeout_s;
        uint32_t min_interval_ms, max_interval_ms;
        bool secondary; /* a secondary channel is asked for */
        bool has_tx_power;
        int16_t tx_power;
} AdvertisementData;

/* What parsing and writing depend on beside the data. */
typedef struct AdContext {
        BluezVersion version;
        bool in_set;               /* there is a coordinated set, and it knows it */
        bool extended;             /* the controller has extended advertising */
        bool adapter_discoverable; /* Adapter1.Discoverable */
        const char *adapter_name;  /* for Includes = local-name */
} AdContext;

/* bluetoothd and the controller have room for more than 31 bytes: the former since 5.69. */
bool ad_context_is_long(const AdContext *context);
/* What PropertiesChanged of a live one says; m is the signal. What does not parse is left out.
 * Returns how many properties were taken. */
unsigned advertisement_data_update(
        AdvertisementData *data, const AdContext *context, sd_bus_message *m);
/* What GetAll has replied; NULL: nothing. -EINVAL: "Failed to parse advertisement.". */
int advertisement_data_parse(AdvertisementData *ret, const AdContext *context, sd_bus_message *m);
/* Flags are part of bluetoothd's own data; else the kernel puts them before it. Until 5.68 a no was
 * forgotten, and since 5.79 a broadcast's is (385f0f357). */
bool advertisement_data_has_own_flags(const AdvertisementData *data, BluezVersion version);
/* The AD type 0x01 of a controller that has LE only. */
uint8_t advertisement_data_flags(const AdvertisementData *data, const AdContext *context);
/* The bytes on the air. -EMSGSIZE: one is too long: "Failed to register advertisement". */
int advertisement_data_write(const AdvertisementData *data, const AdContext *context,
        AdPacket *ret_data, AdPacket *ret_response);
