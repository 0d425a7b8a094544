/* Sets that wait for room, under policy block. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define RAW(hex)                                                                                   \
        "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"" hex "\",\"id\":\"" hex "\"}\n"
#define STATUS "{\"op\":\"metrics\",\"id\":\"later\"}\n"

static void assert_raw(const Fixture *f, uint64_t seq, uint8_t byte) {
        const FixtureValue *value = fixture_value(f, "raw");

        assert_int_equal(value->seq, seq);
        assert_int_equal(value->data[0], byte);
}

static uint64_t n_waiting(const Fixture *f) {
        return server_counts(f->server).waiting;
}

/* The next line begins with this id and has this part. */
static void assert_next(Fixture *f, int fd, const char *id, const char *part) {
        const char *line = client_line(f, fd);
        char expected[40];

        assert_non_null(line);
        (void)snprintf(expected, sizeof(expected), "{\"id\":\"%s\",", id);
        if (strncmp(line, expected, strlen(expected)) != 0 || !strstr(line, part))
                fail_msg("%s\n  does not begin with %s or has no %s", line, expected, part);
}

static void test_a_set_waits_for_room_and_is_then_answered(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send(f, fd, RAW("07"));
        assert_true(client_hears_nothing(f, fd));
        assert_int_equal(n_waiting(f), 1);
        assert_raw(f, 0, 0);
        fixture_make_room(f, "raw", 1);
        assert_next(f, fd, "07", "\"ok\":true,\"seq\":1");
        assert_raw(f, 1, 7);
        assert_int_equal(n_waiting(f), 0);
        assert_int_equal(f->calls.given_up, 0);
}

static void test_later_lines_of_the_peer_wait_too(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send(f, fd, RAW("07") STATUS);
        client_send(f, fd, STATUS);
        assert_true(client_hears_nothing(f, fd));
        fixture_make_room(f, "raw", 1);
        assert_next(f, fd, "07", "ok");
        assert_next(f, fd, "later", "ok");
        assert_next(f, fd, "later", "ok");
}

static void test_everyone_else_is_served(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int waits = client_connect(f);
        _cleanup_close_ int other = client_connect(f);

        f->room = 0;
        client_send(f, waits, RAW("07"));
        assert_non_null(strstr(ask(f, other, "{\"op\":\"get\",\"characteristic\":\"raw\"}"), "ok"));
        assert_int_equal(status_number(f, other, "waiting"), 1);
        assert_true(client_hears_nothing(f, waits));
}

static void test_who_waits_hears_events_meanwhile(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"status\"]}");
        f->room = 0;
        client_send(f, fd, RAW("07"));
        fixture_turn(f, 3);
        server_emit_status(f->server);
        assert_non_null(strstr(client_line(f, fd), "\"event\":\"status\""));
        assert_int_equal(n_waiting(f), 1);
}

static void test_waiters_are_served_in_the_order_they_came(void **state) {
        Fixture *f = *state;
        static const char *const requests[] = {RAW("01"), RAW("02"), RAW("03")};
        static const char *const ids[] = {"01", "02", "03"};
        int fds[3];

        f->room = 0;
        for (size_t i = 0; i < 3; i++) {
                fds[i] = client_connect(f);
                client_send(f, fds[i], requests[i]);
                fixture_turn(f, 3);
        }
        for (size_t i = 0; i < 3; i++) {
                assert_int_equal(n_waiting(f), 3 - i);
                fixture_make_room(f, "raw", 1);
                assert_next(f, fds[i], ids[i], "ok");
                assert_raw(f, i + 1, (uint8_t)(i + 1));
                for (size_t k = i + 1; k < 3; k++)
                        assert_true(client_hears_nothing(f, fds[k]));
        }
        for (size_t i = 0; i < 3; i++)
                close(fds[i]);
}

static void test_a_fresh_set_queues_behind_those_that_wait(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int first = client_connect(f);
        _cleanup_close_ int second = client_connect(f);

        f->room = 0;
        client_send(f, first, RAW("01"));
        fixture_turn(f, 3);
        /* There is room, but nobody has told the server. */
        f->room = 1;
        client_send(f, second, RAW("02"));
        assert_true(client_hears_nothing(f, second));
        assert_raw(f, 0, 0);
        fixture_make_room(f, "raw", 2);
        assert_next(f, first, "01", "\"seq\":1");
        assert_next(f, second, "02", "\"seq\":2");
}

static void test_another_characteristic_has_a_line_of_its_own(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int raw = client_connect(f);
        _cleanup_close_ int env = client_connect(f);

        f->room = 0;
        client_send(f, raw, RAW("01"));
        client_send(f, env,
                "{\"op\":\"set\",\"characteristic\":\"env\",\"hex\":\"01020304\",\"id\":\"e\"}\n");
        fixture_turn(f, 3);
        assert_int_equal(n_waiting(f), 2);
        fixture_make_room(f, "env", 1);
        assert_next(f, env, "e", "ok");
        assert_true(client_hears_nothing(f, raw));
}

