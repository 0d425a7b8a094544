/* Programs that act on what centrals write, and what they leave when they go. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define HANDLE   "{\"op\":\"handle\",\"characteristic\":\"note\"}"
#define UNHANDLE "{\"op\":\"unhandle\",\"characteristic\":\"note\"}"
#define OK       "{\"ok\":true}"

static void emit(Fixture *f, const char *name, uint64_t number, bool wants_verdict) {
        const ServerWrite write = {.number = number,
                .characteristic = fixture_characteristic(f, name),
                .data = (const uint8_t *)"hi",
                .size = 2,
                .wants_verdict = wants_verdict};

        server_emit_write(f->server, &write);
}

static void ask_for_verdict(Fixture *f, const char *name, uint64_t number) {
        f->pending = fixture_characteristic(f, name);
        f->pending_number = number;
        emit(f, name, number, true);
}

static bool handled(const Fixture *f) {
        return server_handled(f->server, fixture_characteristic(f, "note"));
}

static void test_a_handler_hears_of_writes(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_false(handled(f));
        assert_string_equal(ask(f, fd, HANDLE), OK);
        assert_true(handled(f));
        emit(f, "targets", 1, false);
        emit(f, "note", 2, false);
        assert_string_equal(client_line(f, fd),
                "{\"event\":\"write\",\"number\":2,\"characteristic\":\"note\",\"device\":null,"
                "\"hex\":\"6869\",\"value\":\"hi\"}");
        assert_true(client_hears_nothing(f, fd));
}

static void test_only_the_handler_is_asked_for_a_verdict(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int handler = client_connect(f);
        _cleanup_close_ int watcher = client_connect(f);

        ask(f, handler, HANDLE);
        ask(f, handler, "{\"op\":\"watch\"}");
        ask(f, watcher, "{\"op\":\"watch\"}");
        emit(f, "note", 7, true);
        assert_string_equal(client_line(f, handler),
                "{\"event\":\"write\",\"number\":7,\"characteristic\":\"note\",\"device\":null,"
                "\"verdict\":true,\"hex\":\"6869\",\"value\":\"hi\"}");
        assert_string_equal(client_line(f, watcher),
                "{\"event\":\"write\",\"number\":7,\"characteristic\":\"note\",\"device\":null,"
                "\"hex\":\"6869\",\"value\":\"hi\"}");
        assert_true(client_hears_nothing(f, handler));
        assert_true(client_hears_nothing(f, watcher));
}

static void test_a_second_handler_is_told_busy(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        ask(f, one, HANDLE);
        assert_string_equal(ask(f, one, HANDLE), OK);
        assert_refused(f, two, HANDLE, "busy", "another program handles the writes to note");
        assert_refused(f, two, UNHANDLE, "bad_request", "note is not handled by this connection");
        assert_int_equal(server_counts(f->server).handlers, 1);
        assert_int_equal(f->calls.unhandled, 0);
}

static void test_unhandle_makes_room_for_another(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        ask(f, one, HANDLE);
        assert_string_equal(ask(f, one, UNHANDLE), OK);
        assert_int_equal(f->calls.unhandled, 1);
        assert_ptr_equal(f->calls.unhandled_last, fixture_characteristic(f, "note"));
        assert_false(handled(f));
        assert_refused(f, one, UNHANDLE, "bad_request", "not handled by this connection");
        assert_string_equal(ask(f, two, HANDLE), OK);
        emit(f, "note", 1, false);
        assert_non_null(strstr(client_line(f, two), "\"number\":1,"));
        assert_true(client_hears_nothing(f, one));
}

static void test_a_handler_is_gone_with_its_connection(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int other = client_connect(f);
        int fd = client_connect(f);

        ask(f, fd, HANDLE);
        ask(f, fd, "{\"op\":\"handle\",\"characteristic\":\"targets\"}");
        close(fd);
        fixture_turn(f, 3);
        assert_int_equal(f->calls.unhandled, 2);
        assert_false(handled(f));
        assert_int_equal(server_counts(f->server).handlers, 0);
        assert_string_equal(ask(f, other, HANDLE), OK);
}

static void test_a_handler_may_come_in_the_turn_in_which_the_old_one_goes(void **state) {
        Fixture *f = *state;
        int goes = client_connect(f);
        _cleanup_close_ int comes = client_connect(f);

        ask(f, goes, HANDLE);
        ask(f, comes, "{\"op\":\"metrics\"}");
        /* libev begins with what was ready last. */
        assert_int_equal(send(comes, HANDLE "\n", strlen(HANDLE) + 1, 0), strlen(HANDLE) + 1);
        close(goes);
        assert_string_equal(client_line(f, comes), OK);
        assert_int_equal(f->calls.unhandled, 1);
        fixture_turn(f, 3);
        assert_int_equal(f->calls.unhandled, 1);
        assert_int_equal(server_counts(f->server).handlers, 1);
        assert_true(handled(f));
}

