/* What watchers hear of the writes of centrals. */
#include "fixture.h"

#include "util/cleanup.h"

#include <string.h>

static uint64_t n_emitted;

static void emit(Fixture *f, const char *name, const char *device, const char *data, size_t size) {
        const ServerWrite write = {.number = ++n_emitted,
                .characteristic = fixture_characteristic(f, name),
                .device = device,
                .data = (const uint8_t *)data,
                .size = size};

        server_emit_write(f->server, &write);
}

static void test_a_write_reaches_a_watcher_with_its_fields(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\"}");
        emit(f, "targets", "AA:BB:CC:DD:EE:FF", "\x01\x63\0\0\x0a\0", 6);
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"write\",\"number\":1,\"characteristic\":\"targets\","
                "\"device\":\"AA:BB:CC:DD:EE:FF\",\"hex\":\"016300000a00\","
                "\"fields\":{\"mode\":\"ON\",\"species\":\"Custom\",\"minimum\":1.0}}");
}

static void test_a_write_of_a_single_value_from_nobody_known(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"write\"]}");
        emit(f, "temperature", NULL, "\x5c\x08", 2);
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"write\",\"number\":1,\"characteristic\":\"temperature\","
                "\"device\":null,\"hex\":\"5c08\",\"value\":21.4}");
}

static void test_an_empty_write_of_plain_bytes(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\"}");
        emit(f, "raw", NULL, NULL, 0);
        assert_non_null(strstr(client_line(f, fd), "\"hex\":\"\"}"));
}

static void test_who_does_not_watch_hears_nothing(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"status\"}");
        emit(f, "raw", NULL, "x", 1);
        assert_true(client_hears_nothing(f, fd));
}

static void test_a_watcher_hears_only_of_what_it_named(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"characteristics\":[\"raw\",\"note\"]}");
        emit(f, "env", NULL, "\0\0\0\0", 4);
        emit(f, "note", NULL, "hi", 2);
        assert_non_null(strstr(client_line(f, fd),
                "\"number\":2,\"characteristic\":\"note\",\"device\":null,\"hex\":\"6869\","
                "\"value\":\"hi\"}"));
        assert_true(client_hears_nothing(f, fd));
}

static void test_a_later_watch_replaces_the_earlier(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"characteristics\":[\"raw\"]}");
        ask(f, fd, "{\"op\":\"watch\",\"characteristics\":[\"note\"]}");
        emit(f, "raw", NULL, "x", 1);
        emit(f, "note", NULL, "y", 1);
        assert_non_null(strstr(client_line(f, fd), "\"characteristic\":\"note\""));
}

static void test_a_refused_watch_leaves_the_earlier_in_place(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"characteristics\":[\"raw\"]}");
        assert_refused(f, fd, "{\"op\":\"watch\",\"characteristics\":[\"note\",\"envy\"]}",
                "unknown_characteristic", "envy");
        emit(f, "note", NULL, "y", 1);
        emit(f, "raw", NULL, "x", 1);
        assert_non_null(strstr(client_line(f, fd), "\"characteristic\":\"raw\""));
}

static void test_an_empty_watch_ends_it(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\"}");
        ask(f, fd, "{\"op\":\"watch\",\"events\":[]}");
        emit(f, "raw", NULL, "x", 1);
        assert_true(client_hears_nothing(f, fd));
}

static void test_watchers_see_the_same_numbers(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        ask(f, one, "{\"op\":\"watch\"}");
        ask(f, two, "{\"op\":\"watch\"}");
        emit(f, "raw", NULL, "x", 1);
        emit(f, "raw", NULL, "y", 1);
        assert_non_null(strstr(client_line(f, one), "\"number\":1,"));
        assert_non_null(strstr(client_line(f, two), "\"number\":1,"));
        assert_non_null(strstr(client_line(f, two), "\"number\":2,"));
}

static void test_a_write_after_a_watcher_has_gone_is_told_to_the_others(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int stays = client_connect(f);
        int leaves = client_connect(f);

        ask(f, stays, "{\"op\":\"watch\"}");
        ask(f, leaves, "{\"op\":\"watch\"}");
        close(leaves);
        emit(f, "raw", NULL, "x", 1);
        emit(f, "raw", NULL, "y", 1);
        assert_non_null(strstr(client_line(f, stays), "\"number\":1,"));
        assert_non_null(strstr(client_line(f, stays), "\"number\":2,"));
        assert_int_equal(status_number(f, stays, "peers"), 1);
        assert_int_equal(status_number(f, stays, "peers_cut_off"), 0);
}

static void test_stale_and_fresh_are_told_to_those_who_watch_it(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        _cleanup_close_ int other = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"stale\"],\"characteristics\":[\"env\"]}");
        ask(f, other, "{\"op\":\"watch\"}");
        server_emit_stale(f->server, fixture_characteristic(f, "note"), true, 1);
        server_emit_stale(f->server, fixture_characteristic(f, "env"), true, 90123999);
        server_emit_stale(f->server, fixture_characteristic(f, "env"), false, 0);
        emit(f, "env", NULL, "\0\0\0\0", 4);
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"stale\",\"characteristic\":\"env\",\"stale\":true,\"age_s\":90.123}");
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"stale\",\"characteristic\":\"env\",\"stale\":false,\"age_s\":0.0}");
        assert_true(client_hears_nothing(f, fd));
        assert_non_null(strstr(client_line(f, other), "\"event\":\"write\""));
        assert_true(client_hears_nothing(f, other));
}

