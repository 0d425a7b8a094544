/* Text to what an advertisement says. */
#include "config/key-types.h"

#include "config/suggest.h"
#include "core/assigned-appearances.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define APPEARANCE_MAX 0xfffe /* the last one is BlueZ's word for none */
/* org.bluez.LEAdvertisement1 */
#define TX_POWER_MIN (-127)
#define TX_POWER_MAX 20

/* The specification has no words for it: each is a step that a central notices. */
static const struct {
        const char *word;
        int16_t dbm;
} tx_powers[] = {{"low", -12}, {"med", 0}, {"high", 8}};

static int refuse_appearance(const char *text, char why[static KEY_WHY_SIZE]) {
        char hint[HINT_SIZE];
        Suggestion suggestion;
        const AssignedNumber *row;

        suggestion_init(&suggestion, text);
        for (size_t i = 0; (row = assigned_appearance_at(i)); i++)
                suggestion_offer(&suggestion, row->name);
        snprintf(why, KEY_WHY_SIZE,
                "neither a number from 0 to 0x%04x nor a name that is known: \"%.60s\"%s",
                APPEARANCE_MAX, text, suggestion_format(&suggestion, hint));
        return KEY_E_VALUE;
}

int key_parse_appearance(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        AppearanceValue value = {.given = *text != '\0'};
        int found = assigned_appearance_find(text);
        uint64_t number = 0;

        if (found >= 0)
                number = (uint64_t)found;
        else if (value.given && parse_unsigned(&number, text, 0, APPEARANCE_MAX) < 0)
                return refuse_appearance(text, why);
        value.number = (uint16_t)number;
        if (destination)
                *(AppearanceValue *)destination = value;
        return 0;
}

/* A number may have its unit behind it. */
static int parse_dbm(int16_t *ret, const char *text) {
        size_t size = strlen(text);
        _cleanup_free_ char *digits = NULL;
        double number;
        int r;

        if (size > 3 && strcmp(text + size - 3, "dBm") == 0)
                size -= 3;
        while (size > 0 && text[size - 1] == ' ')
                size--;
        digits = strndup(text, size);
        if (!digits)
                return -ENOMEM;
        r = parse_number(&number, digits);
        if (r < 0)
                return r;
        if (number < TX_POWER_MIN || number > TX_POWER_MAX || number != (int16_t)number)
                return -ERANGE;
        *ret = (int16_t)number;
        return 0;
}

int key_parse_tx_power(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        TxPowerValue value = {.given = !parse_same_word(text, "auto")};
        bool is_word = !value.given;

        for (size_t i = 0; i < ELEMENTS(tx_powers); i++)
                if (parse_same_word(text, tx_powers[i].word)) {
                        value.dbm = tx_powers[i].dbm;
                        is_word = true;
                }
        if (!is_word) {
                int r = parse_dbm(&value.dbm, text);

                if (r == -ENOMEM)
                        return r;
                if (r < 0) {
                        snprintf(why, KEY_WHY_SIZE,
                                "not auto, low, med, high or a whole number of dBm from %d to %d: "
                                "\"%.60s\"",
                                TX_POWER_MIN, TX_POWER_MAX, text);
                        return KEY_E_VALUE;
                }
        }
        if (destination)
                *(TxPowerValue *)destination = value;
        return 0;
}

/* A time in whole milliseconds, within the key's bounds. */
static int parse_interval_time(const Key *key, const char *text, uint64_t *ret) {
        int r = parse_time_usec(ret, text);

        if (r < 0)
                return r;
        return *ret < key->min || *ret > key->max || *ret % USEC_PER_MSEC != 0 ? -ERANGE : 0;
}

/* One time or two. */
static int parse_interval(const Key *key, const char *text, IntervalValue *ret) {
        _cleanup_free_ char *from = NULL, *to = NULL, *more = NULL;
        const char *cursor = text;
        int r = parse_next_word(&from, &cursor);

        if (r > 0)
                r = parse_next_word(&to, &cursor);
        if (r > 0)
                r = parse_next_word(&more, &cursor);
        if (r < 0)
                return r;
        if (!from || more)
                return -EINVAL;
        r = parse_interval_time(key, from, &ret->min_usec);
        if (r == 0)
                r = parse_interval_time(key, to ? to : from, &ret->max_usec);
        if (r == 0 && ret->min_usec > ret->max_usec)
                r = -ERANGE;
        return r;
}

int key_parse_interval(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        IntervalValue value = {0};
        int r = parse_same_word(text, "auto") ? 0 : parse_interval(key, text, &value);

        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                snprintf(why, KEY_WHY_SIZE,
                        "not auto, nor one or two times from %" PRIu64 "ms to %" PRIu64
                        "s in whole milliseconds, the shorter one first: \"%.60s\"",
                        key->min / USEC_PER_MSEC, key->max / USEC_PER_SEC, text);
                return KEY_E_VALUE;
        }
        if (destination)
                *(IntervalValue *)destination = value;
        return 0;
}

int key_parse_seconds(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        uint64_t value = 0;
        int r = key_parse_time(key, text, &value, why);

        if (r != 0)
                return r;
        if (value % USEC_PER_SEC != 0) {
                snprintf(why, KEY_WHY_SIZE, "not a whole number of seconds: \"%.60s\"", text);
                return KEY_E_VALUE;
        }
        if (destination)
                *(uint64_t *)destination = value;
        return 0;
}
