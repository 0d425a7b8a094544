/* Text to the values of keys; each refusal says what would have been legal. */
#include "config/key-types.h"

#include "config/uuid-text.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN       "\"%.60s\"" /* the text that was refused */
#define RATE_MIN    0.001       /* one in a quarter of an hour */
#define REPEATS_MAX 10000       /* in a regular expression */

__attribute__((format(printf, 2, 3))) static int refuse(
        char why[static KEY_WHY_SIZE], const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, KEY_WHY_SIZE, format, arguments);
        va_end(arguments);
        return KEY_E_VALUE;
}

int key_parse_bool(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        bool value;

        if (parse_bool(&value, text) < 0)
                return refuse(why, "not yes or no: " SHOWN, text);
        if (destination)
                *(bool *)destination = value;
        return 0;
}

static void format_time(char out[static 24], uint64_t usec) {
        if (usec % USEC_PER_SEC == 0)
                snprintf(out, 24, "%" PRIu64 "s", usec / USEC_PER_SEC);
        else
                snprintf(out, 24, "%" PRIu64 "ms", usec / USEC_PER_MSEC);
}

int key_parse_time(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        char min[24], max[24];
        uint64_t value;
        int r = parse_time_usec(&value, text);

        if (r == -ENOMEM)
                return r;
        format_time(min, key->min);
        format_time(max, key->max);
        if (r == -EINVAL)
                return refuse(
                        why, "not a time with its unit, from %s to %s: " SHOWN, min, max, text);
        if (r < 0 || value < key->min || value > key->max)
                return refuse(why, "not from %s to %s: " SHOWN, min, max, text);
        if (destination)
                *(uint64_t *)destination = value;
        return 0;
}

static void format_size(char out[static 24], uint64_t size) {
        if (size > 0 && size % (1024 * 1024) == 0)
                snprintf(out, 24, "%" PRIu64 "M", size / (1024 * 1024));
        else if (size > 0 && size % 1024 == 0)
                snprintf(out, 24, "%" PRIu64 "k", size / 1024);
        else
                snprintf(out, 24, "%" PRIu64, size);
}

int key_parse_size(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        char min[24], max[24];
        uint64_t value;
        int r = parse_size(&value, text);

        if (r == -ENOMEM)
                return r;
        format_size(min, key->min);
        format_size(max, key->max);
        if (r < 0 || value < key->min || value > key->max)
                return refuse(why, "not a size from %s to %s: " SHOWN, min, max, text);
        if (destination)
                *(size_t *)destination = (size_t)value;
        return 0;
}

static int parse_in_bounds(
        const Key *key, const char *text, uint64_t *ret, char why[static KEY_WHY_SIZE]) {
        if (parse_unsigned(ret, text, key->min, key->max) == 0)
                return 0;
        return refuse(why, "not a number from %" PRIu64 " to %" PRIu64 ": " SHOWN, key->min,
                key->max, text);
}

int key_parse_count(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        uint64_t value;
        int r = parse_in_bounds(key, text, &value, why);

        if (r == 0 && destination)
                *(size_t *)destination = (size_t)value;
        return r;
}

int key_parse_unsigned(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        uint64_t value;
        int r = parse_in_bounds(key, text, &value, why);

        if (r == 0 && destination)
                *(unsigned *)destination = (unsigned)value;
        return r;
}

int key_parse_mode(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        size_t size = strlen(text);

        if (size < 3 || size > 4 || strspn(text, "01234567") != size || (size == 4 && *text != '0'))
                return refuse(why, "not an octal mode such as 0660: " SHOWN, text);
        if (destination)
                *(unsigned *)destination = (unsigned)strtoul(text, NULL, 8);
        return 0;
}

int key_parse_word(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        size_t size;

        for (const KeyWord *word = key->words; word->text; word++) {
                if (!parse_same_word(word->text, text))
                        continue;
                if (destination)
                        *(unsigned *)destination = word->value;
                return 0;
        }
        refuse(why, "unknown word " SHOWN "; known:", text);
        for (const KeyWord *word = key->words; word->text; word++) {
                size = strlen(why);
                snprintf(why + size, KEY_WHY_SIZE - size, "%s %s", word == key->words ? "" : ",",
                        word->text);
        }
        if (!key->default_text) {
                size = strlen(why);
                snprintf(why + size, KEY_WHY_SIZE - size, "; or leave the key out");
        }
        return KEY_E_VALUE;
}

int key_parse_text(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        char *copy = NULL;

        if (strlen(text) > key->max)
                return refuse(why, "%zu bytes, and at most %" PRIu64 " may be: " SHOWN,
                        strlen(text), key->max, text);
        if (!destination)
                return 0;
        if (*text != '\0') {
                copy = strdup(text);
                if (!copy)
                        return -ENOMEM;
        }
        free(*(char **)destination);
        *(char **)destination = copy;
        return 0;
}

int key_parse_path(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        if (*text != '\0' && *text != '/')
                return refuse(why, "not an absolute path: " SHOWN, text);
        return key_parse_text(key, text, destination, why);
}

int key_parse_pattern(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        if (*text != '/')
                return refuse(why, "not an absolute path: " SHOWN, text);
        return key_parse_text(key, text, destination, why);
}