static void test_a_status_is_told_to_those_who_watch_it(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        _cleanup_close_ int other = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"status\"],\"characteristics\":[]}");
        ask(f, other, "{\"op\":\"watch\"}");
        f->status = (ServerStatus){.why = "hci0 is blocked", .fix = "rfkill unblock bluetooth"};
        server_emit_status(f->server);
        f->status = (ServerStatus){.on_air = true, .name = "Spore"};
        server_emit_status(f->server);
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"status\",\"on_air\":false,\"why\":\"hci0 is blocked\","
                "\"fix\":\"rfkill unblock bluetooth\",\"name\":null}");
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"status\",\"on_air\":true,\"why\":null,\"fix\":null,"
                "\"name\":\"Spore\"}");
        assert_true(client_hears_nothing(f, other));
}

static void assert_connection(
        Fixture *f, int fd, const ConnectionEvent *event, const char *expected) {
        server_emit_connection(f->server, event);
        assert_string_equal(client_line(f, fd), expected);
}

static void test_what_becomes_of_a_central(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        ConnectionEvent e = {.kind = CONNECTION_CONNECTED, .device = "D"};

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"connection\"]}");
        assert_connection(f, fd, &e, "{\"event\":\"connected\",\"device\":\"D\",\"bonded\":false}");
        e.name = "Phone";
        e.bonded = true;
        assert_connection(f, fd, &e,
                "{\"event\":\"connected\",\"device\":\"D\",\"name\":\"Phone\",\"bonded\":true}");
        e.kind = CONNECTION_MTU;
        e.mtu = 185;
        assert_connection(f, fd, &e, "{\"event\":\"mtu\",\"device\":\"D\",\"mtu\":185}");
        e.kind = CONNECTION_ADDRESS;
        e.was = "R";
        assert_connection(f, fd, &e, "{\"event\":\"address\",\"device\":\"D\",\"was\":\"R\"}");
        e.kind = CONNECTION_BONDED;
        assert_connection(f, fd, &e, "{\"event\":\"bonded\",\"device\":\"D\",\"bonded\":true}");
        e.kind = CONNECTION_DISCONNECTED;
        assert_connection(f, fd, &e, "{\"event\":\"disconnected\",\"device\":\"D\"}");
        e.reason = "remote";
        assert_connection(
                f, fd, &e, "{\"event\":\"disconnected\",\"device\":\"D\",\"reason\":\"remote\"}");
}

static void test_subscriptions_of_what_is_watched(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f), other = client_connect(f);
        ConnectionEvent e = {
                .kind = CONNECTION_SUBSCRIBED, .characteristic = fixture_characteristic(f, "raw")};

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"connection\"],\"characteristics\":[\"raw\"]}");
        ask(f, other,
                "{\"op\":\"watch\",\"events\":[\"connection\",\"write\"],\"characteristics\":[]}");
        assert_connection(f, fd, &e,
                "{\"event\":\"subscribed\",\"characteristic\":\"raw\",\"by\":\"signal\"}");
        e.kind = CONNECTION_UNSUBSCRIBED;
        e.device = "D";
        e.by = NOTIFY_BY_SOCKET;
        assert_connection(f, fd, &e,
                "{\"event\":\"unsubscribed\",\"device\":\"D\",\"characteristic\":\"raw\","
                "\"by\":\"socket\"}");
        assert_true(client_hears_nothing(f, other));
        server_emit_connection(
                f->server, &(ConnectionEvent){.kind = CONNECTION_DISCONNECTED, .device = "D"});
        assert_non_null(strstr(client_line(f, other), "\"disconnected\""));
}

static int reset_numbers(void **state) {
        n_emitted = 0;
        return fixture_setup(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset_numbers, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_write_reaches_a_watcher_with_its_fields),
                TEST(test_a_write_of_a_single_value_from_nobody_known),
                TEST(test_an_empty_write_of_plain_bytes),
                TEST(test_who_does_not_watch_hears_nothing),
                TEST(test_a_watcher_hears_only_of_what_it_named),
                TEST(test_a_later_watch_replaces_the_earlier),
                TEST(test_a_refused_watch_leaves_the_earlier_in_place),
                TEST(test_an_empty_watch_ends_it),
                TEST(test_watchers_see_the_same_numbers),
                TEST(test_a_write_after_a_watcher_has_gone_is_told_to_the_others),
                TEST(test_stale_and_fresh_are_told_to_those_who_watch_it),
                TEST(test_what_becomes_of_a_central),
                TEST(test_subscriptions_of_what_is_watched),
                TEST(test_a_status_is_told_to_those_who_watch_it),
        };

        return cmocka_run_group_tests_name("socket-events", tests, NULL, NULL);
}
