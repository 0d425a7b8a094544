#include "bluez/advertising-capabilities.h"

#include "bluez/message.h"

#include <string.h>

typedef void (*SetWord)(AdvertisingCapabilities *c, const char *word);

static void set_include(AdvertisingCapabilities *c, const char *word) {
        if (strcmp(word, "tx-power") == 0)
                c->limits.includes_tx_power = true;
        if (strcmp(word, "rsi") == 0)
                c->limits.includes_rsi = true;
}

static void set_channel(AdvertisingCapabilities *c, const char *word) {
        for (SecondaryChannel i = SECONDARY_CHANNEL_1M; i <= SECONDARY_CHANNEL_CODED; i++)
                if (strcmp(word, secondary_channel_name(i)) == 0)
                        c->limits.channels |= 1U << i;
}

static void set_feature(AdvertisingCapabilities *c, const char *word) {
        if (strcmp(word, "CanSetTxPower") == 0)
                c->limits.can_set_tx_power = true;
        if (strcmp(word, "HardwareOffload") == 0)
                c->hardware_offload = true;
}

static int read_words(AdvertisingCapabilities *c, SetWord set, sd_bus_message *m) {
        const char *word;

        int r = message_enter_variant(m, "as");
        if (r <= 0)
                return r;
        r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &word)) > 0)
                set(c, word);
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* 0: it was no such byte. */
static int read_size(size_t *ret, sd_bus_message *m) {
        uint8_t size;

        int r = message_read_variant(m, "y", &size);
        if (r > 0)
                *ret = size;
        return r;
}

static int read_limit(const char *name, sd_bus_message *m, void *userdata) {
        AdvertisementLimits *limits = userdata;

        if (strcmp(name, "MaxAdvLen") == 0)
                return read_size(&limits->max_data, m);
        if (strcmp(name, "MaxScnRspLen") == 0)
                return read_size(&limits->max_response, m);
        if (strcmp(name, "MinTxPower") == 0)
                return message_read_variant(m, "n", &limits->tx_power_min);
        if (strcmp(name, "MaxTxPower") == 0) {
                int r = message_read_variant(m, "n", &limits->tx_power_max);
                limits->knows_tx_power = r > 0;
                return r;
        }
        return sd_bus_message_skip(m, "v");
}

static int read_limits(AdvertisementLimits *limits, sd_bus_message *m) {
        int r = message_enter_variant(m, "a{sv}");

        if (r > 0)
                r = message_read_properties(m, read_limit, limits);
        return r <= 0 ? r : sd_bus_message_exit_container(m);
}

/* A controller without secondary channels has no such property, so that one is known once
 * anything is. */
static int read_instances(AdvertisingCapabilities *c, sd_bus_message *m) {
        c->known = c->limits.knows_channels = true;
        return message_read_variant(m, "y", &c->free);
}

static int read_includes(AdvertisingCapabilities *c, sd_bus_message *m) {
        c->limits.knows_includes = true;
        c->limits.includes_tx_power = c->limits.includes_rsi = false;
        return read_words(c, set_include, m);
}

static int read_channels(AdvertisingCapabilities *c, sd_bus_message *m) {
        c->limits.channels = 0;
        return read_words(c, set_channel, m);
}

static int read_features(AdvertisingCapabilities *c, sd_bus_message *m) {
        c->limits.knows_features = true;
        c->limits.can_set_tx_power = c->hardware_offload = false;
        return read_words(c, set_feature, m);
}

int advertising_capabilities_read(AdvertisingCapabilities *c, const char *name, sd_bus_message *m) {
        int r = 0;

        if (strcmp(name, "SupportedInstances") == 0)
                r = read_instances(c, m);
        else if (strcmp(name, "ActiveInstances") == 0)
                r = message_read_variant(m, "y", &c->active);
        else if (strcmp(name, "SupportedIncludes") == 0)
                r = read_includes(c, m);
        else if (strcmp(name, "SupportedSecondaryChannels") == 0)
                r = read_channels(c, m);
        else if (strcmp(name, "SupportedFeatures") == 0)
                r = read_features(c, m);
        else if (strcmp(name, "SupportedCapabilities") == 0)
                r = read_limits(&c->limits, m);
        else
                return 0;
        return r < 0 ? r : 1;
}