static void test_a_handler_that_does_not_read_is_gone(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        uint64_t n = 0;

        ask(f, fd, HANDLE);
        while (handled(f) && n < 100000)
                emit(f, "note", ++n, true);
        assert_true(n < 100000);
        /* Not from inside: who asks is in the middle of something. */
        assert_int_equal(f->calls.unhandled, 0);
        fixture_turn(f, 1);
        assert_int_equal(f->calls.unhandled, 1);
        assert_int_equal(server_counts(f->server).peers_cut_off, 1);
}

static void test_one_that_nobody_can_write_has_no_handler(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, "{\"op\":\"handle\",\"characteristic\":\"env\"}", "bad_request",
                "env has no flag that lets a central write");
        assert_refused(f, fd, "{\"op\":\"handle\",\"characteristic\":\"x\"}",
                "unknown_characteristic", "'x'");
}

static void test_a_verdict_is_handed_up(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, HANDLE);
        ask_for_verdict(f, "note", 7);
        client_line(f, fd);
        assert_string_equal(ask(f, fd, "{\"op\":\"verdict\",\"number\":7,\"accept\":true}"), OK);
        assert_int_equal(f->calls.number, 7);
        assert_true(f->calls.accept);
        assert_int_equal(f->calls.code, 0);
        ask_for_verdict(f, "note", 8);
        client_line(f, fd);
        ask(f, fd, "{\"op\":\"verdict\",\"number\":8,\"accept\":false,\"code\":159}");
        assert_int_equal(f->calls.number, 8);
        assert_false(f->calls.accept);
        assert_int_equal(f->calls.code, 159);
        ask_for_verdict(f, "note", 9);
        client_line(f, fd);
        ask(f, fd, "{\"op\":\"verdict\",\"number\":9,\"accept\":false}");
        assert_int_equal(f->calls.code, 0);
}

static void test_a_late_verdict_is_expired(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, HANDLE);
        assert_refused(f, fd, "{\"op\":\"verdict\",\"number\":7,\"accept\":true}", "expired",
                "no write of the number 7 waits");
        assert_int_equal(f->calls.verdicts, 0);
}

static void test_only_the_handler_of_what_was_written_gives_the_verdict(void **state) {
        static const char verdict[] = "{\"op\":\"verdict\",\"number\":7,\"accept\":true}";
        Fixture *f = *state;
        _cleanup_close_ int handler = client_connect(f);
        _cleanup_close_ int another = client_connect(f);
        _cleanup_close_ int watcher = client_connect(f);

        ask(f, handler, HANDLE);
        ask(f, another, "{\"op\":\"handle\",\"characteristic\":\"targets\"}");
        ask(f, watcher, "{\"op\":\"watch\"}");
        ask_for_verdict(f, "note", 7);
        client_line(f, watcher);
        client_line(f, handler);
        assert_refused(f, watcher, verdict, "expired", "of this connection");
        assert_refused(f, another, verdict, "expired", "of this connection");
        assert_int_equal(f->calls.verdicts, 0);
        assert_string_equal(ask(f, handler, verdict), OK);
        assert_int_equal(f->calls.verdicts, 1);
}

