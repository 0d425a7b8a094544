#include "fixture-application.h"

#include "bluez/names.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

__attribute__((format(printf, 2, 3))) static void note(
        FixtureApplication *a, const char *format, ...) {
        size_t used = strlen(a->log);
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(a->log + used, sizeof(a->log) - used, format, arguments);
        va_end(arguments);
}

static void note_option(FixtureApplication *a, sd_bus_message *m) {
        const char *name, *type, *text;
        uint16_t number;
        int yes;

        assert_true(sd_bus_message_read(m, "s", &name) > 0);
        assert_true(sd_bus_message_peek_type(m, NULL, &type) > 0);
        if (*type == 'q') {
                assert_true(sd_bus_message_read(m, "v", "q", &number) > 0);
                note(a, " %s=%u", name, number);
        } else if (*type == 'b') {
                assert_true(sd_bus_message_read(m, "v", "b", &yes) > 0);
                note(a, " %s=%s", name, yes ? "yes" : "no");
        } else {
                assert_true(sd_bus_message_read(m, "v", type, &text) > 0);
                note(a, " %s=%s", name, text);
        }
}

/* A value, if there is one, and the options. */
static void note_arguments(FixtureApplication *a, sd_bus_message *m) {
        const void *data;
        size_t size;
        char hex[1200];

        if (sd_bus_message_is_method_call(m, NULL, "WriteValue")) {
                assert_true(sd_bus_message_read_array(m, 'y', &data, &size) > 0);
                assert_true(2 * size < sizeof(hex));
                bytes_to_hex(hex, data, size);
                note(a, " %s", *hex ? hex : "-");
        }
        if (sd_bus_message_enter_container(m, 'a', "{sv}") <= 0)
                return;
        while (sd_bus_message_enter_container(m, 'e', "sv") > 0) {
                note_option(a, m);
                assert_true(sd_bus_message_exit_container(m) >= 0);
        }
}

static void note_set(FixtureApplication *a, sd_bus_message *m) {
        const char *interface, *name;
        uint16_t number;

        assert_true(sd_bus_message_read(m, "ss", &interface, &name) > 0);
        assert_true(sd_bus_message_read(m, "v", "q", &number) > 0);
        note(a, " %s=%u", name, number);
}

static int give_socket(FixtureApplication *a, sd_bus_message *m) {
        int pair[2];

        assert_true(a->n_sockets < SOCKETS_MAX);
        assert_int_equal(
                socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
        a->sockets[a->n_sockets++] = pair[0];
        int r = sd_bus_reply_method_return(m, "hq", pair[1], 100);
        close(pair[1]);
        return r;
}

static size_t offset_of(const FixtureApplication *a) {
        const char *offset = strrchr(a->log, '\n');

        offset = strstr(offset ? offset : a->log, "offset=");
        return offset ? strtoul(offset + strlen("offset="), NULL, 10) : 0;
}

static int reply_value(FixtureApplication *a, sd_bus_message *m, size_t offset) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *value = a->value;

        assert_true(sd_bus_message_new_method_return(m, &reply) >= 0);
        assert_true(sd_bus_message_append_array(
                            reply, 'y', value + offset, a->value_size - offset) >= 0);
        return sd_bus_send(NULL, reply, NULL);
}

static int reply_well(FixtureApplication *a, sd_bus_message *m, size_t offset) {
        if (strncmp(sd_bus_message_get_member(m), "Acquire", 7) == 0)
                return give_socket(a, m);
        if (sd_bus_message_is_method_call(m, NULL, "ReadValue"))
                return reply_value(a, m, offset);
        return sd_bus_reply_method_return(m, NULL);
}

static int answer(FixtureApplication *a, sd_bus_message *m, size_t offset) {
        switch (a->answering) {
        case ANSWERING_WELL:
                break;
        case ANSWERING_ERROR:
                return sd_bus_reply_method_errorf(m, a->error, "%s", a->text);
        case ANSWERING_HOLD:
                assert_null(a->held);
                a->held = sd_bus_message_ref(m);
                return 1;
        case ANSWERING_ODDLY:
                return sd_bus_reply_method_return(m, "ss", "odd", "too");
        }
        return reply_well(a, m, offset);
}

static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        FixtureApplication *a = userdata;

        if (!sd_bus_message_is_method_call(m, NULL, NULL))
                return 0;
        note(a, "%s %s", sd_bus_message_get_member(m), sd_bus_message_get_path(m));
        if (sd_bus_message_is_method_call(m, DBUS_PROPERTIES, "Set"))
                note_set(a, m);
        else
                note_arguments(a, m);
        size_t offset = offset_of(a);
        note(a, "\n");
        return sd_bus_message_get_expect_reply(m) > 0 ? answer(a, m, offset) : 1;
}

