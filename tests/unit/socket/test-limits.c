/* What a local program may do wrong without harm to the others. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define GET "{\"op\":\"get\",\"characteristic\":\"raw\"}\n"
#define GET_ANSWER                                                                                 \
        "{\"ok\":true,\"characteristic\":\"raw\",\"seq\":0,\"age_s\":0.0,\"stale\":false,"         \
        "\"hex\":\"00\"}"

static void test_two_requests_in_one_segment_are_two(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send(f, fd, GET "{\"op\":\"watch\",\"id\":2}\n");
        assert_string_equal(client_line(f, fd), GET_ANSWER);
        assert_string_equal(client_line(f, fd), "{\"id\":2,\"ok\":true}");
}

static void test_a_request_may_come_byte_by_byte(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        for (const char *p = GET; *p; p++) {
                client_send_bytes(f, fd, p, 1);
                fixture_turn(f, 1);
        }
        assert_string_equal(client_line(f, fd), GET_ANSWER);
}

static void test_half_a_request_has_no_answer(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send(f, fd, "{\"op\":\"get\",\"charac");
        assert_true(client_hears_nothing(f, fd));
}

static void test_blank_lines_are_ignored(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send(f, fd, "\n\r\n \t\n\n" GET);
        assert_string_equal(client_line(f, fd), GET_ANSWER);
        assert_int_equal(status_number(f, fd, "bad_requests"), 0);
}

static void test_a_line_as_long_as_the_limit_is_read(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char line[4098] = "";

        memset(line, ' ', 4096);
        memcpy(line, GET, strlen(GET) - 1);
        line[4096] = '\n';
        client_send(f, fd, line);
        assert_string_equal(client_line(f, fd), GET_ANSWER);
}

static void test_a_line_one_byte_above_the_limit_is_too_long(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char line[4099] = "";

        memset(line, ' ', 4097);
        memcpy(line, GET, strlen(GET) - 1);
        line[4097] = '\n';
        client_send(f, fd, line);
        assert_string_equal(client_line(f, fd),
                "{\"error\":\"too_long\",\"detail\":\"a line has at most 4096 bytes\"}");
        assert_string_equal(ask(f, fd, "{\"op\":\"watch\"}"), "{\"ok\":true}");
        assert_int_equal(status_number(f, fd, "bad_requests"), 1);
}

static void test_ten_megabytes_without_a_newline_are_one_error(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char block[1024];

        memset(block, '{', sizeof(block));
        for (unsigned i = 0; i < 10 * 1024; i++)
                client_send_bytes(f, fd, block, sizeof(block));
        client_send(f, fd, "\n" GET);
        assert_non_null(strstr(client_line(f, fd), "\"error\":\"too_long\""));
        assert_string_equal(client_line(f, fd), GET_ANSWER);
}

static void test_a_long_line_at_the_end_of_the_connection(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        char block[10000];

        memset(block, 'x', sizeof(block));
        client_send_bytes(f, fd, block, sizeof(block));
        shutdown(fd, SHUT_WR);
        assert_non_null(strstr(client_line(f, fd), "\"error\":\"too_long\""));
        assert_null(client_line(f, fd));
}

static void test_one_peer_too_many_is_told_and_closed(void **state) {
        Fixture *f = *state;
        int fds[8];
        int extra;

        for (size_t i = 0; i < ELEMENTS(fds); i++)
                fds[i] = client_connect(f);
        extra = client_connect(f);
        assert_string_equal(client_line(f, extra),
                "{\"error\":\"too_many\",\"detail\":\"8 local programs are connected already\"}");
        assert_null(client_line(f, extra));
        close(extra);
        assert_int_equal(status_number(f, fds[0], "peers_refused"), 1);
        assert_int_equal(status_number(f, fds[0], "peers"), 8);
        close(fds[7]);
        fixture_turn(f, 3);
        fds[7] = client_connect(f);
        assert_int_equal(status_number(f, fds[7], "peers"), 8);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
}

static void emit(Fixture *f, const Characteristic *c, uint64_t number) {
        const ServerWrite write = {
                .number = number, .characteristic = c, .data = (const uint8_t *)"x", .size = 1};

        server_emit_write(f->server, &write);
}

static void test_a_watcher_that_never_reads_is_cut_off_and_others_are_served(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int deaf = client_connect(f);
        _cleanup_close_ int other = client_connect(f);
        const Characteristic *c = fixture_characteristic(f, "raw");
        const char *line;
        unsigned events = 0;

        ask(f, deaf, "{\"op\":\"watch\"}");
        while (events < 100000 && (events % 100 > 0 || status_number(f, other, "peers") == 2)) {
                emit(f, c, events);
                events++;
        }
        assert_int_equal(status_number(f, other, "peers"), 1);
        assert_int_equal(status_number(f, other, "peers_cut_off"), 1);
        do
                line = client_line(f, deaf);
        while (line);
}

static void test_a_watcher_that_reads_late_misses_nothing(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        const Characteristic *c = fixture_characteristic(f, "raw");

        ask(f, fd, "{\"op\":\"watch\"}");
        for (unsigned round = 0; round < 20; round++) {
                for (unsigned i = 0; i < 100; i++)
                        emit(f, c, round * 100 + i + 1);
                for (unsigned i = 0; i < 100; i++) {
                        char part[40];

                        (void)snprintf(part, sizeof(part), "\"number\":%u,", round * 100 + i + 1);
                        assert_non_null(strstr(client_line(f, fd), part));
                }
        }
}

/* Sends as many requests as the server takes without one answer being read. */
static unsigned send_until_stopped(Fixture *f, int fd) {
        unsigned n = 0;

        for (unsigned refused = 0; n < 100000 && refused < 100;) {
                ssize_t sent = send(fd, GET, strlen(GET), MSG_NOSIGNAL);

                if (sent < 0) {
                        assert_int_equal(errno, EAGAIN);
                        refused++;
                        fixture_turn(f, 1);
                        continue;
                }
                /* The rest of a request that did not fit. */
                while ((size_t)sent < strlen(GET)) {
                        ssize_t more = send(fd, &GET[sent], strlen(GET) - (size_t)sent, 0);

                        fixture_turn(f, 1);
                        sent += more > 0 ? more : 0;
                }
                refused = 0;
                n++;
        }
        return n;
}

