/* Text to what a GATT table is made of. */
#include "config/key-types.h"

#include "config/suggest.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Three levels of security for each access are too many to be listed one by one. */
static void list_flags(unsigned legal, char why[static KEY_WHY_SIZE]) {
        for (unsigned bit = 1; bit < _CHARACTERISTIC_FLAG_END; bit <<= 1) {
                size_t size = strlen(why);

                if ((legal & bit) != 0 && (bit & CHARACTERISTIC_FLAGS_SECURITY) == 0)
                        snprintf(why + size, KEY_WHY_SIZE - size, " %s",
                                characteristic_flag_name(bit));
        }
        strncat(why, "; and encrypt-, encrypt-authenticated- or secure- before read",
                KEY_WHY_SIZE - strlen(why) - 1);
        strncat(why, (legal & CHARACTERISTIC_NOTIFY) != 0 ? ", write, notify, indicate" : ", write",
                KEY_WHY_SIZE - strlen(why) - 1);
}

static int refuse_flag(const char *flag, unsigned legal, char why[static KEY_WHY_SIZE]) {
        char hint[HINT_SIZE];
        Suggestion suggestion;

        if (strchr(flag, ',')) {
                snprintf(why, KEY_WHY_SIZE, "flags are separated by spaces: \"%.60s\"", flag);
                return KEY_E_VALUE;
        }
        suggestion_init(&suggestion, flag);
        for (unsigned bit = 1; bit < _CHARACTERISTIC_FLAG_END; bit <<= 1)
                if ((legal & bit) != 0)
                        suggestion_offer(&suggestion, characteristic_flag_name(bit));
        if (suggestion.best[0] != '\0') {
                snprintf(why, KEY_WHY_SIZE, "unknown flag \"%.60s\"%s", flag,
                        suggestion_format(&suggestion, hint));
                return KEY_E_VALUE;
        }
        snprintf(why, KEY_WHY_SIZE, "unknown flag \"%.60s\"; known:", flag);
        list_flags(legal, why);
        return KEY_E_VALUE;
}

static int parse_flags(
        const char *text, unsigned legal, unsigned *destination, char why[static KEY_WHY_SIZE]) {
        const char *cursor = text;
        unsigned flags = 0;

        for (;;) {
                _cleanup_free_ char *word = NULL;
                unsigned flag;
                int r = parse_next_word(&word, &cursor);

                if (r < 0)
                        return r;
                if (r == 0)
                        break;
                flag = characteristic_flag_from_name(word);
                if (flag == 0 || (flag & ~legal) != 0)
                        return refuse_flag(word, legal, why);
                flags |= flag;
        }
        if (flags == 0) {
                snprintf(why, KEY_WHY_SIZE, "no flag: at least one of read, write%s is needed",
                        (legal & CHARACTERISTIC_NOTIFY) != 0 ? ", notify, …" : ", …");
                return KEY_E_VALUE;
        }
        if (destination)
                *destination = flags;
        return 0;
}

int key_parse_flags(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        return parse_flags(text, _CHARACTERISTIC_FLAG_END - 1, destination, why);
}

int key_parse_descriptor_flags(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        return parse_flags(text, DESCRIPTOR_FLAGS, destination, why);
}

int key_parse_handle(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        uint64_t value = 0;

        if (!parse_same_word(text, "auto") &&
                parse_unsigned(&value, text, key->min, key->max) < 0) {
                snprintf(why, KEY_WHY_SIZE,
                        "not \"auto\" or a handle from 0x%04" PRIx64 " to 0x%04" PRIx64
                        ": \"%.60s\"",
                        key->min, key->max, text);
                return KEY_E_VALUE;
        }
        if (destination)
                *(uint16_t *)destination = (uint16_t)value;
        return 0;
}
