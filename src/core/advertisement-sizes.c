#include "core/advertisement-sizes.h"

#define AD_TX_POWER_SIZE   3
#define AD_APPEARANCE_SIZE 4
#define AD_RSI_SIZE        8
#define COMPANY_SIZE       2

/* bluetoothd shortens only what has 16 bits, of the 36 characters that it is told
 * (bt_string_to_uuid() in bluez lib/uuid.c). */
static size_t air_size(const Uuid *uuid) {
        return uuid_size(uuid) == 2 ? 2 : sizeof(uuid->bytes);
}

static size_t list_size(const AdvertisedUuids *uuids, size_t each) {
        size_t size = 0;

        for (size_t i = 0; i < uuids->n; i++)
                if (air_size(&uuids->items[i]) == each)
                        size += each;
        return size > 0 ? AD_HEADER_SIZE + size : 0;
}

static size_t uuids_size(const AdvertisedUuids *uuids) {
        return list_size(uuids, 2) + list_size(uuids, 16);
}

static size_t manufacturer_size(const AdvertisedData *data) {
        size_t size = 0;

        for (size_t i = 0; i < data->n_manufacturer; i++)
                size += AD_HEADER_SIZE + COMPANY_SIZE + data->manufacturer[i].size;
        return size;
}

static size_t service_size(const AdvertisedData *data) {
        size_t size = 0;

        for (size_t i = 0; i < data->n_service; i++)
                size += AD_HEADER_SIZE + air_size(&data->service[i].uuid) + data->service[i].size;
        return size;
}

static size_t other_size(const AdvertisedData *data) {
        size_t size = 0;

        for (size_t i = 0; i < data->n_other; i++)
                size += AD_HEADER_SIZE + data->other[i].size;
        return size;
}

size_t advertised_data_size(const AdvertisedData *data) {
        return uuids_size(&data->services) + uuids_size(&data->solicit) + manufacturer_size(data) +
               service_size(data) + other_size(data);
}

size_t advertisement_item_size(const Advertisement *a, AdvertisementItem item) {
        switch (item) {
        case ADVERTISEMENT_ITEM_SERVICES:
                return uuids_size(&a->data.services);
        case ADVERTISEMENT_ITEM_SOLICIT:
                return uuids_size(&a->data.solicit);
        case ADVERTISEMENT_ITEM_MANUFACTURER_DATA:
                return manufacturer_size(&a->data);
        case ADVERTISEMENT_ITEM_SERVICE_DATA:
                return service_size(&a->data);
        case ADVERTISEMENT_ITEM_DATA:
                return other_size(&a->data);
        case ADVERTISEMENT_ITEM_APPEARANCE:
                return a->has_appearance ? AD_APPEARANCE_SIZE : 0;
        case ADVERTISEMENT_ITEM_INCLUDE_TX_POWER:
                return a->include_tx_power ? AD_TX_POWER_SIZE : 0;
        case ADVERTISEMENT_ITEM_INCLUDE_RSI:
                return a->include_rsi ? AD_RSI_SIZE : 0;
        case ADVERTISEMENT_ITEM_NAME:
        case ADVERTISEMENT_ITEM_TX_POWER:
        case ADVERTISEMENT_ITEM_INTERVAL:
        case ADVERTISEMENT_ITEM_SECONDARY_CHANNEL:
        case ADVERTISEMENT_ITEM_SCAN_RESPONSE:
        case _ADVERTISEMENT_ITEM_END:
                return 0;
        }
        return 0;
}
