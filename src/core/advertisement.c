/* Advertisements: what they hold, and the names of it. */
#include "core/advertisement.h"

#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

Advertisement *advertisement_new(const char *section) {
        Advertisement *a = calloc(1, sizeof(*a));

        if (!a)
                return NULL;
        if (section) {
                a->section = strdup(section);
                if (!a->section)
                        return advertisement_free(a);
        }
        a->advertise = true;
        a->include_name = true;
        a->discoverable = true;
        return a;
}

static void data_clear(AdvertisedData *data) {
        for (size_t i = 0; i < data->n_manufacturer; i++)
                free(data->manufacturer[i].data);
        for (size_t i = 0; i < data->n_service; i++)
                free(data->service[i].data);
        for (size_t i = 0; i < data->n_other; i++)
                free(data->other[i].data);
        free(data->other);
        free(data->manufacturer);
        free(data->service);
        free(data->services.items);
        free(data->solicit.items);
}

Advertisement *advertisement_free(Advertisement *a) {
        if (!a)
                return NULL;
        data_clear(&a->data);
        data_clear(&a->response);
        free(a->ladder);
        free(a->name);
        free(a->section);
        free(a);
        return NULL;
}

int advertised_uuids_add(AdvertisedUuids *uuids, const Uuid *uuid) {
        Uuid *grown;

        for (size_t i = 0; i < uuids->n; i++)
                if (uuid_equal(&uuids->items[i], uuid))
                        return -EEXIST;
        grown = reallocarray(uuids->items, uuids->n + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        uuids->items = grown;
        uuids->items[uuids->n++] = *uuid;
        return 0;
}

static int copy_bytes(uint8_t **ret, const uint8_t *bytes, size_t size) {
        *ret = NULL;
        if (size == 0)
                return 0;
        *ret = malloc(size);
        if (!*ret)
                return -ENOMEM;
        memcpy(*ret, bytes, size);
        return 0;
}

int advertised_data_add_manufacturer(
        AdvertisedData *data, uint16_t company, const uint8_t *bytes, size_t size) {
        ManufacturerData added = {.company = company, .size = size}, *grown;

        for (size_t i = 0; i < data->n_manufacturer; i++)
                if (data->manufacturer[i].company == company)
                        return -EEXIST;
        grown = reallocarray(data->manufacturer, data->n_manufacturer + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        data->manufacturer = grown;
        if (copy_bytes(&added.data, bytes, size) < 0)
                return -ENOMEM;
        data->manufacturer[data->n_manufacturer++] = added;
        return 0;
}

int advertised_data_add_service(
        AdvertisedData *data, const Uuid *uuid, const uint8_t *bytes, size_t size) {
        ServiceData added = {.uuid = *uuid, .size = size}, *grown;

        for (size_t i = 0; i < data->n_service; i++)
                if (uuid_equal(&data->service[i].uuid, uuid))
                        return -EEXIST;
        grown = reallocarray(data->service, data->n_service + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        data->service = grown;
        if (copy_bytes(&added.data, bytes, size) < 0)
                return -ENOMEM;
        data->service[data->n_service++] = added;
        return 0;
}

int advertised_data_add_other(
        AdvertisedData *data, uint8_t type, const uint8_t *bytes, size_t size) {
        OtherData added = {.type = type, .size = size}, *grown;

        for (size_t i = 0; i < data->n_other; i++)
                if (data->other[i].type == type)
                        return -EEXIST;
        grown = reallocarray(data->other, data->n_other + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        data->other = grown;
        if (copy_bytes(&added.data, bytes, size) < 0)
                return -ENOMEM;
        data->other[data->n_other++] = added;
        return 0;
}

/* Assigned Numbers, 2.3. */
bool advertised_other_type_is_free(uint8_t type) {
        static const struct {
                uint8_t first, last;
        } taken[] = {
                {0x00, 0x0a}, /* reserved; flags, UUIDs, names, power */
                {0x0d, 0x12}, /* class of device, pairing, device ID, connection interval */
                {0x14, 0x23}, /* solicited, service data, addresses, appearance, role, pairing */
                {0x27, 0x27}, /* supported features */
                {0x28, 0x2b}, /* channel map, mesh */
                {0x2e, 0x2e}, /* resolvable set identifier, which BlueZ makes itself */
                {0x3d, 0x3d}, /* 3D information */
                {0xff, 0xff}, /* data of a company */
        };

        for (size_t i = 0; i < ELEMENTS(taken); i++)
                if (type >= taken[i].first && type <= taken[i].last)
                        return false;
        return true;
}

int advertisement_add_rung(Advertisement *a, AdvertisementItem item) {
        unsigned *grown;

        for (size_t i = 0; i < a->n_ladder; i++)
                if (a->ladder[i] == item)
                        return -EEXIST;
        grown = reallocarray(a->ladder, a->n_ladder + 1, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        a->ladder = grown;
        a->ladder[a->n_ladder++] = item;
        return 0;
}

static const struct {
        unsigned item;
        const char *name;
} item_names[] = {
        {ADVERTISEMENT_ITEM_NAME, "name"},
        {ADVERTISEMENT_ITEM_SERVICES, "services"},
        {ADVERTISEMENT_ITEM_SOLICIT, "solicit"},
        {ADVERTISEMENT_ITEM_MANUFACTURER_DATA, "manufacturer_data"},
        {ADVERTISEMENT_ITEM_SERVICE_DATA, "service_data"},
        {ADVERTISEMENT_ITEM_APPEARANCE, "appearance"},
        {ADVERTISEMENT_ITEM_INCLUDE_TX_POWER, "include_tx_power"},
        {ADVERTISEMENT_ITEM_TX_POWER, "tx_power"},
        {ADVERTISEMENT_ITEM_INTERVAL, "interval"},
        {ADVERTISEMENT_ITEM_SECONDARY_CHANNEL, "secondary_channel"},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, "scan_response"},
        {ADVERTISEMENT_ITEM_DATA, "data"},
        {ADVERTISEMENT_ITEM_INCLUDE_RSI, "include_rsi"},
};

const char *advertisement_item_name(unsigned item) {
        for (size_t i = 0; i < ELEMENTS(item_names); i++)
                if (item_names[i].item == item)
                        return item_names[i].name;
        return NULL;
}

unsigned advertisement_item_from_name(const char *text) {
        for (size_t i = 0; i < ELEMENTS(item_names); i++)
                if (parse_same_word(item_names[i].name, text))
                        return item_names[i].item;
        return 0;
}

const char *secondary_channel_name(SecondaryChannel channel) {
        switch (channel) {
        case SECONDARY_CHANNEL_NONE:
                return NULL;
        case SECONDARY_CHANNEL_1M:
                return "1M";
        case SECONDARY_CHANNEL_2M:
                return "2M";
        case SECONDARY_CHANNEL_CODED:
                return "Coded";
        }
        return NULL;
}