static void test_who_does_not_read_answers_is_not_read_and_not_cut_off(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        unsigned n = send_until_stopped(f, fd);

        assert_true(n < 100000);
        for (unsigned i = 0; i < n; i++)
                assert_string_equal(client_line(f, fd), GET_ANSWER);
        assert_int_equal(status_number(f, fd, "peers_cut_off"), 0);
}

static int unread(int fd) {
        int n = 0;

        assert_int_equal(ioctl(fd, FIONREAD, &n), 0);
        return n;
}

/* Tells fd, which watches the status and does not read, as much as the kernel takes, and then more
 * than half of what may wait here. */
static void congest(Fixture *f, int fd) {
        char why[1000] = "";
        int before;

        memset(why, 'x', sizeof(why) - 1);
        f->status.why = why;
        do {
                before = unread(fd);
                server_emit_status(f->server);
        } while (unread(fd) > before);
        for (size_t n = 0; n < f->parameters.output_max / 2; n += sizeof(why))
                server_emit_status(f->server);
        f->status.why = NULL;
        assert_int_equal(server_counts(f->server).peers_cut_off, 0);
}

#define SET "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"01\"}\n"

/* A connection whose set waits and that reads nothing of what it is told. */
static int connect_deaf(Fixture *f) {
        int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\",\"events\":[\"status\"]}");
        f->room = 0;
        client_send(f, fd, SET GET);
        while (server_counts(f->server).waiting == 0)
                fixture_turn(f, 1);
        congest(f, fd);
        return fd;
}