static void test_a_verdict_that_is_none_is_refused(void **state) {
        static const struct {
                const char *members, *word, *part;
        } bad[] = {
                {"\"accept\":true", "bad_request", "number is missing"},
                {"\"number\":\"7\",\"accept\":true", "bad_request", "number is not"},
                {"\"number\":-1,\"accept\":true", "bad_request", "number is not"},
                {"\"number\":1.5,\"accept\":true", "bad_request", "number is not"},
                {"\"number\":1", "bad_request", "accept is missing"},
                {"\"number\":1,\"accept\":1", "bad_request", "accept is neither"},
                {"\"number\":1,\"accept\":true,\"code\":130", "bad_request", "accept false only"},
                {"\"number\":1,\"accept\":false,\"code\":\"x\"", "bad_request", "whole number"},
                {"\"number\":1,\"accept\":false,\"code\":127", "out_of_range", "128 to 159"},
                {"\"number\":1,\"accept\":false,\"code\":160", "out_of_range", "128 to 159"},
        };
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, HANDLE);
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                char request[200];

                (void)snprintf(request, sizeof(request), "{\"op\":\"verdict\",%s}", bad[i].members);
                assert_refused(f, fd, request, bad[i].word, bad[i].part);
        }
        assert_int_equal(f->calls.verdicts, 0);
}

#define WILL(values) "{\"op\":\"will\",\"values\":[" values "]}"

static void test_a_will_is_carried_out_when_the_connection_ends(void **state) {
        Fixture *f = *state;
        int fd = client_connect(f);

        assert_string_equal(
                ask(f, fd,
                        WILL("{\"characteristic\":\"raw\",\"hex\":\"0102\"},"
                             "{\"characteristic\":\"temperature\",\"value\":-1.5},"
                             "{\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":1}}")),
                OK);
        assert_int_equal(f->calls.wills, 0);
        /* What it does not name is as it is when it is carried out. */
        ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"env\",\"hex\":\"00000403\"}");
        f->room = 0;
        close(fd);
        fixture_turn(f, 3);
        assert_int_equal(f->calls.wills, 3);
        assert_memory_equal(fixture_value(f, "raw")->data, "\x01\x02", 2);
        assert_memory_equal(fixture_value(f, "temperature")->data, "\x6a\xff", 2);
        assert_memory_equal(fixture_value(f, "env")->data, "\x01\x00\x04\x03", 4);
        assert_int_equal(server_counts(f->server).wills, 1);
}

static void test_a_will_of_one_that_is_cut_off_is_carried_out(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        uint64_t n = 0;

        ask(f, fd, WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"}"));
        ask(f, fd, HANDLE);
        while (handled(f) && n < 100000)
                emit(f, "note", ++n, false);
        fixture_turn(f, 1);
        assert_int_equal(f->calls.wills, 1);
}

static void test_a_will_of_one_that_waits_is_carried_out_and_its_set_is_not(void **state) {
        Fixture *f = *state;
        int fd = client_connect(f);

        ask(f, fd, WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"}"));
        f->room = 0;
        client_send(f, fd, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"07\"}\n");
        fixture_turn(f, 3);
        close(fd);
        fixture_turn(f, 3);
        fixture_make_room(f, "raw", 1);
        fixture_turn(f, 3);
        assert_int_equal(fixture_value(f, "raw")->seq, 1);
        assert_int_equal(fixture_value(f, "raw")->data[0], 1);
}

