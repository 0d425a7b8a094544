/* From bluez src/advertising.c (parse_advertisement() and what it calls) and src/shared/ad.c. */
#include "sim/bluetoothd/advertisement-data.h"

#include "sim/bluetoothd/ad-reader.h"
#include "sim/bluetoothd/property.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define INTERVAL_MIN_MS 20
#define INTERVAL_MAX_MS 10485759

static int set_uuids(AdPacket *packet, bool services, sd_bus_message *m) {
        Uuid uuids[ADVERTISED_UUIDS_MAX];
        size_t n = 0;

        packet->size = 0;
        int r = m ? ad_read_uuids(uuids, &n, m) : 0;
        return r < 0 ? r : ad_packet_put_uuids(packet, uuids, n, services);
}

static int set_services(AdvertisementData *data, sd_bus_message *m) {
        data->n_services = 0;
        int r = m ? ad_read_uuids(data->services, &data->n_services, m) : 0;
        data->parts[AD_PART_SERVICES].size = 0;
        return r < 0 ? r
                     : ad_packet_put_uuids(&data->parts[AD_PART_SERVICES], data->services,
                               data->n_services, true);
}

static int set_solicited(AdvertisementData *data, sd_bus_message *m) {
        return set_uuids(&data->parts[AD_PART_SOLICITED], false, m);
}

static int set_response_services(AdvertisementData *data, sd_bus_message *m) {
        return set_uuids(&data->response[AD_PART_SERVICES], true, m);
}

static int set_response_solicited(AdvertisementData *data, sd_bus_message *m) {
        return set_uuids(&data->response[AD_PART_SOLICITED], false, m);
}

static int set_data(AdPacket *packet, char key, sd_bus_message *m) {
        packet->size = 0;
        return m ? ad_read_data(packet, key, m) : 0;
}

static int set_manufacturer_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(&data->parts[AD_PART_MANUFACTURER], 'q', m);
}

static int set_service_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(&data->parts[AD_PART_SERVICE_DATA], 's', m);
}

/* Read after the includes, it forgets what these have put there. */
static int set_other_data(AdvertisementData *data, sd_bus_message *m) {
        data->includes_rsi = false;
        return set_data(&data->parts[AD_PART_OTHER], 'y', m);
}

static int set_response_manufacturer_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(&data->response[AD_PART_MANUFACTURER], 'q', m);
}

static int set_response_service_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(&data->response[AD_PART_SERVICE_DATA], 's', m);
}

static int set_response_other_data(AdvertisementData *data, sd_bus_message *m) {
        return set_data(&data->response[AD_PART_OTHER], 'y', m);
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

        data->includes_name = data->includes_appearance = data->includes_tx_power = false;
        data->includes_rsi = false;
        if (!m)
                return 0;
        int r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0) {
                if (strcmp(text, "local-name") == 0)
                        data->includes_name = true;
                if (strcmp(text, "appearance") == 0)
                        data->includes_appearance = true;
                if (strcmp(text, "tx-power") == 0)
                        data->includes_tx_power = true;
                if (strcmp(text, "rsi") == 0)
                        data->includes_rsi = true;
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
        if (m && data->includes_appearance)
                return -EINVAL;
        return m ? sd_bus_message_read(m, "q", &data->appearance) : 0;
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

/* Of a controller that has any, it has all. */
static int set_secondary(AdvertisementData *data, sd_bus_message *m) {
        const char *text = "";
        int r = m ? sd_bus_message_read(m, "s", &text) : 0;

        data->secondary =
                strcmp(text, "1M") == 0 || strcmp(text, "2M") == 0 || strcmp(text, "Coded") == 0;
        return r < 0 || (m && !data->secondary) ? -EINVAL : 0;
}

static int set_tx_power(AdvertisementData *data, sd_bus_message *m) {
        int16_t power;
        int r = m ? sd_bus_message_read(m, "n", &power) : -EINVAL;

        data->has_tx_power = m != NULL;
        if (r < 0 || power < -127 || power > 20)
                return -EINVAL;
        data->tx_power = power;
        return 0;
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
        {"ScanResponseServiceUUIDs", "as", 80, set_response_services},
        {"SolicitUUIDs", "as", 0, set_solicited},
        {"ScanResponseSolicitUUIDs", "as", 80, set_response_solicited},
        {"ManufacturerData", "a{qv}", 0, set_manufacturer_data},
        {"ScanResponseManufacturerData", "a{qv}", 80, set_response_manufacturer_data},
        {"ServiceData", "a{sv}", 0, set_service_data},
        {"ScanResponseServiceData", "a{sv}", 80, set_response_service_data},
        {"Includes", "as", 0, set_includes},
        {"LocalName", "s", 0, set_name},
        {"Appearance", "q", 0, set_appearance},
        {"Duration", "q", 0, set_nothing},
        {"Timeout", "q", 0, set_timeout},
        {"Data", "a{yv}", 0, set_other_data},
        {"ScanResponseData", "a{yv}", 80, set_response_other_data},
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

/* A live one is asked for those of the scan response only by an experimental bluetoothd. */
static bool is_live(size_t i) {
        return strncmp(parsers[i].name, "ScanResponse", strlen("ScanResponse")) != 0 ||
               parsers[i].set == set_response_other_data;
}

unsigned advertisement_data_update(
        AdvertisementData *data, const AdContext *context, sd_bus_message *m) {
        unsigned n = 0;

        for (size_t i = 0; i < ELEMENTS(parsers); i++)
                if (context->version.minor >= parsers[i].since && is_live(i) &&
                        update_one(data, i, m))
                        n++;
        return n;
}

/* Entries that no packet holds are refused as they are read. */
static bool has_long(const AdvertisementData *d) {
        for (AdPart i = AD_PART_MANUFACTURER; i < _AD_PART_MAX; i++)
                if (ad_packet_longest(&d->parts[i]) > PACKET_SIZE_LEGACY ||
                        ad_packet_longest(&d->response[i]) > PACKET_SIZE_LEGACY)
                        return true;
        return false;
}

/* Broadcasts cannot be discoverable, and the times must make sense. */
static int check(const AdvertisementData *d, const AdContext *context) {
        if (!d->peripheral && advertisement_data_has_own_flags(d, context->version))
                return -EINVAL;
        if (d->timeout_s > 0 && d->discoverable == DISCOVERABLE_YES &&
                d->timeout_s < d->discoverable_timeout_s)
                return -EINVAL;
        if ((!context->extended && d->secondary) || (!ad_context_is_long(context) && has_long(d)))
                return -EINVAL;
        return d->min_interval_ms > d->max_interval_ms ? -EINVAL : 0;
}

int advertisement_data_parse(AdvertisementData *ret, const AdContext *context, sd_bus_message *m) {
        *ret = (AdvertisementData){};
        for (size_t i = 0; m && i < ELEMENTS(parsers); i++) {
                if (context->version.minor < parsers[i].since)
                        continue;
                int r = sd_bus_message_rewind(m, true);
                if (r >= 0)
                        r = find_property(m, parsers[i].name);
                if (r < 0 || (r > 0 && set_one(ret, i, m) < 0))
                        return -EINVAL;
        }
        return check(ret, context);
}
