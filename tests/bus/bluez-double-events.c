/* The lines that the double prints. */
#include "bluez-double.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void event_begin(const char *word) {
        printf("%s", word);
}

void event_add(const char *key, const char *value) {
        printf(" %s=\"", key);
        for (const char *p = value; *p; p++) {
                if (*p == '"' || *p == '\\')
                        putchar('\\');
                putchar(*p == '\n' ? ' ' : *p);
        }
        putchar('"');
}

void event_end(void) {
        putchar('\n');
        (void)fflush(stdout);
}

void event(const char *word, const char *key, const char *value) {
        event_begin(word);
        if (key)
                event_add(key, value);
        event_end();
}

static int add_hex(const char *key, const void *data, size_t size) {
        _cleanup_free_ char *hex = calloc(2, size + 1);
        if (!hex)
                return -ENOMEM;
        bytes_to_hex(hex, data, size);
        event_add(key, hex);
        return 0;
}

int event_add_bytes(const char *key, sd_bus_message *m) {
        const void *data;
        size_t size;

        int r = sd_bus_message_read_array(m, 'y', &data, &size);
        return r < 0 ? r : add_hex(key, data, size);
}

int event_add_long_text(const char *key, sd_bus_message *m) {
        const char *text;

        int r = sd_bus_message_read(m, "s", &text);
        return r < 0 ? r : add_hex(key, text, strlen(text));
}

static int add_strings(const char *key, sd_bus_message *m) {
        char list[1024] = "";
        const char *text;
        int r = sd_bus_message_enter_container(m, 'a', "s");

        while (r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0) {
                size_t used = strlen(list);
                (void)snprintf(list + used, sizeof(list) - used, "%s%s", used ? "," : "", text);
        }
        event_add(key, list);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int event_add_variant(const char *key, sd_bus_message *m) {
        const char *type = NULL, *text;
        int yes;

        int r = sd_bus_message_peek_type(m, NULL, &type);
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'v', type);
        if (r < 0)
                return r;
        if (strcmp(type, "ay") == 0) {
                r = event_add_bytes(key, m);
        } else if (strcmp(type, "as") == 0) {
                r = add_strings(key, m);
        } else if (strcmp(type, "b") == 0) {
                r = sd_bus_message_read(m, "b", &yes);
                event_add(key, yes ? "yes" : "no");
        } else if (strcmp(type, "s") == 0 || strcmp(type, "o") == 0) {
                r = sd_bus_message_read(m, type, &text);
                event_add(key, r >= 0 ? text : "");
        } else {
                r = sd_bus_message_skip(m, type);
                event_add(key, "?");
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int event_add_properties(sd_bus_message *m) {
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0)
                        r = event_add_variant(name, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}
