/* From bluez src/advertising.c (parse_advertisement() and what it calls) and src/shared/ad.c. */
#include "sim/bluetoothd/advertisement-data.h"

#include "sim/bluetoothd/property.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define PACKET_SIZE     31
#define FLAGS_SIZE      3
#define APPEARANCE_SIZE 4

#define INTERVAL_MIN_MS 20
#define INTERVAL_MAX_MS 10485759

enum { FLAG_GENERAL = 0x02, FLAG_NO_BREDR = 0x04 };

/* Indices of uuids_size and data_size. */
enum { UUIDS_SERVICE, UUIDS_SOLICITED };
enum { DATA_MANUFACTURER, DATA_SERVICE, DATA_OTHER };

/* The size of a list: two bytes for each length of UUIDs that is there. */
typedef struct ListSize {
        size_t size;
        bool seen[17];
} ListSize;

static void count_uuid(ListSize *list, const Uuid *uuid) {
        size_t size = uuid_size(uuid);

        list->size += size + (list->seen[size] ? 0 : 2);
        list->seen[size] = true;
}

/* m is at as. services may be NULL. */
static int read_uuids(AdvertisementData *data, size_t *ret_size, bool services, sd_bus_message *m) {
        ListSize list = {};
        const char *text;
        Uuid uuid;
        int r = sd_bus_message_enter_container(m, 'a', "s");

        while (r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0) {
                if (uuid_parse(&uuid, text) < 0)
                        return -EINVAL;
                count_uuid(&list, &uuid);
                if (services && data->n_services < ADVERTISED_UUIDS_MAX)
                        data->services[data->n_services++] = uuid;
        }
        *ret_size = list.size;
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int set_services(AdvertisementData *data, sd_bus_message *m) {
        data->n_services = 0;
        data->uuids_size[UUIDS_SERVICE] = 0;
        return m ? read_uuids(data, &data->uuids_size[UUIDS_SERVICE], true, m) : 0;
}

static int set_solicited(AdvertisementData *data, sd_bus_message *m) {
        data->uuids_size[UUIDS_SOLICITED] = 0;
        return m ? read_uuids(data, &data->uuids_size[UUIDS_SOLICITED], false, m) : 0;
}

/* m is at the key of an entry. Sets the bytes that it takes beside the data. */
static int read_data_key(size_t *ret, char key, sd_bus_message *m) {
        const char *text;
        uint16_t number;
        uint8_t type;
        Uuid uuid;
        int r;

        switch (key) {
        case 'q':
                *ret = 2 + 2;
                return sd_bus_message_read(m, "q", &number);
        case 'y':
                *ret = 2;
                return sd_bus_message_read(m, "y", &type);
        default:
                r = sd_bus_message_read(m, "s", &text);
                if (r >= 0 && uuid_parse(&uuid, text) < 0)
                        return -EINVAL;
                *ret = r < 0 ? 0 : 2 + uuid_size(&uuid);
                return r;
        }
}

static int read_data_entry(size_t *size, char key, sd_bus_message *m) {
        const char *type = NULL;
        const void *bytes;
        size_t n, head;
        int r = read_data_key(&head, key, m);

        if (r >= 0)
                r = sd_bus_message_peek_type(m, NULL, &type);
        if (r < 0 || !type || strcmp(type, "ay") != 0)
                return -EINVAL;
        r = sd_bus_message_enter_container(m, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_read_array(m, 'y', &bytes, &n);
        if (r < 0)
                return r;
        *size += head + n;
        return sd_bus_message_exit_container(m);
}

/* m is at a{kv}, k being key. */
static int read_data(size_t *ret_size, char key, sd_bus_message *m) {
        const char entry[] = {key, 'v', '\0'}, array[] = {'{', key, 'v', '}', '\0'};
        int r = sd_bus_message_enter_container(m, 'a', array);

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', entry)) > 0) {
                r = read_data_entry(ret_size, key, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int set_data(AdvertisementData *data, size_t index, char key, sd_bus_message *m) {
        data->data_size[index] = 0;
        return m ? read_data(&data->data_size[index], key, m) : 0;
}

static int set_manufacturer_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(data, DATA_MANUFACTURER, 'q', m);
}

static int set_service_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(data, DATA_SERVICE, 's', m);
}

static int set_other_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(data, DATA_OTHER, 'y', m);
}

static int set_type(AdvertisementData *data, sd_bus_message *m) {
        const char *text;

        if (!m)
                return 0;
        int r = sd_bus_message_read(m, "s", &text);
        if (r < 0)
                return r;
        data->peripheral = strcmp(text, "peripheral") == 0;
        return data->peripheral || strcmp(text, "broadcast") == 0 ? 0 : -EINVAL;
}

static int set_includes(AdvertisementData *data, sd_bus_message *m) {
        const char *text;

        data->includes_name = data->includes_appearance = false;
        if (!m)
                return 0;
        int r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0) {
                if (strcmp(text, "local-name") == 0)
                        data->includes_name = true;
                if (strcmp(text, "appearance") == 0)
                        data->includes_appearance = true;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int set_name(AdvertisementData *data, sd_bus_message *m) {
        const char *text = "";

        int r = m ? sd_bus_message_read(m, "s", &text) : 0;
        if (r < 0 || (m && data->includes_name))
                return r < 0 ? r : -EINVAL;
        text_copy(data->name, sizeof(data->name), text);
        return 0;
}

static int set_appearance(AdvertisementData *data, sd_bus_message *m) {
        data->has_appearance = m != NULL;
        return m && data->includes_appearance ? -EINVAL : 0;
}

static int set_discoverable(AdvertisementData *data, sd_bus_message *m) {
        int yes = 0;
        int r = m ? sd_bus_message_read(m, "b", &yes) : 0;

        data->discoverable = !m    ? DISCOVERABLE_AS_ADAPTER
                             : yes ? DISCOVERABLE_YES
                                   : DISCOVERABLE_NO;
        return r;
}

static int set_timeout(AdvertisementData *data, sd_bus_message *m) {
        data->timeout_s = 0;
        return m ? sd_bus_message_read(m, "q", &data->timeout_s) : 0;
}

static int set_discoverable_timeout(AdvertisementData *data, sd_bus_message *m) {
        data->discoverable_timeout_s = 0;
        return m ? sd_bus_message_read(m, "q", &data->discoverable_timeout_s) : 0;
}

static int set_interval(uint32_t *ret, sd_bus_message *m) {
        int r = m ? sd_bus_message_read(m, "u", ret) : -EINVAL;

        if (r < 0 || *ret < INTERVAL_MIN_MS || *ret > INTERVAL_MAX_MS) {
                *ret = 0;
                return -EINVAL;
        }
        return 0;
}

static int set_min_interval(AdvertisementData *data, sd_bus_message *m) {
        return set_interval(&data->min_interval_ms, m);
}

static int set_max_interval(AdvertisementData *data, sd_bus_message *m) {
        return set_interval(&data->max_interval_ms, m);
}

static int set_secondary(AdvertisementData *data, sd_bus_message *m) {
        return m ? -EINVAL : 0; /* the controller has none */
}

static int set_tx_power(AdvertisementData *data, sd_bus_message *m) {
        int16_t power;
        int r = m ? sd_bus_message_read(m, "n", &power) : -EINVAL;

        return r < 0 || power < -127 || power > 20 ? -EINVAL : 0;
}

static int set_nothing(AdvertisementData *data, sd_bus_message *m) {
        return 0;
}

/* In bluetoothd's order. since: a minor version of 5; before it the property is not looked at. */
static const struct {
        const char *name, *type;
        unsigned since;
        int (*set)(AdvertisementData *data, sd_bus_message *m);
} parsers[] = {
        {"Type", "s", 0, set_type},
        {"ServiceUUIDs", "as", 0, set_services},
        {"SolicitUUIDs", "as", 0, set_solicited},
        {"ManufacturerData", "a{qv}", 0, set_manufacturer_data},
        {"ServiceData", "a{sv}", 0, set_service_data},
        {"Includes", "as", 0, set_includes},
        {"LocalName", "s", 0, set_name},
        {"Appearance", "q", 0, set_appearance},
        {"Duration", "q", 0, set_nothing},
        {"Timeout", "q", 0, set_timeout},
        {"Data", "a{yv}", 0, set_other_data},
        {"Discoverable", "b", 0, set_discoverable},
        {"DiscoverableTimeout", "q", 0, set_discoverable_timeout},
        {"SecondaryChannel", "s", 0, set_secondary},
        {"MinInterval", "u", 77, set_min_interval},
        {"MaxInterval", "u", 77, set_max_interval},
        {"TxPower", "n", 77, set_tx_power},
};

/* An array of another kind is an empty one; anything else of another type is refused. */
static int set_one(AdvertisementData *data, size_t i, sd_bus_message *m) {
        const char *type = NULL;

        if (!m)
                return parsers[i].set(data, NULL);
        int r = sd_bus_message_peek_type(m, NULL, &type);
        if (r < 0 || !type)
                return -EINVAL;
        if (strcmp(type, parsers[i].type) != 0) {
                bool arrays = *type == 'a' && *parsers[i].type == 'a';
                return arrays ? parsers[i].set(data, NULL) : -EINVAL;
        }
        r = sd_bus_message_enter_container(m, 'v', type);
        return r < 0 ? r : parsers[i].set(data, m);
}

/* m is at a{sv}. Moves it to the variant of this property. 0: there is none. */
static int find_property(sd_bus_message *m, const char *wanted) {
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0 && strcmp(name, wanted) == 0)
                        return 1;
                if (r >= 0)
                        r = sd_bus_message_skip(m, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r;
}

/* m is PropertiesChanged. 1: it says this one is no more. */
static int is_invalidated(sd_bus_message *m, const char *wanted) {
        const char *name;
        int r = sd_bus_message_rewind(m, true);

        if (r >= 0)
                r = sd_bus_message_skip(m, "sa{sv}");
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &name)) > 0)
                if (strcmp(name, wanted) == 0)
                        return 1;
        return r;
}

