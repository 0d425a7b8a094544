#include "config/advertisement-builder.h"

#include "config/advertised-data.h"
#include "config/suggest.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

/* What a controller takes without extended advertising: Core Specification, Vol 4, Part E, 7.8.5.
 */
#define LEGACY_INTERVAL_MAX_USEC (10240 * USEC_PER_MSEC)

static void refuse(ProfileBuilder *b, const Section *section, const char *key, const char *why) {
        problems_add(b->problems, section_origin(section, key), section->label, key, "%s", why);
}

static int add_rung(ProfileBuilder *b, Advertisement *a, const Section *section, const char *word) {
        unsigned item = advertisement_item_from_name(word);
        char hint[HINT_SIZE];
        Suggestion suggestion;
        int r;

        if (item == 0) {
                suggestion_init(&suggestion, word);
                for (unsigned i = 1; i < _ADVERTISEMENT_ITEM_END; i <<= 1)
                        suggestion_offer(&suggestion, advertisement_item_name(i));
                problems_add(b->problems, section_origin(section, "ladder"), section->label,
                        "ladder", "nothing that can be left out: \"%.60s\"%s", word,
                        suggestion_format(&suggestion, hint));
                return 0;
        }
        r = advertisement_add_rung(a, (AdvertisementItem)item);
        if (r != -EEXIST)
                return r;
        problems_add(b->problems, section_origin(section, "ladder"), section->label, "ladder",
                "\"%.60s\" is there twice", word);
        return 0;
}

static int build_ladder(ProfileBuilder *b, Advertisement *a, const Section *section) {
        const char *cursor = section_value(section, "ladder");
        int r = 1;

        while (cursor && r > 0) {
                _cleanup_free_ char *word = NULL;

                r = parse_next_word(&word, &cursor);
                if (r > 0 && add_rung(b, a, section, word) < 0)
                        r = -ENOMEM;
        }
        return r < 0 ? r : 0;
}

static int build_lists(ProfileBuilder *b, Advertisement *a, const Section *section) {
        const struct {
                AdvertisedData *data;
                const char *services, *solicit, *manufacturer, *service, *other;
        } parts[] = {
                {&a->data, "services", "solicit", "manufacturer_data", "service_data", "data"},
                {&a->response, "scan_response_services", "scan_response_solicit",
                        "scan_response_manufacturer_data", "scan_response_service_data",
                        "scan_response_data"},
        };
        int r = 0;

        for (size_t i = 0; i < ELEMENTS(parts) && r >= 0; i++) {
                AdvertisedData *data = parts[i].data;

                r = advertised_uuids_build(b, &data->services, section, parts[i].services);
                if (r >= 0)
                        r = advertised_uuids_build(b, &data->solicit, section, parts[i].solicit);
                if (r >= 0)
                        r = advertised_manufacturer_build(b, data, section, parts[i].manufacturer);
                if (r >= 0)
                        r = advertised_service_build(b, data, section, parts[i].service);
                if (r >= 0)
                        r = advertised_other_build(b, data, section, parts[i].other);
        }
        return r < 0 ? r : build_ladder(b, a, section);
}

/* What keys say together: parse_advertisement() in bluez src/advertising.c, and the controller. */
static void check(ProfileBuilder *b, const Section *section, const AdvertisementValues *v) {
        bool broadcast = v->type == ADVERTISEMENT_BROADCAST;

        if (section->name && !v->advertise)
                refuse(b, section, "advertise",
                        "only [advertisement] has it: enable = no switches this one off");
        if (!section->name && !v->enable)
                refuse(b, section, "enable",
                        "only an [advertisement NAME] has it: advertise = no switches this one "
                        "off");
        if (broadcast && v->discoverable_timeout_usec > 0)
                refuse(b, section, "discoverable_timeout", "a broadcast is never discoverable");
        if (v->timeout_usec > 0 && v->timeout_usec < v->discoverable_timeout_usec)
                refuse(b, section, "discoverable_timeout", "longer than timeout: BlueZ refuses it");
        if (v->secondary_channel == SECONDARY_CHANNEL_NONE &&
                v->interval.max_usec > LEGACY_INTERVAL_MAX_USEC)
                refuse(b, section, "interval", "without secondary_channel 10240ms is the longest");
}

static void take_values(Advertisement *a, AdvertisementValues *v) {
        a->advertise = v->advertise;
        a->type = v->type;
        a->name = STEAL(v->name);
        a->include_name = v->include_name;
        a->has_appearance = v->appearance.given;
        a->appearance = v->appearance.number;
        a->include_tx_power = v->include_tx_power;
        a->include_rsi = v->include_rsi;
        a->has_tx_power = v->tx_power.given;
        a->tx_power = v->tx_power.dbm;
        a->interval_min_usec = v->interval.min_usec;
        a->interval_max_usec = v->interval.max_usec;
        a->discoverable = v->discoverable && v->type != ADVERTISEMENT_BROADCAST;
        a->discoverable_timeout_usec = v->discoverable_timeout_usec;
        a->duration_usec = v->duration_usec;
        a->timeout_usec = v->timeout_usec;
        a->secondary_channel = v->secondary_channel;
}

static int build(ProfileBuilder *b, const Section *section) {
        AdvertisementValues values = {0};
        Advertisement *a = b->profile->advertisements[0];
        int r = builder_read_values(section, &values);

        if (r == 0 && section->name && section_is_enabled(section)) {
                a = profile_add_advertisement(b->profile, section->name);
                r = a ? 0 : -ENOMEM;
        }
        if (r == 0 && (!section->name || section_is_enabled(section))) {
                check(b, section, &values);
                take_values(a, &values);
                r = build_lists(b, a, section);
        }
        free(values.name);
        return r;
}

int advertisements_build(ProfileBuilder *b) {
        int r = 0;

        for (size_t i = 0; i < b->sections->n && r >= 0; i++)
                if (b->sections->items[i]->kind == SECTION_ADVERTISEMENT)
                        r = build(b, b->sections->items[i]);
        return r;
}
