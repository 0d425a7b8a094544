/* What one advertisement says: all of BlueZ's org.bluez.LEAdvertisement1. Fixed once loaded. */
#pragma once

#include "core/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADVERTISEMENT_NAME_MAX 248 /* bytes: Core Specification, Vol 3, Part C, 12.1 */
/* Bytes of the longest advertising data that BlueZ and the kernel have room for: what one command
 * gives a controller. Core Specification, Vol 4, Part E, 7.8.54. */
#define ADVERTISEMENT_DATA_MAX 251

typedef enum AdvertisementType {
        ADVERTISEMENT_PERIPHERAL, /* centrals may connect */
        ADVERTISEMENT_BROADCAST,  /* nobody can */
} AdvertisementType;

typedef enum SecondaryChannel {
        SECONDARY_CHANNEL_NONE, /* the old advertising that every scanner hears; BlueZ's default */
        SECONDARY_CHANNEL_1M,
        SECONDARY_CHANNEL_2M,
        SECONDARY_CHANNEL_CODED,
} SecondaryChannel;

typedef struct AdvertisedUuids {
        Uuid *items; /* owned; each is there once */
        size_t n;
} AdvertisedUuids;

typedef struct ManufacturerData {
        uint16_t company; /* assigned by the SIG; once in a list */
        uint8_t *data;    /* owned; NULL if empty */
        size_t size;
} ManufacturerData;

typedef struct ServiceData {
        Uuid uuid;     /* once in a list */
        uint8_t *data; /* owned; NULL if empty */
        size_t size;
} ServiceData;

typedef struct OtherData {
        uint8_t type;  /* of an AD structure; once in a list */
        uint8_t *data; /* owned; NULL if empty */
        size_t size;
} OtherData;

/* What may be in the advertising data and in the scan response alike. */
typedef struct AdvertisedData {
        AdvertisedUuids services, solicit;
        ManufacturerData *manufacturer; /* owned */
        size_t n_manufacturer;
        ServiceData *service; /* owned */
        size_t n_service;
        OtherData *other; /* owned */
        size_t n_other;
} AdvertisedData;

/* What the ladder may leave out, as bits. */
typedef enum AdvertisementItem {
        ADVERTISEMENT_ITEM_NAME = 1 << 0,
        ADVERTISEMENT_ITEM_SERVICES = 1 << 1,
        ADVERTISEMENT_ITEM_SOLICIT = 1 << 2,
        ADVERTISEMENT_ITEM_MANUFACTURER_DATA = 1 << 3,
        ADVERTISEMENT_ITEM_SERVICE_DATA = 1 << 4,
        ADVERTISEMENT_ITEM_APPEARANCE = 1 << 5,
        ADVERTISEMENT_ITEM_INCLUDE_TX_POWER = 1 << 6,
        ADVERTISEMENT_ITEM_TX_POWER = 1 << 7,
        ADVERTISEMENT_ITEM_INTERVAL = 1 << 8,
        ADVERTISEMENT_ITEM_SECONDARY_CHANNEL = 1 << 9,
        ADVERTISEMENT_ITEM_SCAN_RESPONSE = 1 << 10, /* all five scan_response_ keys */
        ADVERTISEMENT_ITEM_DATA = 1 << 11,
        ADVERTISEMENT_ITEM_INCLUDE_RSI = 1 << 12,
        _ADVERTISEMENT_ITEM_END = 1 << 13,
} AdvertisementItem;

typedef struct Advertisement {
        char *section;  /* of [advertisement NAME]; NULL: the plain one */
        bool advertise; /* no, of the plain one alone: only the adapter's alias is set */
        AdvertisementType type;
        char *name;              /* NULL: the adapter's alias, as it is at any time */
        bool include_name;       /* no: neither */
        AdvertisedData data;     /* in the advertising data */
        AdvertisedData response; /* in the scan response: BlueZ 5.80 and later, experimental */
        bool has_appearance;
        uint16_t appearance;                /* the SIG's number */
        bool include_tx_power;              /* the power is said in the advertising data */
        bool include_rsi;                   /* that of the coordinated set in BlueZ's main.conf */
        bool has_tx_power;                  /* a wish; the adapter may be unable */
        int16_t tx_power;                   /* dBm, -127 to 20 */
        uint64_t interval_min_usec;         /* whole milliseconds; 0: both are BlueZ's own */
        uint64_t interval_max_usec;         /* not below the other */
        bool discoverable;                  /* never of a broadcast */
        uint64_t discoverable_timeout_usec; /* whole seconds; 0: for ever */
        uint64_t duration_usec;             /* its turn beside others, whole seconds; 0: BlueZ's */
        uint64_t timeout_usec;              /* its life, whole seconds; 0: for ever */
        SecondaryChannel secondary_channel;
        unsigned *ladder; /* owned: what each rung leaves out, beside all before it */
        size_t n_ladder;
} Advertisement;

/* An advertisement as it is without a word in the configuration: advertised, for centrals, with
 * its name, discoverable. section is copied; NULL: the plain one. NULL: no memory. */
Advertisement *advertisement_new(const char *section);
Advertisement *advertisement_free(Advertisement *advertisement);

/* Each appends; bytes are copied. -EEXIST: the UUID, the company or the type is there already,
 * nothing is changed; -ENOMEM. */
int advertised_uuids_add(AdvertisedUuids *uuids, const Uuid *uuid);
int advertised_data_add_manufacturer(
        AdvertisedData *data, uint16_t company, const uint8_t *bytes, size_t size);
int advertised_data_add_service(
        AdvertisedData *data, const Uuid *uuid, const uint8_t *bytes, size_t size);
int advertised_data_add_other(
        AdvertisedData *data, uint8_t type, const uint8_t *bytes, size_t size);
/* BlueZ takes this type as other data: neither is it said in another way, nor of pairing, of a
 * mesh or reserved (type_reject_list in bluez src/shared/ad.c). */
bool advertised_other_type_is_free(uint8_t type);
/* item is one of AdvertisementItem. -EEXIST, -ENOMEM as above. */
int advertisement_add_rung(Advertisement *advertisement, AdvertisementItem item);

/* As the key is named; NULL if it is not one bit of AdvertisementItem. */
const char *advertisement_item_name(unsigned item);
/* 0 if text is no item's name. */
unsigned advertisement_item_from_name(const char *text);
/* BlueZ's name; NULL of SECONDARY_CHANNEL_NONE. */
const char *secondary_channel_name(SecondaryChannel channel);
