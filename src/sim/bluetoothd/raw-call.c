/* Calls to the application that called last, as a script words them. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "loop/bus.h"
#include "sim/bluetoothd/message-events.h"
#include "sim/event.h"
#include "sim/words.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA_MAX 4096

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *signature = sd_bus_message_get_signature(m, true);

        event_begin("reply");
        event_add("to", userdata);
        if (e) {
                event_add("error", e->name);
                event_add("text", e->message ? e->message : "");
        } else if (signature && strcmp(signature, "ay") == 0) {
                (void)event_add_bytes("hex", m);
        } else if (signature && strcmp(signature, "s") == 0) {
                (void)event_add_long_text("hex", m);
        }
        event_end();
        return 0;
}

static void on_stranger_lost(int error, void *userdata) {
        Bluez *b = userdata;

        b->stranger_source = bus_source_free(b->stranger_source);
        b->stranger = sd_bus_close_unref(b->stranger);
}

static int open_stranger(Bluez *b) {
        static const BusSourceEvents events = {.disconnected = on_stranger_lost};

        if (b->stranger)
                return 0;
        int r = bus_open(&b->stranger, b->parameters.bus_address);
        if (r >= 0)
                r = bus_source_new(&b->stranger_source, b->loop, b->stranger, &events, b);
        if (r < 0)
                b->stranger = sd_bus_close_unref(b->stranger);
        return r;
}

static int new_call(Bluez *b, bool stranger, sd_bus_message **ret, const char *path,
        const char *interface, const char *member) {
        int r = stranger ? open_stranger(b) : b->bus ? 0 : -ENOTCONN;

        return r < 0 ? r
                     : sd_bus_message_new_method_call(stranger ? b->stranger : b->bus, ret,
                               b->application, path, interface, member);
}

/* Sends it and tells of the answer as `reply to=MEMBER`. */
static int send_call(sd_bus_message *m) {
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        _cleanup_free_ char *member = strdup(sd_bus_message_get_member(m));

        if (!member)
                return -ENOMEM;
        int r = sd_bus_call_async(sd_bus_message_get_bus(m), &slot, m, on_reply, member, 0);
        if (r < 0)
                return r;
        (void)sd_bus_slot_set_destroy_callback(slot, free);
        member = NULL; /* the slot's now */
        return sd_bus_slot_set_floating(slot, true);
}

static int append_options(sd_bus_message *m, size_t n, char **words) {
        Property property;
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        for (size_t i = 0; i < n && r >= 0; i++) {
                r = property_parse(&property, words[i]);
                if (r >= 0)
                        r = property_append(&property, m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int run_read(Bluez *b, bool stranger, size_t n, char **words) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = new_call(b, stranger, &m, words[0], words[1], "ReadValue");
        if (r >= 0)
                r = append_options(m, n - 2, words + 2);
        return r < 0 ? r : send_call(m);
}

static int write_to(Bluez *b, bool stranger, const char *interface, size_t n, char **words) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        uint8_t data[DATA_MAX];
        size_t size;

        int r = bytes_from_hex(data, sizeof(data), words[1], &size);
        if (r >= 0)
                r = new_call(b, stranger, &m, words[0], interface, "WriteValue");
        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        if (r >= 0)
                r = append_options(m, n - 2, words + 2);
        return r < 0 ? r : send_call(m);
}

static int run_write(Bluez *b, bool stranger, size_t n, char **words) {
        return write_to(b, stranger, BLUEZ_CHARACTERISTIC, n, words);
}

static int run_write_descriptor(Bluez *b, bool stranger, size_t n, char **words) {
        return write_to(b, stranger, BLUEZ_DESCRIPTOR, n, words);
}

/* bluetoothd releases an advertisement only when it has dropped it. */
static void drop_released(Bluez *b, const char *path, const char *interface, const char *member) {
        if (strcmp(interface, BLUEZ_ADVERTISEMENT) != 0 || strcmp(member, "Release") != 0)
                return;
        Registration *g = registration_find(b, true, b->application, path);
        if (g)
                registration_drop(g);
}

/* Of each property the value is an argument. */
static int append_arguments(sd_bus_message *m, size_t n, char **words) {
        Property property;
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++) {
                r = property_parse(&property, words[i]);
                if (r >= 0)
                        r = property_append_value(&property, m);
        }
        return r;
}

