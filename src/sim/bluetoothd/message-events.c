#include "sim/bluetoothd/message-events.h"

#include "bluez/names.h"
#include "sim/event.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int event_add_bytes(const char *key, sd_bus_message *m) {
        const void *data;
        size_t size;

        int r = sd_bus_message_read_array(m, 'y', &data, &size);
        if (r < 0)
                return r;
        event_add_hex(key, data, size);
        return 0;
}

int event_add_long_text(const char *key, sd_bus_message *m) {
        const char *text;

        int r = sd_bus_message_read(m, "s", &text);
        if (r < 0)
                return r;
        event_add_hex(key, (const uint8_t *)text, strlen(text));
        return 0;
}

#define KEY_SIZE 64

/* What does not fit is left out. */
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

static int add_value(const char *key, const char *type, sd_bus_message *m) {
        char digits[8];
        uint16_t number = 0;
        const char *text = "";
        int yes = 0, r;

        if (strcmp(type, "ay") == 0)
                return event_add_bytes(key, m);
        if (strcmp(type, "as") == 0)
                return add_strings(key, m);
        if (strcmp(type, "b") == 0) {
                r = sd_bus_message_read(m, "b", &yes);
                event_add(key, yes ? "yes" : "no");
        } else if (strcmp(type, "s") == 0 || strcmp(type, "o") == 0) {
                r = sd_bus_message_read(m, type, &text);
                event_add(key, text);
        } else if (strcmp(type, "q") == 0) {
                r = sd_bus_message_read(m, "q", &number);
                (void)snprintf(digits, sizeof(digits), "%u", number);
                event_add(key, digits);
        } else {
                r = sd_bus_message_skip(m, type);
                event_add(key, "?");
        }
        return r;
}

int event_add_variant(const char *key, sd_bus_message *m) {
        const char *type = NULL;

        int r = sd_bus_message_peek_type(m, NULL, &type);
        if (r >= 0 && !type)
                r = -EBADMSG;
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'v', type);
        if (r >= 0)
                r = add_value(key, type, m);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* A program may name a property as it likes; a key is a word. */
static void copy_key(char *out, size_t size, const char *name) {
        size_t n = 0;

        for (; name[n] && n + 1 < size; n++)
                out[n] = isalnum((unsigned char)name[n]) || name[n] == '_' ? name[n] : '?';
        out[n] = '\0';
}

int event_add_properties(sd_bus_message *m) {
        const char *name;
        char key[KEY_SIZE];
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r < 0)
                        break;
                copy_key(key, sizeof(key), name);
                r = event_add_variant(key, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

void tell_call(sd_bus_message *m) {
        const char *signature = sd_bus_message_get_signature(m, true);
        const char *name = NULL, *object = NULL;
        char key[KEY_SIZE];

        if (!event_trace())
                return;
        event_begin("call");
        event_add("member", sd_bus_message_get_member(m));
        event_add("path", sd_bus_message_get_path(m));
        if (sd_bus_message_is_method_call(m, DBUS_PROPERTIES, "Set") &&
                sd_bus_message_read(m, "ss", NULL, &name) > 0) {
                copy_key(key, sizeof(key), name);
                (void)event_add_variant(key, m);
        } else if (signature && *signature == 'o' && sd_bus_message_read(m, "o", &object) > 0)
                event_add("object", object);
        event_end();
        (void)sd_bus_message_rewind(m, true);
}

void tell_own_call(sd_bus_message *m) {
        if (!event_trace())
                return;
        event_begin("calls");
        event_add("member", sd_bus_message_get_member(m));
        event_add("path", sd_bus_message_get_path(m));
        event_end();
}

/* m is at {sa{sv}}. Interfaces that are not BlueZ's are skipped. */
static int tell_interface(const char *path, sd_bus_message *m) {
        const char *interface;

        int r = sd_bus_message_read(m, "s", &interface);
        if (r < 0)
                return r;
        if (strncmp(interface, "org.bluez.", 10) != 0)
                return sd_bus_message_skip(m, "a{sv}");
        event_begin("object");
        event_add("path", path);
        event_add("interface", interface + 10);
        r = event_add_properties(m);
        event_end();
        return r;
}

static int tell_interfaces(sd_bus_message *m) {
        const char *path;
        int r = sd_bus_message_read(m, "o", &path);

        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "{sa{sv}}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sa{sv}")) > 0) {
                r = tell_interface(path, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

void tell_objects(sd_bus_message *m) {
        const sd_bus_error *e = sd_bus_message_get_error(m);
        int r = 0;

        if (!event_trace())
                return;
        if (!e)
                r = sd_bus_message_enter_container(m, 'a', "{oa{sa{sv}}}");
        while (!e && r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "oa{sa{sv}}")) > 0) {
                r = tell_interfaces(m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        event("listed", "error", e ? e->name : r < 0 ? "malformed" : "none");
        (void)sd_bus_message_rewind(m, true);
}

void tell_advertisement(sd_bus_message *m) {
        const sd_bus_error *e = sd_bus_message_get_error(m);

        if (!event_trace())
                return;
        event_begin("advertisement");
        if (e)
                event_add("error", e->name);
        else
                (void)event_add_properties(m);
        event_end();
        (void)sd_bus_message_rewind(m, true);
}

void tell_signal(sd_bus_message *m) {
        if (!event_trace())
                return;
        event_begin("signal");
        event_add("path", sd_bus_message_get_path(m));
        event_add("to", sd_bus_message_get_destination(m) ? "one" : "all");
        if (sd_bus_message_skip(m, "s") >= 0)
                (void)event_add_properties(m);
        event_end();
        (void)sd_bus_message_rewind(m, true);
}