static void test_a_bad_set_is_answered_although_others_wait(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int waits = client_connect(f);
        _cleanup_close_ int other = client_connect(f);

        f->room = 0;
        client_send(f, waits, RAW("01"));
        fixture_turn(f, 3);
        assert_refused(f, other, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"0g\"}",
                "bad_value", "hex");
}

static void test_fields_are_merged_when_the_set_takes_effect(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        f->room = 0;
        client_send(f, one,
                "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":258}}\n");
        fixture_turn(f, 3);
        client_send(f, two,
                "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"temperature_c\":77.2}}"
                "\n");
        fixture_turn(f, 3);
        fixture_make_room(f, "env", 2);
        assert_non_null(strstr(client_line(f, one), "\"seq\":1"));
        assert_non_null(strstr(client_line(f, two), "\"seq\":2"));
        assert_memory_equal(fixture_value(f, "env")->data, "\x02\x01\x04\x03", 4);
}

static void set_put_timeout(const Fixture *f, const char *name, uint64_t usec) {
        profile_find(f->profile, name)->put_timeout_usec = usec;
}

static void test_a_set_whose_time_is_over_is_queue_full(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        set_put_timeout(f, "raw", 1000);
        client_send(f, fd, RAW("07") STATUS);
        while (f->calls.given_up == 0)
                ev_run(f->loop, EVRUN_ONCE);
        assert_next(f, fd, "07", "\"error\":\"queue_full\",\"detail\":\"raw was not set: ");
        assert_next(f, fd, "later", "ok");
        assert_int_equal(f->calls.given_up, 1);
        assert_int_equal(f->calls.sets_refused, 0);
        assert_int_equal(n_waiting(f), 0);
        assert_raw(f, 0, 0);
}

static void test_room_that_nobody_told_of_is_found_at_the_end(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        set_put_timeout(f, "raw", 1000);
        client_send(f, fd, RAW("07"));
        while (n_waiting(f) == 0)
                fixture_turn(f, 1);
        f->room = 1;
        while (n_waiting(f) > 0)
                ev_run(f->loop, EVRUN_ONCE);
        assert_next(f, fd, "07", "\"seq\":1");
        assert_int_equal(f->calls.given_up, 0);
}

static void test_all_whose_time_is_over_are_told_in_their_order(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        f->room = 0;
        set_put_timeout(f, "raw", 1000);
        client_send(f, one, RAW("01"));
        client_send(f, two, RAW("02"));
        while (f->calls.given_up < 2)
                ev_run(f->loop, EVRUN_ONCE);
        assert_next(f, one, "01", "queue_full");
        assert_next(f, two, "02", "queue_full");
}

static void test_a_put_timeout_of_zero_waits_for_nobody(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        set_put_timeout(f, "raw", 0);
        client_send(f, fd, RAW("07"));
        assert_next(f, fd, "07", "queue_full");
        assert_int_equal(f->calls.given_up, 1);
}

static void test_a_peer_that_goes_leaves_the_line(void **state) {
        Fixture *f = *state;
        int goes = client_connect(f);
        _cleanup_close_ int stays = client_connect(f);

        f->room = 0;
        client_send(f, goes, RAW("01"));
        fixture_turn(f, 3);
        client_send(f, stays, RAW("02"));
        fixture_turn(f, 3);
        assert_int_equal(n_waiting(f), 2);
        close(goes);
        fixture_turn(f, 3);
        assert_int_equal(n_waiting(f), 1);
        assert_int_equal(f->calls.given_up, 1);
        assert_int_equal(server_counts(f->server).peers, 1);
        fixture_make_room(f, "raw", 2);
        assert_next(f, stays, "02", "\"seq\":1");
        assert_raw(f, 1, 2);
}

static void test_the_next_is_tried_when_the_first_goes(void **state) {
        Fixture *f = *state;
        int goes = client_connect(f);
        _cleanup_close_ int stays = client_connect(f);

        f->room = 0;
        client_send(f, goes, RAW("01"));
        fixture_turn(f, 3);
        client_send(f, stays, RAW("02"));
        fixture_turn(f, 3);
        /* Nobody tells the server of it, as with a value that needs no room. */
        f->room = 1;
        close(goes);
        assert_next(f, stays, "02", "\"seq\":1");
}

static void test_what_comes_behind_a_set_that_waited_has_its_own_turn(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char answers[1000];
        ssize_t n;

        f->room = 0;
        client_send(f, fd, RAW("01") STATUS STATUS);
        fixture_turn(f, 3);
        fixture_make_room(f, "raw", 1);
        fixture_turn(f, 1);
        n = recv(fd, answers, sizeof(answers), 0);
        assert_true(n > 0);
        assert_ptr_equal(memchr(answers, '\n', (size_t)n), &answers[n - 1]);
        assert_next(f, fd, "later", "ok");
        assert_next(f, fd, "later", "ok");
}