static void test_one_that_does_not_read_holds_up_nobody_who_waits_behind_it(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int deaf = connect_deaf(f);
        _cleanup_close_ int other = client_connect(f);
        const char *line;

        client_send(f, other, SET);
        while (server_counts(f->server).waiting < 2)
                fixture_turn(f, 1);
        fixture_make_room(f, "raw", 2);
        assert_non_null(strstr(client_line(f, other), "\"seq\":2"));
        assert_int_equal(server_counts(f->server).waiting, 0);
        do
                line = client_line(f, deaf);
        while (strstr(line, "\"event\""));
        assert_non_null(strstr(line, "\"seq\":1"));
        assert_non_null(strstr(client_line(f, deaf), "\"hex\""));
}

static void test_the_time_of_one_that_does_not_read_ends_too(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int deaf = -1;

        profile_find(f->profile, "raw")->put_timeout_usec = 1000;
        deaf = connect_deaf(f);
        assert_true(deaf >= 0);
        for (unsigned turns = 0; server_counts(f->server).waiting > 0; turns++) {
                assert_true(turns < 1000);
                ev_run(f->loop, EVRUN_ONCE);
        }
        assert_int_equal(f->calls.given_up, 1);
}

static void test_an_answer_may_be_longer_than_what_may_wait(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *text = malloc(300001);
        _cleanup_close_ int fd = client_connect(f);

        assert_non_null(text);
        memset(text, 'x', 300000);
        text[300000] = '\0';
        f->metrics = text;
        for (unsigned i = 0; i < 5; i++)
                client_send(f, fd, "{\"op\":\"metrics\"}\n");
        fixture_turn(f, 20);
        for (unsigned i = 0; i < 5; i++)
                assert_int_equal(
                        strlen(client_line(f, fd)), 300000 + strlen("{'ok':true,'text':''}"));
        assert_int_equal(status_number(f, fd, "peers_cut_off"), 0);
}

static void test_a_turn_serves_a_bounded_number_of_requests(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int busy = -1;
        char requests[50 * sizeof(GET)] = "", answers[10000];
        size_t per_turn = 2 * (strlen(GET_ANSWER) + 1);

        f->parameters.requests_per_turn = 2;
        fixture_restart(f);
        busy = client_connect(f);
        ask(f, busy, "{\"op\":\"watch\"}");
        for (unsigned i = 0; i < 50; i++)
                strcat(requests, GET);
        client_send(f, busy, requests);
        for (unsigned turn = 0; turn < 25; turn++) {
                fixture_turn(f, 1);
                assert_int_equal(recv(busy, answers, sizeof(answers), 0), per_turn);
        }
        assert_true(client_hears_nothing(f, busy));
}

static void test_others_are_served_while_one_has_much_to_ask(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int busy = client_connect(f);
        _cleanup_close_ int other = client_connect(f);
        char requests[90 * sizeof(GET)] = "";

        ask(f, busy, "{\"op\":\"watch\"}");
        ask(f, other, "{\"op\":\"watch\"}");
        for (unsigned i = 0; i < 90; i++)
                strcat(requests, GET);
        client_send(f, busy, requests);
        client_send(f, other, GET);
        fixture_turn(f, 2);
        assert_int_equal(recv(other, requests, sizeof(requests), 0), strlen(GET_ANSWER) + 1);
        assert_true(recv(busy, requests, sizeof(requests), 0) < (ssize_t)(20 * sizeof(GET_ANSWER)));
}

static void test_a_half_closed_peer_gets_all_answers_and_is_closed(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        for (unsigned i = 0; i < 30; i++)
                client_send(f, fd, GET);
        shutdown(fd, SHUT_WR);
        for (unsigned i = 0; i < 30; i++)
                assert_string_equal(client_line(f, fd), GET_ANSWER);
        assert_null(client_line(f, fd));
}

