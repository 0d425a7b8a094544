/* libspored: what is watched and handled. */
#include "client/client.h"
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>

static const char *const writes[] = {"write", "stale", NULL};
static const char *const names[] = {"a", "b", NULL};

static void test_watch(void **state) {
        Fixture *f = *state;
        Note watch = {f, "watch"};

        assert_int_equal(spored_client_watch(f->client, writes, names, fixture_event, &watch), 0);
        assert_string_equal(fixture_reads(f), "{\"op\":\"watch\",\"events\":[\"write\",\"stale\"],"
                                              "\"characteristics\":[\"a\",\"b\"],\"id\":1}");
        fixture_tell(f, "{\"id\":1,\"ok\":true}\n{\"event\":\"stale\",\"characteristic\":\"a\"}\n"
                        "{\"event\":\"status\"}\n");
        fixture_expect(f, "watch: {\"event\":\"stale\",\"characteristic\":\"a\"}\n");
        assert_int_equal(spored_client_watch(f->client, NULL, NULL, NULL, NULL), -EINVAL);
}

static void test_another_watch_replaces_it(void **state) {
        static const char *const status[] = {"status", NULL};
        Fixture *f = *state;
        Note first = {f, "first"}, second = {f, "second"};

        assert_int_equal(spored_client_watch(f->client, NULL, NULL, fixture_event, &first), 0);
        assert_string_equal(fixture_reads(f), "{\"op\":\"watch\",\"id\":1}");
        fixture_tell(f, "{\"event\":\"stale\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, ""); /* without a word writes are meant */
        assert_int_equal(spored_client_watch(f->client, status, NULL, fixture_event, &second), 0);
        fixture_tell(f, "{\"event\":\"write\",\"characteristic\":\"a\"}\n{\"event\":\"status\"}\n");
        fixture_expect(f, "second: {\"event\":\"status\"}\n");
}

static void test_connections_come_under_words_of_their_own(void **state) {
        static const char *const connection[] = {"connection", NULL};
        Fixture *f = *state;
        Note watch = {f, "watch"};

        assert_int_equal(
                spored_client_watch(f->client, connection, names, fixture_event, &watch), 0);
        fixture_tell(f, "{\"event\":\"connected\",\"device\":\"D\"}\n"
                        "{\"event\":\"subscribed\",\"characteristic\":\"a\"}\n"
                        "{\"event\":\"subscribed\",\"characteristic\":\"c\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"a\"}\n"
                        "{\"event\":\"disconnected\",\"device\":\"D\"}\n");
        fixture_expect(f, "watch: {\"event\":\"connected\",\"device\":\"D\"}\n"
                          "watch: {\"event\":\"subscribed\",\"characteristic\":\"a\"}\n"
                          "watch: {\"event\":\"disconnected\",\"device\":\"D\"}\n");
}

static void test_a_watch_that_is_refused(void **state) {
        Fixture *f = *state;
        Note watch = {f, "watch"};

        assert_int_equal(spored_client_watch(f->client, NULL, names, fixture_event, &watch), 0);
        fixture_tell(f, "{\"id\":1,\"error\":\"unknown_characteristic\"}\n");
        fixture_expect(f, "watch: {\"id\":1,\"error\":\"unknown_characteristic\"}\n");
}

static void test_handle(void **state) {
        Fixture *f = *state;
        Note a = {f, "a"}, b = {f, "b"};

        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        assert_string_equal(
                fixture_reads(f), "{\"op\":\"handle\",\"characteristic\":\"a\",\"id\":1}");
        assert_int_equal(spored_client_handle(f->client, "b", fixture_event, &b), 0);
        fixture_tell(f, "{\"id\":1,\"ok\":true}\n{\"event\":\"write\",\"characteristic\":\"b\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"c\"}\n"
                        "{\"event\":\"stale\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "b: {\"event\":\"write\",\"characteristic\":\"b\"}\n");
        assert_int_equal(spored_client_handle(f->client, "a", NULL, NULL), -EINVAL);
        assert_int_equal(spored_client_handle(f->client, NULL, fixture_event, NULL), -EINVAL);
}

/* spored sends it one line, whether it watches, handles or both. */
static void test_watched_and_handled(void **state) {
        Fixture *f = *state;
        Note a = {f, "a"}, watch = {f, "watch"};

        assert_int_equal(spored_client_watch(f->client, NULL, names, fixture_event, &watch), 0);
        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        assert_int_equal(spored_client_handle(f->client, "c", fixture_event, &a), 0);
        fixture_tell(f, "{\"event\":\"write\",\"characteristic\":\"a\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"b\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"c\"}\n");
        fixture_expect(f, "a: {\"event\":\"write\",\"characteristic\":\"a\"}\n"
                          "watch: {\"event\":\"write\",\"characteristic\":\"a\"}\n"
                          "watch: {\"event\":\"write\",\"characteristic\":\"b\"}\n"
                          "a: {\"event\":\"write\",\"characteristic\":\"c\"}\n");
}

static void on_replace(SporedClient *client, const SporedMessage *event, void *userdata) {
        fixture_event(client, event, userdata);
        assert_int_equal(spored_client_watch(client, NULL, NULL, fixture_event, userdata), 0);
        assert_int_equal(spored_client_handle(client, "b", fixture_event, userdata), 0);
        assert_int_equal(spored_client_unhandle(client, "a", NULL, NULL), 0);
}

static void test_changed_from_inside_a_callback(void **state) {
        Fixture *f = *state;
        Note a = {f, "a"};

        assert_int_equal(spored_client_handle(f->client, "a", on_replace, &a), 0);
        fixture_tell(f, "{\"event\":\"write\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "a: {\"event\":\"write\",\"characteristic\":\"a\"}\n");
        fixture_tell(f, "{\"event\":\"write\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "a: {\"event\":\"write\",\"characteristic\":\"a\"}\n");
}

static void test_unhandle(void **state) {
        Fixture *f = *state;
        Note a = {f, "a"}, end = {f, "end"};

        assert_int_equal(spored_client_unhandle(f->client, "a", NULL, NULL), -ENOENT);
        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        (void)fixture_reads(f);
        assert_int_equal(spored_client_unhandle(f->client, "a", fixture_answered, &end), 0);
        assert_string_equal(
                fixture_reads(f), "{\"op\":\"unhandle\",\"characteristic\":\"a\",\"id\":2}");
        /* The refusal of what is not wanted any more is not told. */
        fixture_tell(f, "{\"id\":1,\"error\":\"busy\"}\n{\"id\":2,\"error\":\"bad_request\"}\n"
                        "{\"event\":\"write\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "end: {\"id\":2,\"error\":\"bad_request\"}\n");
        assert_int_equal(spored_client_unhandle(f->client, "a", NULL, NULL), -ENOENT);
        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        fixture_tell(f, "{\"event\":\"write\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "a: {\"event\":\"write\",\"characteristic\":\"a\"}\n");
}

/* The 5 s are over now. */
static void hurry(Fixture *f) {
        spored_connection_set_timer(f->client->connection, 1);
        fixture_turn(f);
}

static void test_busy_is_told_once_and_asked_again(void **state) {
        Fixture *f = *state;
        Note a = {f, "a"}, b = {f, "b"};

        assert_int_equal(spored_client_handle(f->client, "a", fixture_event, &a), 0);
        assert_int_equal(spored_client_handle(f->client, "b", fixture_event, &b), 0);
        (void)fixture_reads(f);
        (void)fixture_reads(f);
        fixture_tell(f, "{\"id\":1,\"error\":\"busy\"}\n{\"id\":2,\"ok\":true}\n");
        fixture_expect(f, "a: {\"id\":1,\"error\":\"busy\"}\n");
        hurry(f);
        assert_string_equal(
                fixture_reads(f), "{\"op\":\"handle\",\"characteristic\":\"a\",\"id\":3}");
        fixture_tell(f, "{\"id\":3,\"error\":\"busy\"}\n");
        fixture_expect(f, "");
        hurry(f);
        (void)fixture_reads(f);
        fixture_tell(f, "{\"id\":4,\"ok\":true}\n");
        hurry(f); /* nothing is asked for */
        assert_int_equal(spored_client_get(f->client, "x", NULL, NULL), 0);
        assert_string_equal(fixture_reads(f), "{\"op\":\"get\",\"characteristic\":\"x\",\"id\":5}");
}

static void test_gone_comes_to_who_has_named_it(void **state) {
        static const char *const stale[] = {"stale", NULL};
        Fixture *f = *state;
        Note watch = {f, "watch"}, c = {f, "c"};

        assert_int_equal(spored_client_watch(f->client, stale, names, fixture_event, &watch), 0);
        assert_int_equal(spored_client_handle(f->client, "c", fixture_event, &c), 0);
        fixture_tell(f, "{\"event\":\"gone\",\"characteristic\":\"a\"}\n"
                        "{\"event\":\"gone\",\"characteristic\":\"c\"}\n"
                        "{\"event\":\"gone\",\"characteristic\":\"d\"}\n"
                        "{\"event\":\"gone\"}\n");
        fixture_expect(f, "watch: {\"event\":\"gone\",\"characteristic\":\"a\"}\n"
                          "c: {\"event\":\"gone\",\"characteristic\":\"c\"}\n");
        /* Who watches all has named none. */
        assert_int_equal(spored_client_watch(f->client, stale, NULL, fixture_event, &watch), 0);
        fixture_tell(f, "{\"event\":\"gone\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "");
}

static void on_gone(SporedClient *client, const SporedMessage *event, void *userdata) {
        assert_string_equal(spored_message_error(event), "gone");
        assert_string_not_equal(spored_message_detail(event), "");
        fixture_event(client, event, userdata);
}

static void test_gone_is_an_error_to_its_handler(void **state) {
        Fixture *f = *state;
        Note a = {f, "a"};

        assert_int_equal(spored_client_handle(f->client, "a", on_gone, &a), 0);
        fixture_tell(f, "{\"event\":\"gone\",\"characteristic\":\"a\"}\n");
        fixture_expect(f, "a: {\"event\":\"gone\",\"characteristic\":\"a\"}\n");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_watch),
                TEST(test_another_watch_replaces_it),
                TEST(test_connections_come_under_words_of_their_own),
                TEST(test_a_watch_that_is_refused),
                TEST(test_handle),
                TEST(test_watched_and_handled),
                TEST(test_changed_from_inside_a_callback),
                TEST(test_unhandle),
                TEST(test_busy_is_told_once_and_asked_again),
                TEST(test_gone_comes_to_who_has_named_it),
                TEST(test_gone_is_an_error_to_its_handler),
        };

        return cmocka_run_group_tests_name("client-interests", tests, NULL, NULL);
}