/* What "{2}", "{2,}" or "{2,3}" repeats at most, as far as it is bounded; 1: text is none. */
static unsigned count_repeats(const char *text) {
        unsigned from = 1, to = 0;

        if (sscanf(text, "{%5u,%5u", &from, &to) < 1)
                return 1;
        return to > from ? to : from;
}

/* What would take the machine's time or memory. A reference back to a group makes a search take
 * for ever; repetitions of repetitions multiply. */
static const char *find_excess(const char *text) {
        uint64_t repeats = 1;

        for (const char *p = text; *p != '\0'; p++) {
                if (*p == '\\' && p[1] >= '1' && p[1] <= '9')
                        return "a reference back to a group is not possible";
                if (*p == '\\' && p[1] != '\0')
                        p++;
                else if (*p == '{' && count_repeats(p) > 0)
                        repeats *= count_repeats(p);
                if (repeats > REPEATS_MAX)
                        return "too many repetitions";
        }
        return NULL;
}

int key_parse_match(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        const char *excess = find_excess(text);
        regex_t regex;
        char error[100];
        size_t groups;
        int r;

        if (*text == '\0' || strlen(text) > key->max)
                return key_parse_text(key, text, destination, why);
        if (excess)
                return refuse(why, "%s: " SHOWN, excess, text);
        r = regcomp(&regex, text, REG_EXTENDED | REG_NEWLINE);
        if (r == REG_ESPACE)
                return -ENOMEM;
        if (r != 0) {
                regerror(r, &regex, error, sizeof(error));
                return refuse(why, "no regular expression (%s): " SHOWN, error, text);
        }
        groups = regex.re_nsub;
        regfree(&regex);
        if (groups != 1)
                return refuse(why, "one group in parentheses is needed; it has %zu: " SHOWN, groups,
                        text);
        return key_parse_text(key, text, destination, why);
}

int key_parse_number(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        double value;
        int r = parse_number(&value, text);

        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return refuse(why, "not a number such as 0.001: " SHOWN, text);
        if (destination)
                *(double *)destination = value;
        return 0;
}

int key_parse_amount(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        double value = 0;
        int r = key_parse_number(key, text, &value, why);

        if (r != 0)
                return r;
        if (value < 0)
                return refuse(why, "below 0: " SHOWN, text);
        if (destination)
                *(double *)destination = value;
        return 0;
}

int key_parse_rate(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        double value;
        int r = parse_number(&value, text);

        if (r == -ENOMEM)
                return r;
        if (r < 0 || value < 0 || value > (double)key->max || (value > 0 && value < RATE_MIN))
                return refuse(why, "not 0 or a number a second from %g to %" PRIu64 ": " SHOWN,
                        RATE_MIN, key->max, text);
        if (destination)
                *(double *)destination = value;
        return 0;
}

int key_parse_scale(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        double value = 0;
        int r = key_parse_number(key, text, &value, why);

        if (r != 0)
                return r;
        if (value == 0)
                return refuse(why, "not 0: every value would be the same");
        if (destination)
                *(double *)destination = value;
        return 0;
}

int key_parse_profile(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        if (*text != '/' && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(text))
                return refuse(
                        why, "neither the name of a profile nor an absolute path: " SHOWN, text);
        return key_parse_text(key, text, destination, why);
}

/* One address, or several with ';' between. Connecting over another transport, or by a program,
 * may block. */
static bool is_unix_address(const char *text) {
        static const char prefix[] = "unix:";

        for (; text; text = strchr(text, ';') ? strchr(text, ';') + 1 : NULL)
                if (strncmp(text, prefix, strlen(prefix)) != 0)
                        return false;
        return true;
}

int key_parse_bus(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        if (strcmp(text, "system") != 0 && !is_unix_address(text))
                return refuse(why,
                        "neither \"system\" nor an address such as unix:path=/run/x: " SHOWN, text);
        return key_parse_text(key, text, destination, why);
}

/* "hci0", up to five digits. */
static bool is_hci_name(const char *text) {
        int end = 0;

        sscanf(text, "hci%*5[0-9]%n", &end);
        return end > 0 && text[end] == '\0';
}

static bool is_address(const char *text) {
        if (strlen(text) != 17)
                return false;
        for (size_t i = 0; i < 17; i++)
                if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
                        return false;
        return true;
}

int key_parse_adapter(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        if (strcmp(text, "auto") != 0 && !is_hci_name(text) && !is_address(text))
                return refuse(why,
                        "not \"auto\", a name such as hci0 or an address such as "
                        "00:11:22:33:44:55: " SHOWN,
                        text);
        return key_parse_text(key, text, destination, why);
}

int key_parse_version(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        BluezVersion version = {0};

        if (!parse_same_word(text, "auto") && bluez_version_parse(&version, text) < 0)
                return refuse(why, "not \"auto\" or a version such as 5.66: " SHOWN, text);
        if (destination)
                *(BluezVersion *)destination = version;
        return 0;
}

int key_parse_uuid(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        Uuid uuid;

        if (uuid_text_parse(&uuid, key->section, text) < 0) {
                uuid_text_explain(key->section, text, why);
                return KEY_E_VALUE;
        }
        if (destination)
                *(Uuid *)destination = uuid;
        return 0;
}

int key_parse_later(
        const Key *key, const char *text, void *destination, char why[static KEY_WHY_SIZE]) {
        return 0;
}
