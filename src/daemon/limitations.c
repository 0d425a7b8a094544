#include "daemon/limitations.h"

#include "core/known-flags.h"
#include "util/cleanup.h"
#include "util/log.h"

/* All flags that BlueZ does not know demand security of a subscription. */
static void log_flags(const char *name, unsigned flags, const char *version, unsigned known) {
        for (unsigned flag = 1; flag < _CHARACTERISTIC_FLAG_END; flag <<= 1)
                if (flags & flag & ~known)
                        log_warning("characteristic %s: BlueZ %s does not know the flag %s, and it "
                                    "is left out: a central could subscribe without that "
                                    "security, so none is notified",
                                name, version, characteristic_flag_name(flag));
}

/* The least of what it takes. */
#define WRITE_MAX_IN_PIECES  (VALUE_SIZE_MAX - 4)
#define WRITE_MAX_IN_REQUEST (VALUE_SIZE_MAX - 2)

static void log_writes(const Characteristic *c, const char *version) {
        if ((c->flags & CHARACTERISTIC_WRITABLE) && c->size_max > WRITE_MAX_IN_PIECES)
                log_warning("characteristic %s: BlueZ %s refuses writes of more than %d bytes, or "
                            "of more than %d in pieces",
                        c->name, version, WRITE_MAX_IN_REQUEST, WRITE_MAX_IN_PIECES);
}

/* NULL: they are used as they are asked for. */
static const char *no_sockets(const Characteristic *c, const BluezTraits *traits) {
        bool indicates = (c->flags & CHARACTERISTIC_INDICATE) != 0;

        if (c->notify_by != NOTIFY_BY_SOCKET || bluez_sockets_serve(traits, indicates))
                return NULL;
        switch (traits->notify_sockets) {
        case NOTIFY_SOCKETS_UNKNOWN:
                return "what it does with sockets is not known (set version in [bluez])";
        case NOTIFY_SOCKETS_EACH_TO_ALL:
                return "it tells every central what is meant for one";
        case NOTIFY_SOCKETS_SHARED:
        case NOTIFY_SOCKETS_EACH:
                break;
        }
        return "it does not tell whether what went by a socket was confirmed";
}

static void log_sockets(const Characteristic *c, const BluezTraits *traits, const char *version) {
        const char *why = no_sockets(c, traits);

        if (why)
                log_warning(
                        "characteristic %s: notify_by = socket: BlueZ %s: %s; it is notified by "
                        "signal",
                        c->name, version, why);
}

/* The row that it has is a guess, or a reading. */
static void log_proof(BluezVersion version, const BluezTraits *traits, const char *text) {
        if (!bluez_version_known(version))
                log_warning("BlueZ does not tell its version, and is taken for an old one: signals "
                            "alone, and no flags that protect a subscription (set version in "
                            "[bluez])");
        else if (traits->notify_sockets == NOTIFY_SOCKETS_UNKNOWN)
                log_warning("BlueZ %s is older than any that spored knows: signals alone, and no "
                            "flags that protect a subscription",
                        text);
        else if (!traits->proved)
                log_info("BlueZ %s was not seen in the tests: it is served by what the sources up "
                         "to it say",
                        text);
}

/* None of its handles is 0, or all are. */
static bool is_pinned(const Profile *profile) {
        return profile->n_services == 0 || profile->services[0]->handle > 0;
}

static bool notifies(const Profile *profile) {
        for (size_t i = 0; i < profile->n_characteristics; i++)
                if (profile_at(profile, i)->flags & CHARACTERISTIC_NOTIFY)
                        return true;
        return false;
}

/* Of the process: reloads and activations register with the same BlueZ again. */
static struct {
        bool any, channels;
        BluezVersion version;
} told;

/* What no profile changes. */
static void log_version(BluezVersion version, const BluezTraits *traits, const char *text) {
        if (told.any && told.version.major == version.major && told.version.minor == version.minor)
                return;
        told.any = true;
        told.channels = false;
        told.version = version;
        log_proof(version, traits, text);
        if (!traits->disconnected_signal && bluez_version_known(traits->since))
                log_info("BlueZ %s does not tell why a central has left: the event disconnected "
                         "has no reason",
                        text);
}

