#include "sim/bluetoothd/property.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
        char type;
        long min, max;
} numbers[] = {
        {'y', 0, UINT8_MAX},
        {'n', INT16_MIN, INT16_MAX},
        {'q', 0, UINT16_MAX},
        {'i', INT32_MIN, INT32_MAX},
        {'u', 0, UINT32_MAX},
};

void text_copy(char *out, size_t size, const char *text) {
        (void)snprintf(out, size, "%s", text);
}

/* The type of an object path, or of a plain text. */
static char guess_type(const char *value) {
        if (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0)
                return 'b';
        if (*value && value[strspn(value, "0123456789")] == '\0')
                return 'q';
        return *value == '/' ? 'o' : 's';
}

static bool number_fits(char type, const char *value) {
        char *end;

        errno = 0;
        long number = strtol(value, &end, 10);
        for (size_t i = 0; i < ELEMENTS(numbers); i++)
                if (numbers[i].type == type)
                        return errno == 0 && *value && *end == '\0' && number >= numbers[i].min &&
                               number <= numbers[i].max;
        return false;
}

static bool value_fits(const Property *p) {
        if (p->type == 'b')
                return strcmp(p->value, "yes") == 0 || strcmp(p->value, "no") == 0;
        if (p->type == 'o')
                return sd_bus_object_path_is_valid(p->value) > 0;
        return p->type == 's' || p->type == 'a' || number_fits(p->type, p->value);
}

int property_parse(Property *ret, const char *word) {
        size_t name = strcspn(word, ":=");
        const char *rest = word + name;
        Property p = {};

        if (name == 0 || name >= sizeof(p.name))
                return -EINVAL;
        memcpy(p.name, word, name);
        if (*rest == ':' && rest[1] && rest[2] == '=') {
                p.type = rest[1];
                rest += 2;
        }
        if (*rest != '=' || strlen(++rest) >= sizeof(p.value))
                return -EINVAL;
        if (!bytes_is_utf8((const uint8_t *)word, strlen(word)))
                return -EINVAL;
        text_copy(p.value, sizeof(p.value), rest);
        if (p.type == 0)
                p.type = guess_type(rest);
        if (!value_fits(&p))
                return -EINVAL;
        *ret = p;
        return 0;
}

void property_set_text(Property *ret, const char *name, char type, const char *value) {
        ret->type = type;
        text_copy(ret->name, sizeof(ret->name), name);
        text_copy(ret->value, sizeof(ret->value), value);
}

void property_set_bool(Property *ret, const char *name, bool yes) {
        property_set_text(ret, name, 'b', yes ? "yes" : "no");
}

void property_set_number(Property *ret, const char *name, char type, unsigned number) {
        char text[16];

        (void)snprintf(text, sizeof(text), "%u", number);
        property_set_text(ret, name, type, text);
}

bool property_is_yes(const Property *property) {
        return property->type == 'b' && strcmp(property->value, "yes") == 0;
}

static int append_list(const char *list, sd_bus_message *m) {
        char copy[PROPERTY_TEXT_SIZE], *rest = copy, *word;
        int r = sd_bus_message_open_container(m, 'a', "s");

        text_copy(copy, sizeof(copy), list);
        while (r >= 0 && *copy && (word = strsep(&rest, ",")))
                r = sd_bus_message_append(m, "s", word);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* Each word is a property that is a number. */
static int append_dictionary(const char *list, sd_bus_message *m) {
        char copy[PROPERTY_TEXT_SIZE], *rest = copy, *word;
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        text_copy(copy, sizeof(copy), list);
        while (r >= 0 && *copy && (word = strsep(&rest, ","))) {
                char type[] = "n";
                Property p;

                r = property_parse(&p, word);
                type[0] = p.type;
                if (r >= 0)
                        r = sd_bus_message_append(
                                m, "{sv}", p.name, type, (int)strtol(p.value, NULL, 10));
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_number(const Property *p, sd_bus_message *m) {
        const char type[] = {p->type, '\0'};

        if (p->type == 'u')
                return sd_bus_message_append(m, type, (uint32_t)strtoul(p->value, NULL, 10));
        return sd_bus_message_append(m, type, (int)strtol(p->value, NULL, 10));
}

int property_append_value(const Property *p, sd_bus_message *m) {
        const char type[] = {p->type, '\0'};

        switch (p->type) {
        case 'a':
                return append_list(p->value, m);
        case 'e':
                return append_dictionary(p->value, m);
        case 'b':
                return sd_bus_message_append(m, "b", property_is_yes(p));
        case 's':
        case 'o':
                return sd_bus_message_append(m, type, p->value);
        default:
                return append_number(p, m);
        }
}

static const char *signature(const Property *property, const char *plain) {
        switch (property->type) {
        case 'a':
                return "as";
        case 'e':
                return "a{sv}";
        default:
                return plain;
        }
}

int property_append_variant(const Property *property, sd_bus_message *m) {
        const char type[] = {property->type, '\0'};

        int r = sd_bus_message_open_container(m, 'v', signature(property, type));
        if (r >= 0)
                r = property_append_value(property, m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int property_append(const Property *property, sd_bus_message *m) {
        int r = sd_bus_message_open_container(m, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(m, "s", property->name);
        if (r >= 0)
                r = property_append_variant(property, m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int property_append_all(const Property *properties, size_t n, sd_bus_message *m) {
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        for (size_t i = 0; i < n && r >= 0; i++)
                r = property_append(&properties[i], m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}