static void test_a_later_will_replaces_the_earlier_and_none_takes_it_back(void **state) {
        Fixture *f = *state;
        int one = client_connect(f), two = client_connect(f);

        ask(f, one, WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"}"));
        ask(f, one, WILL("{\"characteristic\":\"note\",\"value\":\"bye\"}"));
        ask(f, two, WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"}"));
        assert_string_equal(ask(f, two, WILL("")), OK);
        close(one);
        close(two);
        fixture_turn(f, 3);
        assert_int_equal(f->calls.wills, 1);
        assert_int_equal(server_counts(f->server).wills, 1);
        assert_memory_equal(fixture_value(f, "note")->data, "bye", 3);
}

static void test_the_server_goes_without_carrying_out_wills(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"}"));
        f->server = server_free(f->server);
        assert_int_equal(f->calls.wills, 0);
}

static void test_a_will_is_checked_whole_when_it_is_left(void **state) {
        static const struct {
                const char *request, *word, *part;
        } bad[] = {
                {"{\"op\":\"will\"}", "bad_request", "values is missing"},
                {"{\"op\":\"will\",\"values\":{}}", "bad_request", "values is not an array"},
                {WILL("1"), "bad_request", "element 0 of values: it is not an object"},
                {WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"},{\"hex\":\"01\"}"),
                        "bad_request", "element 1 of values: characteristic is missing"},
                {WILL("{\"characteristic\":\"x\",\"hex\":\"01\"}"), "unknown_characteristic",
                        "element 0 of values: there is no characteristic 'x'"},
                {WILL("{\"characteristic\":\"raw\"}"), "bad_request", "exactly one"},
                {WILL("{\"characteristic\":\"raw\",\"hex\":\"01\",\"id\":1}"), "bad_request",
                        "a value has no member 'id'"},
                {WILL("{\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":70000}}"),
                        "out_of_range", "element 0 of values: co2_ppm"},
                {WILL("{\"characteristic\":\"raw\",\"hex\":\"01\"},"
                      "{\"characteristic\":\"raw\",\"hex\":\"02\"}"),
                        "bad_request", "element 1 of values: raw is in the will already"},
        };
        Fixture *f = *state;
        int fd = client_connect(f);

        ask(f, fd, WILL("{\"characteristic\":\"note\",\"value\":\"kept\"}"));
        for (size_t i = 0; i < ELEMENTS(bad); i++)
                assert_refused(f, fd, bad[i].request, bad[i].word, bad[i].part);
        close(fd);
        fixture_turn(f, 3);
        assert_int_equal(f->calls.wills, 1);
        assert_memory_equal(fixture_value(f, "note")->data, "kept", 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_handler_hears_of_writes),
                TEST(test_only_the_handler_is_asked_for_a_verdict),
                TEST(test_a_second_handler_is_told_busy),
                TEST(test_unhandle_makes_room_for_another),
                TEST(test_a_handler_is_gone_with_its_connection),
                TEST(test_a_handler_may_come_in_the_turn_in_which_the_old_one_goes),
                TEST(test_a_handler_that_does_not_read_is_gone),
                TEST(test_one_that_nobody_can_write_has_no_handler),
                TEST(test_a_verdict_is_handed_up),
                TEST(test_a_late_verdict_is_expired),
                TEST(test_only_the_handler_of_what_was_written_gives_the_verdict),
                TEST(test_a_verdict_that_is_none_is_refused),
                TEST(test_a_will_is_carried_out_when_the_connection_ends),
                TEST(test_a_will_of_one_that_is_cut_off_is_carried_out),
                TEST(test_a_will_of_one_that_waits_is_carried_out_and_its_set_is_not),
                TEST(test_a_later_will_replaces_the_earlier_and_none_takes_it_back),
                TEST(test_the_server_goes_without_carrying_out_wills),
                TEST(test_a_will_is_checked_whole_when_it_is_left),
        };

        return cmocka_run_group_tests_name("socket-handlers", tests, NULL, NULL);
}