static void test_a_peer_that_goes_with_its_buffer_full_is_not_carried_out(void **state) {
        Fixture *f = *state;
        int goes = client_connect(f);
        char more[8192];

        f->room = 0;
        memset(more, ' ', sizeof(more));
        client_send(f, goes, RAW("01"));
        client_send_bytes(f, goes, more, sizeof(more));
        fixture_turn(f, 5);
        close(goes);
        fixture_turn(f, 5);
        assert_int_equal(n_waiting(f), 1);
        fixture_make_room(f, "raw", 1);
        fixture_turn(f, 5);
        assert_int_equal(n_waiting(f), 0);
        assert_int_equal(server_counts(f->server).peers, 0);
        assert_raw(f, 0, 0);
}

static void test_a_half_closed_peer_still_waits(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send_bytes(f, fd, RAW("07"), strlen(RAW("07")) - 1);
        shutdown(fd, SHUT_WR);
        assert_true(client_hears_nothing(f, fd));
        assert_int_equal(n_waiting(f), 1);
        fixture_make_room(f, "raw", 1);
        assert_next(f, fd, "07", "ok");
        assert_null(client_line(f, fd));
}

static void test_a_half_closed_peer_that_goes_is_not_carried_out(void **state) {
        Fixture *f = *state;
        int fd = client_connect(f);

        f->room = 0;
        client_send(f, fd, RAW("07"));
        shutdown(fd, SHUT_WR);
        fixture_turn(f, 3);
        close(fd);
        fixture_make_room(f, "raw", 1);
        fixture_turn(f, 3);
        assert_int_equal(n_waiting(f), 0);
        assert_int_equal(server_counts(f->server).peers, 0);
        assert_raw(f, 0, 0);
}

static void test_the_second_of_two_sets_waits_at_the_end_again(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        f->room = 0;
        client_send(f, one, RAW("01") RAW("03"));
        fixture_turn(f, 3);
        client_send(f, two, RAW("02"));
        fixture_turn(f, 3);
        fixture_make_room(f, "raw", 1);
        assert_next(f, one, "01", "\"seq\":1");
        fixture_turn(f, 3);
        assert_int_equal(n_waiting(f), 2);
        fixture_make_room(f, "raw", 1);
        assert_next(f, two, "02", "\"seq\":2");
        fixture_make_room(f, "raw", 1);
        assert_next(f, one, "03", "\"seq\":3");
}

static void test_room_in_vain_keeps_the_order(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int one = client_connect(f);
        _cleanup_close_ int two = client_connect(f);

        f->room = 0;
        client_send(f, one, RAW("01"));
        fixture_turn(f, 3);
        client_send(f, two, RAW("02"));
        fixture_turn(f, 3);
        for (unsigned i = 0; i < 5; i++) {
                fixture_make_room(f, "raw", 0);
                fixture_turn(f, 2);
        }
        assert_int_equal(n_waiting(f), 2);
        fixture_make_room(f, "raw", 2);
        assert_next(f, one, "01", "\"seq\":1");
        assert_next(f, two, "02", "\"seq\":2");
}

static void test_the_server_goes_while_sets_wait(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send(f, fd, RAW("01"));
        fixture_turn(f, 3);
        assert_int_equal(n_waiting(f), 1);
        f->server = server_free(f->server);
        assert_null(client_line(f, fd));
        assert_raw(f, 0, 0);
}

static void test_a_set_that_fails_inside_while_waiting_leaves_the_line(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send(f, fd, RAW("01"));
        fixture_turn(f, 3);
        f->set_result = -5;
        fixture_make_room(f, "raw", 1);
        assert_next(f, fd, "01", "\"error\":\"internal\"");
        assert_int_equal(n_waiting(f), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_set_waits_for_room_and_is_then_answered),
                TEST(test_later_lines_of_the_peer_wait_too),
                TEST(test_everyone_else_is_served),
                TEST(test_who_waits_hears_events_meanwhile),
                TEST(test_waiters_are_served_in_the_order_they_came),
                TEST(test_a_fresh_set_queues_behind_those_that_wait),
                TEST(test_another_characteristic_has_a_line_of_its_own),
                TEST(test_a_bad_set_is_answered_although_others_wait),
                TEST(test_fields_are_merged_when_the_set_takes_effect),
                TEST(test_a_set_whose_time_is_over_is_queue_full),
                TEST(test_room_that_nobody_told_of_is_found_at_the_end),
                TEST(test_all_whose_time_is_over_are_told_in_their_order),
                TEST(test_a_put_timeout_of_zero_waits_for_nobody),
                TEST(test_a_peer_that_goes_leaves_the_line),
                TEST(test_the_next_is_tried_when_the_first_goes),
                TEST(test_what_comes_behind_a_set_that_waited_has_its_own_turn),
                TEST(test_a_peer_that_goes_with_its_buffer_full_is_not_carried_out),
                TEST(test_a_half_closed_peer_still_waits),
                TEST(test_a_half_closed_peer_that_goes_is_not_carried_out),
                TEST(test_the_second_of_two_sets_waits_at_the_end_again),
                TEST(test_room_in_vain_keeps_the_order),
                TEST(test_the_server_goes_while_sets_wait),
                TEST(test_a_set_that_fails_inside_while_waiting_leaves_the_line),
        };

        return cmocka_run_group_tests_name("socket-waiting", tests, NULL, NULL);
}