static void log_all(const Profile *profile, const BluezTraits *traits, const char *version) {
        if (traits->unpinned_refused && !is_pinned(profile))
                log_warning("BlueZ %s refuses characteristics without pinned handles: set handles "
                            "in [bluez] to a number",
                        version);
        if (traits->several_channels && notifies(profile) && !told.channels) {
                told.channels = true;
                log_info("BlueZ %s uses several channels to a central that has EATT, and there "
                         "notifications may overtake each other: set Channels = 1 in [GATT] of "
                         "/etc/bluetooth/main.conf",
                        version);
        }
}

void limitations_log(const Profile *profile, BluezVersion version) {
        const BluezTraits *traits = bluez_traits(version);
        const unsigned known = known_flags(traits);
        char text[BLUEZ_VERSION_TEXT_SIZE];

        bluez_version_format(version, text);
        log_version(version, traits, text);
        log_all(profile, traits, text);
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);

                log_flags(c->name, c->flags, text, known);
                if (traits->counts_write_header)
                        log_writes(c, text);
                log_sockets(c, traits, text);
        }
}

/* What happens instead. */
static const struct {
        AdvertisementItem item;
        const char *instead;
} passed_over[] = {
        {ADVERTISEMENT_ITEM_NAME, "it has no name"},
        {ADVERTISEMENT_ITEM_SERVICES, "it has no services"},
        {ADVERTISEMENT_ITEM_SOLICIT, "it asks for none"},
        {ADVERTISEMENT_ITEM_MANUFACTURER_DATA, "it has none"},
        {ADVERTISEMENT_ITEM_SERVICE_DATA, "it has none"},
        {ADVERTISEMENT_ITEM_DATA, "it has none"},
        {ADVERTISEMENT_ITEM_APPEARANCE, "it has none"},
        {ADVERTISEMENT_ITEM_INCLUDE_TX_POWER, "its power is not said"},
        {ADVERTISEMENT_ITEM_INCLUDE_RSI, "it has none"},
        {ADVERTISEMENT_ITEM_TX_POWER, "it is sent with the controller's own power"},
        {ADVERTISEMENT_ITEM_INTERVAL, "it is sent as often as the kernel likes"},
        {ADVERTISEMENT_ITEM_SECONDARY_CHANNEL, "it is sent as every scanner hears it"},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, "the scan response has the name alone"},
};

static void log_power(
        const char *title, const Advertisement *advertisement, const AdvertisementPlan *plan) {
        if (!advertisement_plan_says(plan, advertisement, ADVERTISEMENT_ITEM_TX_POWER) ||
                (plan->ignored & ADVERTISEMENT_ITEM_TX_POWER) ||
                plan->tx_power == advertisement->tx_power)
                return;
        log_warning("%s: this adapter does not reach a tx_power of %d dBm: %d dBm is asked for",
                title, advertisement->tx_power, plan->tx_power);
}

void limitations_log_advertisement(const char *title, const Advertisement *advertisement,
        const AdvertisementPlan *plan, BluezVersion version) {
        char text[BLUEZ_VERSION_TEXT_SIZE], items[ADVERTISEMENT_ITEMS_SIZE];

        bluez_version_format(version, text);
        for (size_t i = 0; i < ELEMENTS(passed_over); i++)
                if ((plan->ignored & passed_over[i].item) &&
                        advertisement_has(advertisement, passed_over[i].item))
                        log_warning("%s: BlueZ %s and this adapter do not take %s: %s", title, text,
                                advertisement_item_name(passed_over[i].item),
                                passed_over[i].instead);
        log_power(title, advertisement, plan);
        if (plan->left_out == 0)
                return;
        advertisement_items_format(plan->left_out, items);
        log_warning("%s: so that it fits, it is without %s", title, items);
}