static int run_call(Bluez *b, bool stranger, size_t n, char **words) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = new_call(b, stranger, &m, words[0], words[1], words[2]);
        if (r >= 0)
                r = append_arguments(m, n - 3, words + 3);
        if (r < 0)
                return r;
        if (!stranger)
                drop_released(b, words[0], words[1], words[2]);
        return send_call(m);
}

/* What a script says behind the name. */
typedef struct RawCall {
        const char *name;
        size_t words_min, words_max;
        bool takes_hex; /* behind the path, where others have an interface */
        const char *usage;
        int (*run)(Bluez *b, bool stranger, size_t n, char **words);
} RawCall;

static const RawCall raw_calls[] = {
        {"read", 2, WORDS_MAX, false, "read PATH INTERFACE [OPTION]...", run_read},
        {"write", 2, WORDS_MAX, true, "write PATH HEX [OPTION]...", run_write},
        {"write-descriptor", 2, WORDS_MAX, true, "write-descriptor PATH HEX [OPTION]...",
                run_write_descriptor},
        {"call", 3, WORDS_MAX, false, "call PATH INTERFACE MEMBER [ARGUMENT]...", run_call},
};

__attribute__((format(printf, 3, 4))) static int wrong_word(
        Step *step, const char *word, const char *format, ...) {
        char text[128];
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        step_wrong(step, "\"%.60s\" is %s", word, text);
        return -EINVAL;
}

int property_read(Property *ret, Step *step, const char *word) {
        if (property_parse(ret, word) == 0)
                return 0;
        return wrong_word(step, word, "no property: NAME[:TYPE]=VALUE, TYPE one of bynqiusoa");
}

static int check_words(const RawCall *raw, Step *step, size_t n, char **words) {
        uint8_t data[DATA_MAX];
        Property property;
        size_t size;
        int r = 0;

        if (sd_bus_object_path_is_valid(words[0]) <= 0)
                return wrong_word(step, words[0], "no path of an object");
        if (!raw->takes_hex && sd_bus_interface_name_is_valid(words[1]) <= 0)
                return wrong_word(step, words[1], "no name of an interface");
        if (raw->takes_hex && bytes_from_hex(data, sizeof(data), words[1], &size) < 0)
                return wrong_word(step, words[1], "no hex, or of more than %d bytes", DATA_MAX);
        if (raw->words_min > 2 && sd_bus_member_name_is_valid(words[2]) <= 0)
                return wrong_word(step, words[2], "no name of a method");
        for (size_t i = raw->words_min; i < n && r == 0; i++)
                r = property_read(&property, step, words[i]);
        return r;
}

int raw_call_run(Bluez *b, Step *step, const char *name, bool stranger, size_t n, char **words) {
        const RawCall *raw = raw_calls;

        while (strcmp(raw->name, name) != 0)
                if (++raw == raw_calls + ELEMENTS(raw_calls))
                        return wrong_word(
                                step, name, "none of read, write, write-descriptor and call");
        if (n < raw->words_min || n > raw->words_max) {
                step_wrong(step, "too %s words: %s%s", n < raw->words_min ? "few" : "many",
                        stranger ? "stranger " : "", raw->usage);
                return -EINVAL;
        }
        int r = check_words(raw, step, n, words);
        if (r < 0)
                return r;
        if (!*b->application) {
                step_wrong(step, "no application has called yet");
                return -ENOTCONN;
        }
        r = raw->run(b, stranger, n, words);
        return r < 0 ? r : 0;
}