static void test_a_last_request_needs_no_newline(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send_bytes(f, fd, GET, strlen(GET) - 1);
        shutdown(fd, SHUT_WR);
        assert_string_equal(client_line(f, fd), GET_ANSWER);
        assert_null(client_line(f, fd));
}

static void test_half_a_last_request_is_not_carried_out(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send(f, fd, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"07\"");
        shutdown(fd, SHUT_WR);
        assert_non_null(strstr(client_line(f, fd), "\"error\":\"bad_json\""));
        assert_int_equal(f->values[fixture_characteristic(f, "raw")->index].seq, 0);
}

static void test_a_peer_that_leaves_before_its_answers_harms_nobody(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int stays = client_connect(f);

        for (unsigned i = 0; i < 50; i++) {
                int leaves = client_connect(f);

                for (unsigned k = 0; k < 20; k++)
                        client_send(f, leaves, GET);
                if (i % 2 == 0)
                        fixture_turn(f, 1);
                close(leaves);
                assert_int_equal(status_number(f, stays, "peers_cut_off"), 0);
        }
        fixture_turn(f, 10);
        assert_int_equal(status_number(f, stays, "peers"), 1);
}

static void test_the_server_goes_with_peers_connected(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        ask(f, fd, "{\"op\":\"watch\"}");
        client_send(f, fd, GET);
        f->server = server_free(f->server);
        assert_null(client_line(f, fd));
}

static void test_out_of_descriptors_it_pauses_and_then_goes_on(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int served = client_connect(f);
        _cleanup_close_ int waiting = -1;
        struct rlimit before, none_left;
        int next;

        ask(f, served, "{\"op\":\"watch\"}");
        waiting = client_connect(f);
        client_send(f, waiting, GET);
        next = dup(waiting);
        close(next);
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
        none_left = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none_left), 0);
        fixture_turn(f, 1);
        assert_non_null(strstr(ask(f, served, GET), "\"ok\":true"));
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_true(client_hears_nothing(f, waiting));
        /* Blocks until the pause is over: nothing else is there to do. */
        for (unsigned i = 0; i < 2; i++)
                ev_run(f->loop, EVRUN_ONCE);
        assert_string_equal(client_line(f, waiting), GET_ANSWER);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_two_requests_in_one_segment_are_two),
                TEST(test_a_request_may_come_byte_by_byte),
                TEST(test_half_a_request_has_no_answer),
                TEST(test_blank_lines_are_ignored),
                TEST(test_a_line_as_long_as_the_limit_is_read),
                TEST(test_a_line_one_byte_above_the_limit_is_too_long),
                TEST(test_ten_megabytes_without_a_newline_are_one_error),
                TEST(test_a_long_line_at_the_end_of_the_connection),
                TEST(test_one_peer_too_many_is_told_and_closed),
                TEST(test_a_watcher_that_never_reads_is_cut_off_and_others_are_served),
                TEST(test_a_watcher_that_reads_late_misses_nothing),
                TEST(test_who_does_not_read_answers_is_not_read_and_not_cut_off),
                TEST(test_one_that_does_not_read_holds_up_nobody_who_waits_behind_it),
                TEST(test_the_time_of_one_that_does_not_read_ends_too),
                TEST(test_an_answer_may_be_longer_than_what_may_wait),
                TEST(test_a_turn_serves_a_bounded_number_of_requests),
                TEST(test_others_are_served_while_one_has_much_to_ask),
                TEST(test_a_half_closed_peer_gets_all_answers_and_is_closed),
                TEST(test_a_last_request_needs_no_newline),
                TEST(test_half_a_last_request_is_not_carried_out),
                TEST(test_a_peer_that_leaves_before_its_answers_harms_nobody),
                TEST(test_the_server_goes_with_peers_connected),
                TEST(test_out_of_descriptors_it_pauses_and_then_goes_on),
        };

        return cmocka_run_group_tests_name("socket-limits", tests, NULL, NULL);
}
