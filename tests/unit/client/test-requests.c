/* libspored: requests, their answers, and what spored may send. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#define LINE_BYTES ((size_t)16 * 1024 * 1024)
#define REQUEST    "{\"op\":\"status\"}"

static bool is_readable(const Fixture *f) {
        struct pollfd poll_fd = {.fd = spored_client_fd(f->client), .events = POLLIN};

        return poll(&poll_fd, 1, 0) > 0;
}

static void test_an_id_is_put_in(void **state) {
        const Fixture *f = *state;

        assert_int_equal(spored_client_request(f->client, " { \"op\" :\n \"x\" } ", NULL, NULL), 0);
        assert_string_equal(fixture_reads(f), "{\"op\":\"x\",\"id\":1}");
        assert_int_equal(spored_client_request(f->client, "{\"f\":0.5}", NULL, NULL), 0);
        assert_string_equal(fixture_reads(f), "{\"f\":0.5,\"id\":2}");
}

static void test_what_is_no_request(void **state) {
        static const char *const texts[] = {"", "hello", "[]", "[{}]", "{}{}", "5",
                "{\"op\":\"x\",\"id\":1}", "{\"a\":1,\"a\":2}", "{\"a\":\"\xff\"}"};
        const Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTS(texts); i++)
                assert_int_equal(spored_client_request(f->client, texts[i], NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_unsent(f->client), 0);
}

static void test_answers_out_of_order(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"}, two = {f, "two"}, three = {f, "three"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &two), 0);
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &three), 0);
        fixture_tell(f, "{\"id\":3}\n");
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &three), 0);
        fixture_tell(f, "{\"id\":2}\n{\"id\":1}\n{\"id\":4}\n");
        fixture_expect(f, "three: {\"id\":3}\ntwo: {\"id\":2}\none: {\"id\":1}\n"
                          "three: {\"id\":4}\n");
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        fixture_tell(f, "{\"id\":5}\n");
        fixture_expect(f, "one: {\"id\":5}\n");
}

static void test_half_lines(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        fixture_tell(f, "{\"i");
        fixture_tell(f, "d\":1,\"ok\"");
        fixture_expect(f, "");
        fixture_tell(f, ":true}\n{");
        fixture_expect(f, "one: {\"id\":1,\"ok\":true}\n");
        assert_false(is_readable(f));
}

static void test_a_line_of_many_reads(void **state) {
        Fixture *f = *state;
        static char text[100001];
        const SporedMessage *answer;

        memset(text, 'x', sizeof(text) - 1);
        fixture_says(f, "{\"id\":1,\"text\":\"");
        fixture_says(f, text);
        fixture_says(f, "\"}\n");
        assert_int_equal(spored_client_call(f->client, REQUEST, LIMIT_MS, &answer), 0);
        assert_string_equal(spored_message_string(answer, "text"), text);
}

/* Answers that nobody asked for, and lines of a spored that knows more than we do. */
static void test_what_is_passed_over(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        fixture_tell(f, "{\"id\":7}\n{\"id\":\"1\"}\n{\"id\":null}\n{}\n{\"event\":\"rain\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"x\"}\n{\"event\":\"write\"}\n");
        fixture_expect(f, "");
        fixture_tell(f, "{\"id\":1}\n");
        fixture_expect(f, "one: {\"id\":1}\n");
}

static void test_an_error_without_an_id_is_for_the_oldest(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"}, two = {f, "two"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &two), 0);
        fixture_tell(f, "{\"error\":\"too_long\"}\n{\"id\":2}\n");
        fixture_expect(f, "one: {\"error\":\"too_long\"}\ntwo: {\"id\":2}\n");
        assert_null(spored_client_refusal(f->client));
}

static void test_a_refusal_at_the_door(void **state) {
        Fixture *f = *state;

        fixture_says(f, "{\"error\":\"too_many\",\"detail\":\"8 are connected\"}\n");
        fixture_hang_up(f);
        while (spored_client_connected(f->client))
                (void)spored_client_wait(f->client, LIMIT_MS);
        fixture_expect(f, "state ECONNRESET\n");
        assert_string_equal(spored_message_error(spored_client_refusal(f->client)), "too_many");
        assert_string_equal(
                spored_message_detail(spored_client_refusal(f->client)), "8 are connected");
}

static void expect_end(Fixture *f, int error, const char *heard) {
        int r;

        while ((r = spored_client_wait(f->client, LIMIT_MS)) > 0)
                ;
        assert_int_equal(r, error);
        fixture_expect(f, heard);
        assert_int_equal(spored_client_process(f->client), error);
        assert_int_equal(spored_client_wait(f->client, LIMIT_MS), error);
        assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), -ENOTCONN);
        assert_false(is_readable(f));
        fixture_expect(f, "");
}

