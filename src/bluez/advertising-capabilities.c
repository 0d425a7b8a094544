#include "bluez/advertising-capabilities.h"

#include "bluez/message.h"
#include "util/cleanup.h"

#include <stddef.h>
#include <string.h>

/* A word of a list, and the member that it sets. */
typedef struct Word {
        const char *text;
        size_t offset;
} Word;

#define WORD(text, member)                                                                         \
        { text, offsetof(AdvertisingCapabilities, member) }

static const Word include_words[] = {
        WORD("tx-power", includes_tx_power),
        WORD("appearance", includes_appearance),
        WORD("local-name", includes_local_name),
        {},
};

static const Word secondary_words[] = {
        WORD("1M", secondary_1m),
        WORD("2M", secondary_2m),
        WORD("Coded", secondary_coded),
        {},
};

static const Word feature_words[] = {
        WORD("CanSetTxPower", can_set_tx_power),
        WORD("HardwareOffload", hardware_offload),
        {},
};

static void set_word(AdvertisingCapabilities *c, const Word *words, const char *text, bool yes) {
        for (const Word *w = words; w->text; w++)
                if (!text || strcmp(w->text, text) == 0)
                        *(bool *)((char *)c + w->offset) = yes;
}

/* What the variant holds, whatever it is, is passed over; 0: it is of another type. */
static int enter(sd_bus_message *m, const char *type) {
        const char *contents;

        int r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        if (strcmp(contents, type) != 0) {
                r = sd_bus_message_skip(m, "v");
                return r < 0 ? r : 0;
        }
        r = sd_bus_message_enter_container(m, 'v', type);
        return r < 0 ? r : 1;
}

/* All words of the list that are not there are no. */
static int read_words(AdvertisingCapabilities *c, const Word *words, sd_bus_message *m) {
        const char *text;

        int r = enter(m, "as");
        if (r <= 0)
                return r;
        set_word(c, words, NULL, false);
        r = sd_bus_message_enter_container(m, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0)
                set_word(c, words, text, true);
        if (r >= 0)
                r = sd_bus_message_exit_container(m);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_limit(const char *name, sd_bus_message *m, void *userdata) {
        AdvertisingCapabilities *c = userdata;

        if (strcmp(name, "MaxAdvLen") == 0)
                return message_read_variant(m, "y", &c->data_max);
        if (strcmp(name, "MaxScnRspLen") == 0)
                return message_read_variant(m, "y", &c->scan_response_max);
        if (strcmp(name, "MinTxPower") == 0)
                return message_read_variant(m, "n", &c->tx_power_min);
        if (strcmp(name, "MaxTxPower") == 0) {
                int r = message_read_variant(m, "n", &c->tx_power_max);
                c->tx_power_known = r > 0;
                return r;
        }
        return sd_bus_message_skip(m, "v");
}

static int read_limits(AdvertisingCapabilities *c, sd_bus_message *m) {
        int r = enter(m, "a{sv}");

        if (r > 0)
                r = message_read_properties(m, read_limit, c);
        return r <= 0 ? r : sd_bus_message_exit_container(m);
}

static int read_features(AdvertisingCapabilities *c, sd_bus_message *m) {
        c->features_known = true;
        return read_words(c, feature_words, m);
}

static int read_instances(AdvertisingCapabilities *c, sd_bus_message *m) {
        c->instances_known = true;
        return message_read_variant(m, "y", &c->free);
}

int advertising_capabilities_read(AdvertisingCapabilities *c, const char *name, sd_bus_message *m) {
        int r = 0;

        if (strcmp(name, "SupportedInstances") == 0)
                r = read_instances(c, m);
        else if (strcmp(name, "ActiveInstances") == 0)
                r = message_read_variant(m, "y", &c->active);
        else if (strcmp(name, "SupportedIncludes") == 0)
                r = read_words(c, include_words, m);
        else if (strcmp(name, "SupportedSecondaryChannels") == 0)
                r = read_words(c, secondary_words, m);
        else if (strcmp(name, "SupportedFeatures") == 0)
                r = read_features(c, m);
        else if (strcmp(name, "SupportedCapabilities") == 0)
                r = read_limits(c, m);
        else
                return 0;
        return r < 0 ? r : 1;
}
