/* libspored: waiting for an answer, and what a callback may do. */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#define REQUEST "{\"op\":\"status\"}"

static void test_a_call(void **state) {
        const Fixture *f = *state;
        const SporedMessage *answer = NULL;

        fixture_says(f, "{\"id\":1,\"ok\":true}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), 0);
        assert_string_equal(spored_message_line(answer), "{\"id\":1,\"ok\":true}");
        fixture_says(f, "{\"id\":2,\"error\":\"bad_request\",\"detail\":\"why\"}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, -1, &answer), 0);
        assert_string_equal(spored_message_error(answer), "bad_request");
        assert_string_equal(spored_message_detail(answer), "why");
        assert_int_equal(spored_client_call(f->client, "[]", LIMIT_MS, &answer), -EINVAL);
}

static void test_what_comes_while_a_call_waits(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"}, watch = {f, "watch"};
        const SporedMessage *answer = NULL;

        assert_int_equal(spored_client_watch(f->client, NULL, NULL, fixture_event, &watch), 0);
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        fixture_says(f, "{\"event\":\"write\",\"number\":1}\n{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n"
                        "{\"event\":\"write\",\"number\":2}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), 0);
        assert_string_equal(spored_message_line(answer), "{\"id\":3}");
        fixture_expect(f, "watch: {\"event\":\"write\",\"number\":1}\none: {\"id\":2}\n"
                          "watch: {\"event\":\"write\",\"number\":2}\n");
}

static void test_a_call_that_is_not_answered(void **state) {
        Fixture *f = *state;
        const SporedMessage *answer = NULL;

        assert_int_equal(spored_client_call(f->client, REQUEST, 0, &answer), -ETIMEDOUT);
        assert_int_equal(spored_client_call(f->client, REQUEST, 10, &answer), -ETIMEDOUT);
        /* Too late: they are not taken for the answer to the next. */
        fixture_says(f, "{\"id\":1}\n{\"id\":2}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, 10, &answer), -ETIMEDOUT);
        assert_null(answer);
        fixture_says(f, "{\"id\":4}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), 0);
        assert_string_equal(spored_message_line(answer), "{\"id\":4}");
}

static void test_a_call_that_loses_the_connection(void **state) {
        Fixture *f = *state;
        const SporedMessage *answer = NULL;

        fixture_hang_up(f);
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), -ECONNRESET);
        fixture_expect(f, "state ECONNRESET\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), -ENOTCONN);
        assert_null(answer);
}

/* The request cannot be sent any more, and the reason is there to read. */
static void test_a_refusal_at_the_door(void **state) {
        Fixture *f = *state;
        const SporedMessage *answer = NULL;

        fixture_says(f, "{\"error\":\"too_many\"}\n");
        fixture_hang_up(f);
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), -ECONNRESET);
        assert_null(answer);
        assert_string_equal(spored_message_error(spored_client_refusal(f->client)), "too_many");
}

static void test_an_answer_that_came_with_the_end(void **state) {
        Fixture *f = *state;
        const SporedMessage *answer = NULL;

        fixture_says(f, "{\"error\":\"too_long\"}\n");
        fixture_hang_up(f);
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), 0);
        assert_string_equal(spored_message_error(answer), "too_long");
        assert_int_equal(spored_client_wait(f->client, LIMIT_MS), -ECONNRESET);
        fixture_expect(f, "state ECONNRESET\n");
}

static void test_a_call_that_loses_a_connection_that_comes_back(void **state) {
        Fixture *f = *state;
        const SporedMessage *answer = NULL;

        fixture_hang_up(f);
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), -ECONNRESET);
        while (!spored_client_connected(f->client))
                fixture_turn(f);
        fixture_expect(f, "state ECONNRESET\nstate 0\n");
        fixture_accept(f);
        fixture_says(f, "{\"id\":2}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), 0);
}

static void on_signal(int number) {
}

/* The timer goes on, so that the signal comes while it waits. */
static void test_signals(void **state) {
        const Fixture *f = *state;
        const struct sigaction action = {.sa_handler = on_signal};
        const struct itimerval often = {{0, 5000}, {0, 5000}}, never = {};
        const SporedMessage *answer = NULL;

        assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
        assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
        assert_int_equal(spored_client_wait(f->client, LIMIT_MS), -EINTR);
        assert_int_equal(spored_client_call(f->client, REQUEST, 50, &answer), -ETIMEDOUT);
        assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static void on_reenter(SporedClient *client, const SporedMessage *answer, void *userdata) {
        const SporedMessage *other = NULL;
        Note *one = userdata;

        assert_int_equal(spored_client_process(client), -EDEADLK);
        assert_int_equal(spored_client_wait(client, 0), -EDEADLK);
        assert_int_equal(spored_client_call(client, REQUEST, 0, &other), -EDEADLK);
        assert_int_equal(spored_client_request(client, REQUEST, fixture_answered, one), 0);
        assert_null(other);
}

static void test_inside_a_callback(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"};

        assert_int_equal(spored_client_request(f->client, REQUEST, on_reenter, &one), 0);
        fixture_tell(f, "{\"id\":1}\n{\"id\":2}\n");
        fixture_expect(f, "one: {\"id\":2}\n");
        (void)fixture_reads(f);
        assert_string_equal(fixture_reads(f), "{\"op\":\"status\",\"id\":2}");
}

static void on_lost(SporedClient *client, const SporedMessage *answer, void *userdata) {
        assert_null(answer);
        assert_int_equal(spored_client_request(client, REQUEST, NULL, NULL), -ENOTCONN);
        fixture_answered(client, answer, userdata);
}

static void test_asking_again_when_the_connection_is_lost(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"};

        assert_int_equal(spored_client_request(f->client, REQUEST, on_lost, &one), 0);
        (void)fixture_reads(f);
        fixture_hang_up(f);
        fixture_turn(f);
        fixture_expect(f, "one: lost\nstate ECONNRESET\n");
}

static void test_waiting_for_nothing(void **state) {
        const Fixture *f = *state;

        assert_int_equal(spored_client_wait(f->client, 0), 0);
        assert_int_equal(spored_client_wait(f->client, 5), 0);
        assert_int_equal(spored_client_process(f->client), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_call),
                TEST(test_what_comes_while_a_call_waits),
                TEST(test_a_call_that_is_not_answered),
                TEST(test_a_call_that_loses_the_connection),
                TEST(test_a_refusal_at_the_door),
                TEST(test_an_answer_that_came_with_the_end),
                TEST_RECONNECT(test_a_call_that_loses_a_connection_that_comes_back),
                TEST(test_signals),
                TEST(test_inside_a_callback),
                TEST_RECONNECT(test_asking_again_when_the_connection_is_lost),
                TEST(test_waiting_for_nothing),
        };

        return cmocka_run_group_tests_name("client-call", tests, NULL, NULL);
}