static bool update_one(AdvertisementData *data, size_t i, sd_bus_message *m) {
        AdvertisementData changed = *data;
        int r = sd_bus_message_rewind(m, true);

        if (r >= 0)
                r = sd_bus_message_skip(m, "s");
        if (r >= 0)
                r = find_property(m, parsers[i].name);
        if (r > 0)
                r = set_one(&changed, i, m) < 0 ? -EINVAL : 1;
        else if (r == 0 && is_invalidated(m, parsers[i].name) > 0)
                r = set_one(&changed, i, NULL) < 0 ? -EINVAL : 1;
        if (r > 0)
                *data = changed;
        return r > 0;
}

unsigned advertisement_data_update(
        AdvertisementData *data, BluezVersion version, sd_bus_message *m) {
        unsigned n = 0;

        for (size_t i = 0; i < ELEMENTS(parsers); i++)
                if (version.minor >= parsers[i].since && update_one(data, i, m))
                        n++;
        return n;
}

/* Broadcasts cannot be discoverable, and the times must make sense. */
static int check(const AdvertisementData *d) {
        if (!d->peripheral && d->discoverable == DISCOVERABLE_YES)
                return -EINVAL;
        if (d->timeout_s > 0 && d->discoverable == DISCOVERABLE_YES &&
                d->timeout_s < d->discoverable_timeout_s)
                return -EINVAL;
        return d->min_interval_ms > d->max_interval_ms ? -EINVAL : 0;
}

