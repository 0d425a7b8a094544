/* libspored: a connection that is lost and comes back. */
#include "client/client.h"
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST "{\"op\":\"status\"}"

static void wait_connected(Fixture *f) {
        while (!spored_client_connected(f->client))
                fixture_turn(f);
        fixture_accept(f);
}

static void lose(Fixture *f) {
        fixture_hang_up(f);
        while (spored_client_connected(f->client))
                fixture_turn(f);
}

static void test_it_comes_back(void **state) {
        Fixture *f = *state;
        int fd = spored_client_fd(f->client);
        Note one = {f, "one"}, two = {f, "two"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &two), 0);
        (void)fixture_reads(f);
        lose(f);
        assert_int_equal(spored_client_error(f->client), -ECONNRESET);
        assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), -ENOTCONN);
        fixture_expect(f, "one: lost\ntwo: lost\nstate ECONNRESET\n");
        wait_connected(f);
        fixture_expect(f, "state 0\n");
        assert_int_equal(spored_client_fd(f->client), fd);
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        /* An id is never used again: the answers of two connections cannot be mixed up. */
        assert_string_equal(fixture_reads(f), "{\"op\":\"status\",\"id\":3}");
        fixture_tell(f, "{\"id\":3}\n");
        fixture_expect(f, "one: {\"id\":3}\n");
}

static void test_many_times(void **state) {
        Fixture *f = *state;

        for (unsigned i = 0; i < 3; i++) {
                lose(f);
                wait_connected(f);
                fixture_expect(f, "state ECONNRESET\nstate 0\n");
        }
}

static void test_a_spored_that_is_not_there_yet(void **state) {
        Fixture *f = *state;

        fixture_stop_listening(f);
        assert_int_equal(spored_client_new(&f->client, f->path, SPORED_CLIENT_RECONNECT), 0);
        spored_client_on_state(f->client, fixture_state, f);
        assert_false(spored_client_connected(f->client));
        assert_int_equal(spored_client_error(f->client), -ENOENT);
        assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), -ENOTCONN);
        fixture_turn(f); /* an attempt that fails is no change */
        fixture_expect(f, "");
        fixture_listen(f);
        wait_connected(f);
        fixture_expect(f, "state 0\n");
}

/* After each attempt the next pause is twice as long, up to 5 s, and short again once spored has
 * answered. Looked at from inside: tests do not time things. */
static void test_pauses_grow(void **state) {
        Fixture *f = *state;
        const unsigned pauses[] = {200, 400, 800, 1600, 3200, 5000};

        fixture_stop_listening(f);
        lose(f);
        for (size_t i = 0; i < ELEMENTS(pauses); i++) {
                assert_int_equal(f->client->pause_ms, pauses[i]);
                spored_connection_set_timer(f->client->connection, 1);
                fixture_turn(f);
        }
        fixture_listen(f);
        spored_connection_set_timer(f->client->connection, 1);
        wait_connected(f);
        assert_int_equal(f->client->pause_ms, 5000);
        fixture_tell(f, "{\"error\":\"too_many\"}\n");
        assert_int_equal(f->client->pause_ms, 5000);
        assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), 0);
        fixture_tell(f, "{\"id\":1}\n");
        assert_int_equal(f->client->pause_ms, 100);
        f->client->pause_ms = 5000;
        fixture_tell(f, "{\"event\":\"write\"}\n");
        assert_int_equal(f->client->pause_ms, 100);
}

static void test_watches_and_handles_are_made_again(void **state) {
        Fixture *f = *state;
        Note watch = {f, "watch"}, a = {f, "a"}, b = {f, "b"};

        assert_int_equal(spored_client_watch(f->client, NULL, NULL, fixture_event, &watch), 0);
        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        assert_int_equal(spored_client_handle(f->client, "b", fixture_event, &b), 0);
        assert_int_equal(spored_client_unhandle(f->client, "b", NULL, NULL), 0);
        fixture_tell(f, "{\"id\":2,\"error\":\"busy\"}\n");
        fixture_expect(f, "a: {\"id\":2,\"error\":\"busy\"}\n");
        lose(f);
        wait_connected(f);
        assert_string_equal(fixture_reads(f), "{\"op\":\"watch\",\"id\":5}");
        assert_string_equal(
                fixture_reads(f), "{\"op\":\"handle\",\"characteristic\":\"a\",\"id\":6}");
        /* On another connection it is told again. */
        fixture_tell(f, "{\"id\":5,\"ok\":true}\n{\"id\":6,\"error\":\"busy\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"b\"}\n");
        fixture_expect(f, "state ECONNRESET\nstate 0\na: {\"id\":6,\"error\":\"busy\"}\n"
                          "watch: {\"event\":\"write\",\"characteristic\":\"b\"}\n");
        assert_int_equal(spored_client_get(f->client, "x", NULL, NULL), 0);
        assert_string_equal(fixture_reads(f), "{\"op\":\"get\",\"characteristic\":\"x\",\"id\":7}");
}

static void test_asked_for_before_it_is_connected(void **state) {
        Fixture *f = *state;
        Note watch = {f, "watch"}, a = {f, "a"};

        lose(f);
        assert_int_equal(spored_client_watch(f->client, NULL, NULL, fixture_event, &watch), 0);
        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        assert_int_equal(spored_client_handle(f->client, "b", fixture_event, &a), 0);
        assert_int_equal(spored_client_unhandle(f->client, "b", NULL, NULL), 0);
        wait_connected(f);
        assert_string_equal(fixture_reads(f), "{\"op\":\"watch\",\"id\":1}");
        assert_string_equal(
                fixture_reads(f), "{\"op\":\"handle\",\"characteristic\":\"a\",\"id\":2}");
}