void application_start(FixtureApplication *a, sd_bus *bus) {
        *a = (FixtureApplication){.bus = bus};
        assert_true(sd_bus_add_filter(bus, NULL, on_message, a) >= 0);
}

void application_stop(FixtureApplication *a) {
        for (size_t i = 0; i < a->n_sockets; i++)
                close(a->sockets[i]);
        sd_bus_message_unref(a->held);
        sd_bus_close(a->bus);
        sd_bus_unref(a->bus);
}

void application_reply_held(FixtureApplication *a) {
        assert_non_null(a->held);
        assert_true(reply_well(a, a->held, 0) >= 0);
        a->held = sd_bus_message_unref(a->held);
}

void application_expect(FixtureApplication *a, const char *log) {
        assert_string_equal(a->log, log);
        a->log[0] = '\0';
}

sd_bus_message *objects_new(sd_bus *bus) {
        sd_bus_message *m = NULL;

        assert_true(sd_bus_message_new_signal(bus, &m, "/", "a.b", "Objects") >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{oa{sa{sv}}}") >= 0);
        return m;
}

static void open_object(sd_bus_message *m, const char *path, const char *interface) {
        assert_true(sd_bus_message_open_container(m, 'e', "oa{sa{sv}}") >= 0);
        assert_true(sd_bus_message_append(m, "o", path) >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{sa{sv}}") >= 0);
        assert_true(sd_bus_message_open_container(m, 'e', "sa{sv}") >= 0);
        assert_true(sd_bus_message_append(m, "s", interface) >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
}

static void close_object(sd_bus_message *m) {
        for (int i = 0; i < 4; i++)
                assert_true(sd_bus_message_close_container(m) >= 0);
}

static void add_handle(sd_bus_message *m, int handle) {
        if (handle >= 0)
                assert_true(sd_bus_message_append(m, "{sv}", "Handle", "q", handle) >= 0);
}

static void add_flags(sd_bus_message *m, const char *flags) {
        char text[128], *rest = NULL;

        (void)snprintf(text, sizeof(text), "%s", flags);
        assert_true(sd_bus_message_open_container(m, 'e', "sv") >= 0);
        assert_true(sd_bus_message_append(m, "s", "Flags") >= 0);
        assert_true(sd_bus_message_open_container(m, 'v', "as") >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "s") >= 0);
        for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
                assert_true(sd_bus_message_append(m, "s", word) >= 0);
        for (int i = 0; i < 3; i++)
                assert_true(sd_bus_message_close_container(m) >= 0);
}

void objects_add_service(sd_bus_message *m, const char *path, const char *uuid, int handle) {
        open_object(m, path, BLUEZ_GATT_SERVICE);
        assert_true(sd_bus_message_append(m, "{sv}", "UUID", "s", uuid) >= 0);
        assert_true(sd_bus_message_append(m, "{sv}", "Primary", "b", 1) >= 0);
        add_handle(m, handle);
        close_object(m);
}

void objects_add_characteristic(sd_bus_message *m, const char *path, const char *service,
        const char *uuid, const char *flags, int handle, bool acquired) {
        open_object(m, path, BLUEZ_CHARACTERISTIC);
        assert_true(sd_bus_message_append(m, "{sv}", "UUID", "s", uuid) >= 0);
        assert_true(sd_bus_message_append(m, "{sv}", "Service", "o", service) >= 0);
        add_flags(m, flags);
        add_handle(m, handle);
        if (acquired) {
                assert_true(sd_bus_message_append(m, "{sv}", "NotifyAcquired", "b", 0) >= 0);
                assert_true(sd_bus_message_append(m, "{sv}", "WriteAcquired", "b", 0) >= 0);
        }
        close_object(m);
}

void objects_add_descriptor(sd_bus_message *m, const char *path, const char *characteristic,
        const char *uuid, const char *flags) {
        open_object(m, path, BLUEZ_DESCRIPTOR);
        assert_true(sd_bus_message_append(m, "{sv}", "UUID", "s", uuid) >= 0);
        assert_true(sd_bus_message_append(m, "{sv}", "Characteristic", "o", characteristic) >= 0);
        add_flags(m, flags);
        close_object(m);
}

void objects_add_other(sd_bus_message *m, const char *path, const char *interface) {
        open_object(m, path, interface);
        close_object(m);
}

void objects_seal(sd_bus_message *m) {
        assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
        assert_true(sd_bus_message_rewind(m, 1) >= 0);
}