static void test_garbage_ends_the_connection(void **state) {
        static const char *const lines[] = {"hello\n", "[]\n", "\n", "{}{}\n"};

        for (size_t i = 0; i < ELEMENTS(lines); i++) {
                Fixture *f = *state;
                Note one = {f, "one"}, two = {f, "two"};

                spored_client_request(f->client, REQUEST, fixture_answered, &one);
                spored_client_request(f->client, REQUEST, fixture_answered, &two);
                fixture_says(f, "{\"id\":2}\n");
                fixture_says(f, lines[i]);
                fixture_says(f, "{\"id\":1}\n");
                expect_end(f, -EBADMSG, "two: {\"id\":2}\none: lost\nstate EBADMSG\n");
                fixture_teardown(state);
                fixture_setup(state);
        }
}

static void test_a_close_in_the_middle(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"}, two = {f, "two"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        (void)fixture_reads(f);
        fixture_says(f, "{\"id\":1}\n{\"id\":2");
        fixture_hang_up(f);
        /* Sending finds the end first, and must not lose what was said before it. */
        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &two), 0);
        expect_end(f, -ECONNRESET, "one: {\"id\":1}\ntwo: lost\nstate ECONNRESET\n");
}

/* Sends text until the client ends the connection. */
static int flood(Fixture *f, const char *text) {
        int r = 0;

        for (size_t i = 0; i < 4096 && r >= 0; i++) {
                fixture_says(f, text);
                do
                        r = spored_client_wait(f->client, 0);
                while (r > 0);
        }
        return r;
}

static void test_a_line_above_the_longest(void **state) {
        Fixture *f = *state;
        static char block[65537];

        memset(block, 'x', sizeof(block) - 1);
        assert_int_equal(flood(f, block), -EMSGSIZE);
}

static void on_long(SporedClient *client, const SporedMessage *answer, void *userdata) {
        *(size_t *)userdata = strlen(spored_message_line(answer));
}

static void test_the_longest_line(void **state) {
        Fixture *f = *state;
        static char block[65536];
        size_t size = 0, left = LINE_BYTES - strlen("{\"id\":1}");

        memset(block, ' ', sizeof(block));
        assert_int_equal(spored_client_request(f->client, REQUEST, on_long, &size), 0);
        fixture_says(f, "{\"id\":1}");
        for (; left > 0; left -= left < sizeof(block) ? left : sizeof(block)) {
                size_t n = left < sizeof(block) ? left : sizeof(block);

                assert_int_equal(send(f->peer, block, n, MSG_NOSIGNAL), n);
                while (is_readable(f))
                        assert_int_equal(spored_client_process(f->client), 0);
        }
        assert_int_equal(size, 0);
        fixture_tell(f, "\n");
        assert_int_equal(size, LINE_BYTES);
}

static void test_unsent_is_bounded_and_sent_in_order(void **state) {
        Fixture *f = *state;
        char expected[64];
        unsigned n = 0;
        int r;

        do {
                r = spored_client_request(f->client, REQUEST, NULL, NULL);
                n += r == 0;
        } while (r == 0);
        assert_int_equal(r, -ENOBUFS);
        assert_in_range(spored_client_unsent(f->client), 1024 * 1024 - 64, 1024 * 1024);
        /* Lines are whole: the one that had no room left nothing behind, only its id was used. */
        for (unsigned i = 1; i <= n; i++) {
                (void)snprintf(expected, sizeof(expected), "{\"op\":\"status\",\"id\":%u}", i);
                if (spored_client_unsent(f->client) > 0)
                        assert_int_equal(spored_client_process(f->client), 0);
                assert_string_equal(fixture_reads(f), expected);
        }
        assert_int_equal(spored_client_unsent(f->client), 0);
        assert_false(is_readable(f));
}

static void test_unanswered_is_bounded(void **state) {
        Fixture *f = *state;
        unsigned n = 0;

        while (spored_client_request(f->client, REQUEST, NULL, NULL) == 0) {
                (void)fixture_reads(f);
                n++;
        }
        assert_int_equal(n, 65536);
        assert_int_equal(spored_client_unsent(f->client), 0);
        fixture_tell(f, "{\"id\":1}\n");
        assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), 0);
}

