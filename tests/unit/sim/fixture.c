#include "fixture.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* Everything is in one thread and nothing waits for time: so many turns are plenty. */
#define TURNS 60

static void on_disconnected(int error, void *userdata) {
        fail_msg("the bus is lost: %s", strerror(-error));
}

static const BusSourceEvents source_events = {.disconnected = on_disconnected};

/* One end of a bus without a daemon. */
static sd_bus *open_bus(int fd, bool server) {
        sd_bus *bus = NULL;
        sd_id128_t id = {.qwords = {1, 2}};

        assert_true(sd_bus_new(&bus) >= 0);
        assert_true(sd_bus_set_fd(bus, fd, fd) >= 0);
        assert_true(sd_bus_negotiate_fds(bus, 1) >= 0);
        if (server)
                assert_true(sd_bus_set_server(bus, 1, id) >= 0);
        assert_true(sd_bus_set_anonymous(bus, 1) >= 0);
        assert_true(sd_bus_start(bus) >= 0);
        return bus;
}

void fixture_settle(Fixture *f) {
        for (int i = 0; i < TURNS; i++)
                ev_run(f->loop, EVRUN_NOWAIT);
}

void fixture_begin(Fixture *f, const char *version) {
        int pair[2];

        *f = (Fixture){.loop = ev_loop_new(EVFLAG_AUTO)};
        assert_non_null(f->loop);
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        f->bus = open_bus(pair[0], false);
        application_start(&f->application, open_bus(pair[1], true));
        assert_int_equal(bus_source_new(&f->sources[0], f->loop, f->bus, &source_events, f), 0);
        assert_int_equal(
                bus_source_new(&f->sources[1], f->loop, f->application.bus, &source_events, f), 0);
        assert_int_equal(gatt_server_new(&f->server, f->loop, bluez_behaviour_find(version)), 0);
        gatt_server_set_bus(f->server, f->bus);
        fixture_settle(f);
}

void fixture_end(Fixture *f) {
        gatt_server_free(f->server);
        bus_source_free(f->sources[0]);
        bus_source_free(f->sources[1]);
        application_stop(&f->application);
        sd_bus_close(f->bus);
        sd_bus_unref(f->bus);
        ev_loop_destroy(f->loop);
}

int fixture_register(Fixture *f, sd_bus_message *m) {
        const char *text;

        objects_seal(m);
        int r = gatt_server_add_application(f->server, OWNER, "/app", m, &text);
        sd_bus_message_unref(m);
        fixture_settle(f);
        return r;
}

void fixture_register_one(Fixture *f, const char *flags, bool acquired) {
        sd_bus_message *m = objects_new(f->bus);

        objects_add_service(m, "/app/s", "181a", 0x100);
        objects_add_characteristic(m, "/app/s/c", "/app/s", "2a6e", flags, 0x102, acquired);
        assert_int_equal(fixture_register(f, m), 0);
}

void fixture_change(Fixture *f, const void *data, size_t size) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        assert_true(sd_bus_message_new_signal(f->bus, &m, "/app/s/c", "a.b", "Changed") >= 0);
        assert_true(sd_bus_message_open_container(m, 'a', "{sv}") >= 0);
        assert_true(sd_bus_message_open_container(m, 'e', "sv") >= 0);
        assert_true(sd_bus_message_append(m, "s", "Value") >= 0);
        assert_true(sd_bus_message_open_container(m, 'v', "ay") >= 0);
        assert_true(sd_bus_message_append_array(m, 'y', data, size) >= 0);
        for (int i = 0; i < 3; i++)
                assert_true(sd_bus_message_close_container(m) >= 0);
        assert_true(sd_bus_message_append(m, "as", 0) >= 0);
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
        assert_true(sd_bus_message_rewind(m, 1) >= 0);
        gatt_server_properties_changed(f->server, OWNER, "/app/s/c", m);
        fixture_settle(f);
}

static void on_value(
        uint16_t handle, const uint8_t *data, size_t size, bool indication, void *userdata) {
        FixtureCentral *c = userdata;
        size_t used = strlen(c->log);
        char hex[1200];

        bytes_to_hex(hex, data, size);
        (void)snprintf(c->log + used, sizeof(c->log) - used, "%s 0x%04x %s\n",
                indication ? "indicated" : "notified", handle, hex);
}

static void on_closed(void *userdata) {
        FixtureCentral *c = userdata;
        size_t used = strlen(c->log);

        (void)snprintf(c->log + used, sizeof(c->log) - used, "closed\n");
}

static const GattLinkEvents link_events = {.value = on_value, .closed = on_closed};

void central_connect(Fixture *f, FixtureCentral *c, const char *device, bool bonded) {
        *c = (FixtureCentral){0};
        assert_int_equal(
                gatt_link_new(&c->link, f->server, device, 100, bonded, &link_events, c), 0);
        fixture_settle(f);
}

void central_answer(uint8_t error, const uint8_t *data, size_t size, void *userdata) {
        FixtureCentral *c = userdata;

        c->answers++;
        c->error = error;
        c->size = size;
        assert_true(size <= sizeof(c->data));
        if (size > 0)
                memcpy(c->data, data, size);
}

/* The answer to the one request since. */
static uint8_t answer_since(Fixture *f, const FixtureCentral *c, unsigned before) {
        fixture_settle(f);
        assert_int_equal(c->answers, before + 1);
        return c->error;
}

uint8_t central_read(Fixture *f, FixtureCentral *c, uint16_t handle, uint16_t offset) {
        unsigned before = c->answers;

        gatt_link_read(c->link, handle, offset, central_answer, c);
        return answer_since(f, c, before);
}

uint8_t central_write(
        Fixture *f, FixtureCentral *c, uint16_t handle, const void *data, size_t size) {
        unsigned before = c->answers;

        gatt_link_write(c->link, handle, data, size, central_answer, c);
        return answer_since(f, c, before);
}

uint8_t central_write_long(
        Fixture *f, FixtureCentral *c, uint16_t handle, const void *data, size_t size) {
        unsigned before = c->answers;

        gatt_link_write_long(c->link, handle, data, size, central_answer, c);
        return answer_since(f, c, before);
}

uint8_t central_subscribe(Fixture *f, FixtureCentral *c, uint16_t ccc, uint16_t value) {
        uint8_t data[2];

        bytes_put_le(data, sizeof(data), value);
        return central_write(f, c, ccc, data, sizeof(data));
}

void central_leave(Fixture *f, FixtureCentral *c) {
        c->link = gatt_link_free(c->link);
        fixture_settle(f);
}

void central_expect(FixtureCentral *c, const char *log) {
        assert_string_equal(c->log, log);
        c->log[0] = '\0';
}