static void test_a_refusal_is_that_of_one_connection(void **state) {
        Fixture *f = *state;

        fixture_tell(f, "{\"error\":\"too_many\"}\n");
        lose(f);
        assert_string_equal(spored_message_error(spored_client_refusal(f->client)), "too_many");
        wait_connected(f);
        assert_null(spored_client_refusal(f->client));
}

/* Turned away: what was asked was not looked at, so it is no answer to it. */
static void test_a_connection_that_is_turned_away(void **state) {
        static const char *const words[] = {"too_many", "unavailable"};
        Fixture *f = *state;
        Note watch = {f, "watch"}, one = {f, "one"};
        char line[64];

        assert_int_equal(spored_client_watch(f->client, NULL, NULL, fixture_event, &watch), 0);
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                assert_int_equal(
                        spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
                (void)snprintf(line, sizeof(line), "{\"error\":\"%s\"}\n", words[i]);
                fixture_tell(f, line);
                fixture_expect(f, "");
                lose(f);
                assert_string_equal(
                        spored_message_error(spored_client_refusal(f->client)), words[i]);
                fixture_expect(f, "one: lost\nstate ECONNRESET\n");
                wait_connected(f);
                fixture_expect(f, "state 0\n");
        }
}

/* However much of it: a request that could not be sent does not hide it. */
static void test_what_was_said_before_the_end_is_heard(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"};
        char event[1024] = "{\"event\":\"";

        memset(event + strlen(event), 'x', 1000);
        strcpy(event + 1010, "\"}\n");
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        (void)fixture_reads(f);
        for (unsigned i = 0; i < 40; i++)
                fixture_says(f, event);
        fixture_says(f, "{\"id\":1}\n");
        fixture_hang_up(f);
        assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), 0);
        while (spored_client_connected(f->client))
                fixture_turn(f);
        fixture_expect(f, "one: {\"id\":1}\nstate ECONNRESET\n");
}

static void test_without_reconnecting_it_must_be_connected(void **state) {
        Fixture *f = *state;

        fixture_hang_up(f);
        assert_int_equal(spored_client_wait(f->client, LIMIT_MS), -ECONNRESET);
        assert_int_equal(
                spored_client_watch(f->client, NULL, NULL, fixture_event, NULL), -ENOTCONN);
        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, NULL), -ENOTCONN);
}

static void test_garbage_is_a_loss_too(void **state) {
        Fixture *f = *state;

        fixture_tell(f, "hello\n");
        fixture_expect(f, "state EBADMSG\n");
        fixture_hang_up(f);
        wait_connected(f);
        fixture_expect(f, "state 0\n");
}

/* What was not sent is gone with the connection: its request was answered with NULL. */
static void test_nothing_unsent_is_kept(void **state) {
        Fixture *f = *state;

        while (spored_client_unsent(f->client) == 0)
                assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), 0);
        lose(f);
        assert_int_equal(spored_client_unsent(f->client), 0);
        wait_connected(f);
        assert_int_equal(spored_client_get(f->client, "x", NULL, NULL), 0);
        assert_memory_equal(fixture_reads(f), "{\"op\":\"get\"", 11);
}

/* A child that was started while it was connected has the socket; epoll must not tell of it. */
static void test_a_copy_of_the_socket_elsewhere(void **state) {
        Fixture *f = *state;
        struct pollfd poll_fd = {.fd = spored_client_fd(f->client), .events = POLLIN};
        int copies[64];

        for (int fd = 0; fd < 64; fd++)
                copies[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        fixture_tell(f, "hello\n"); /* it closes; the peer has not, and says more */
        fixture_says(f, "{}\n");
        spored_connection_set_timer(f->client->connection, 0);
        assert_int_equal(poll(&poll_fd, 1, 0), 0);
        for (int fd = 0; fd < 64; fd++)
                if (copies[fd] >= 0)
                        close(copies[fd]);
}

static void on_change(SporedClient *client, int error, void *userdata) {
        const Note *note = userdata;
        int r = spored_client_request(client, REQUEST, NULL, NULL);

        fixture_state(client, error, note->f);
        assert_int_equal(r, error == 0 ? 0 : -ENOTCONN);
}

static void test_asking_as_soon_as_it_is_back(void **state) {
        Fixture *f = *state;
        Note note = {f, "note"};

        spored_client_on_state(f->client, on_change, &note);
        lose(f);
        wait_connected(f);
        fixture_expect(f, "state ECONNRESET\nstate 0\n");
        assert_string_equal(fixture_reads(f), "{\"op\":\"status\",\"id\":1}");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST_RECONNECT(test_it_comes_back),
                TEST_RECONNECT(test_many_times),
                TEST_WITH(test_a_spored_that_is_not_there_yet, fixture_setup_alone),
                TEST_RECONNECT(test_pauses_grow),
                TEST_RECONNECT(test_watches_and_handles_are_made_again),
                TEST_RECONNECT(test_asked_for_before_it_is_connected),
                TEST_RECONNECT(test_a_refusal_is_that_of_one_connection),
                TEST_RECONNECT(test_a_connection_that_is_turned_away),
                TEST_RECONNECT(test_what_was_said_before_the_end_is_heard),
                TEST(test_without_reconnecting_it_must_be_connected),
                TEST_RECONNECT(test_garbage_is_a_loss_too),
                TEST_RECONNECT(test_nothing_unsent_is_kept),
                TEST_RECONNECT(test_a_copy_of_the_socket_elsewhere),
                TEST_RECONNECT(test_asking_as_soon_as_it_is_back),
        };

        return cmocka_run_group_tests_name("client-reconnect", tests, NULL, NULL);
}