/* It is not asked to send: epoll tells it when there is room. */
static void test_the_descriptor_is_readable_when_there_is_room(void **state) {
        Fixture *f = *state;
        unsigned n = 0;

        for (; spored_client_unsent(f->client) == 0; n++)
                assert_int_equal(spored_client_request(f->client, REQUEST, NULL, NULL), 0);
        assert_false(is_readable(f));
        for (; n > 1; n--)
                (void)fixture_reads(f);
        assert_true(is_readable(f));
        fixture_turn(f);
        assert_int_equal(spored_client_unsent(f->client), 0);
        (void)fixture_reads(f);
        assert_false(is_readable(f));
}

static void test_set(void **state) {
        const Fixture *f = *state;
        const SporedField fields[] = {{"temperature_c", "21.4"}, {"bits", "FAN,MIST"}};
        const SporedField single = {NULL, "21.4"}, twice[] = {{"a", "1"}, {"a", "2"}};
        const SporedField nameless[] = {{"a", "1"}, {NULL, "2"}}, bad = {"a", "\xff"};
        const SporedField bad_name = {"\xff", "1"}, no_text = {"a", NULL};

        assert_int_equal(spored_client_set(f->client, "env", fields, 2, NULL, NULL), 0);
        assert_string_equal(fixture_reads(f),
                "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":"
                "{\"temperature_c\":\"21.4\",\"bits\":\"FAN,MIST\"},"
                "\"id\":1}");
        assert_int_equal(spored_client_set(f->client, "t", &single, 1, NULL, NULL), 0);
        assert_string_equal(fixture_reads(f),
                "{\"op\":\"set\",\"characteristic\":\"t\",\"value\":\"21.4\",\"id\":2}");
        assert_int_equal(spored_client_set(f->client, "t", twice, 2, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, "t", nameless, 2, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, "t", &bad, 1, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, "t", &bad_name, 1, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, "t", &no_text, 1, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, "t", NULL, 0, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, "\xff", &single, 1, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_set(f->client, NULL, &single, 1, NULL, NULL), -EINVAL);
}

static void test_the_other_requests(void **state) {
        const Fixture *f = *state;

        assert_int_equal(spored_client_set_bytes(f->client, "t", "\x00\xff", 2, NULL, NULL), 0);
        assert_string_equal(fixture_reads(f),
                "{\"op\":\"set\",\"characteristic\":\"t\",\"hex\":\"00ff\",\"id\":1}");
        assert_int_equal(spored_client_set_bytes(f->client, "t", NULL, 0, NULL, NULL), 0);
        assert_string_equal(fixture_reads(f),
                "{\"op\":\"set\",\"characteristic\":\"t\",\"hex\":\"\",\"id\":2}");
        assert_int_equal(spored_client_get(f->client, "t", NULL, NULL), 0);
        assert_string_equal(fixture_reads(f), "{\"op\":\"get\",\"characteristic\":\"t\",\"id\":3}");
        assert_int_equal(spored_client_verdict(f->client, 17, true, 0, NULL, NULL), 0);
        assert_string_equal(
                fixture_reads(f), "{\"op\":\"verdict\",\"number\":17,\"accept\":true,\"id\":4}");
        assert_int_equal(spored_client_verdict(f->client, 18, false, 0x80, NULL, NULL), 0);
        assert_string_equal(fixture_reads(f),
                "{\"op\":\"verdict\",\"number\":18,\"accept\":false,\"code\":128,\"id\":5}");
        assert_int_equal(spored_client_verdict(f->client, 1, true, 0x80, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_verdict(f->client, 1, false, 0x7f, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_verdict(f->client, 1, false, 0xa0, NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_get(f->client, NULL, NULL, NULL), -EINVAL);
}

static void test_freed_with_requests_under_way(void **state) {
        Fixture *f = *state;
        Note one = {f, "one"};

        assert_int_equal(spored_client_request(f->client, REQUEST, fixture_answered, &one), 0);
        f->client = spored_client_free(f->client);
        fixture_expect(f, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_an_id_is_put_in),
                TEST(test_what_is_no_request),
                TEST(test_answers_out_of_order),
                TEST(test_half_lines),
                TEST(test_a_line_of_many_reads),
                TEST(test_what_is_passed_over),
                TEST(test_an_error_without_an_id_is_for_the_oldest),
                TEST(test_a_refusal_at_the_door),
                TEST(test_garbage_ends_the_connection),
                TEST(test_a_close_in_the_middle),
                TEST(test_a_line_above_the_longest),
                TEST(test_the_longest_line),
                TEST(test_unsent_is_bounded_and_sent_in_order),
                TEST(test_unanswered_is_bounded),
                TEST(test_the_descriptor_is_readable_when_there_is_room),
                TEST(test_set),
                TEST(test_the_other_requests),
                TEST(test_freed_with_requests_under_way),
        };

        return cmocka_run_group_tests_name("client-requests", tests, NULL, NULL);
}