int advertisement_data_parse(AdvertisementData *ret, BluezVersion version, sd_bus_message *m) {
        *ret = (AdvertisementData){};
        for (size_t i = 0; m && i < ELEMENTS(parsers); i++) {
                if (version.minor < parsers[i].since)
                        continue;
                int r = sd_bus_message_rewind(m, true);
                if (r >= 0)
                        r = find_property(m, parsers[i].name);
                if (r < 0 || (r > 0 && set_one(ret, i, m) < 0))
                        return -EINVAL;
        }
        return check(ret);
}

bool advertisement_data_fits(const AdvertisementData *data) {
        size_t size = FLAGS_SIZE;

        for (size_t i = 0; i < ELEMENTS(data->uuids_size); i++)
                size += data->uuids_size[i];
        for (size_t i = 0; i < ELEMENTS(data->data_size); i++)
                size += data->data_size[i];
        if (data->has_appearance || data->includes_appearance)
                size += APPEARANCE_SIZE;
        return size <= PACKET_SIZE;
}

uint8_t advertisement_data_flags(
        const AdvertisementData *data, BluezVersion version, bool adapter_discoverable) {
        bool general = data->discoverable == DISCOVERABLE_YES;

        /* Until 5.68 a no was forgotten. */
        if (data->discoverable == DISCOVERABLE_AS_ADAPTER ||
                (data->discoverable == DISCOVERABLE_NO && version.minor < 69))
                general = adapter_discoverable && data->peripheral;
        return general ? FLAG_GENERAL | FLAG_NO_BREDR : FLAG_NO_BREDR;
}
