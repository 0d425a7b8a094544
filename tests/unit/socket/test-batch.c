/* Arrays of requests, answered element by element. */
#include "fixture.h"

#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define WATCH "{\"op\":\"watch\"}"
#define OK    "{\"ok\":true}"

static void test_each_element_has_an_answer_in_order(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send(f, fd,
                " [ {\"op\":\"watch\",\"id\":1} ,{\"op\":\"set\",\"characteristic\":\"note\","
                "\"value\":\"],[ \\\"\\\\\",\"id\":2},\t{\"op\":\"watch\",\"id\":3}] \r\n" WATCH
                "\n");
        assert_string_equal(client_line(f, fd), "{\"id\":1,\"ok\":true}");
        assert_string_equal(
                client_line(f, fd), "{\"id\":2,\"ok\":true,\"seq\":1,\"subscribed\":false}");
        assert_string_equal(client_line(f, fd), "{\"id\":3,\"ok\":true}");
        assert_string_equal(client_line(f, fd), OK);
        assert_memory_equal(fixture_value(f, "note")->data, "],[ \"\\", 6);
        assert_int_equal(server_counts(f->server).requests, 4);
}

static void test_a_batch_of_one(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_string_equal(ask(f, fd, "[" WATCH "]"), OK);
        assert_true(client_hears_nothing(f, fd));
}

static void test_a_bad_element_spoils_no_other(void **state) {
        static const struct {
                const char *element, *word, *part;
        } bad[] = {
                {"1", "bad_request", "a request is a JSON object"},
                {"null", "bad_request", "a request is a JSON object"},
                {"[" WATCH "]", "bad_request", "arrays of requests hold no arrays"},
                {"", "bad_json", "of element 1"},
                {"{]", "bad_json", "of element 1"},
                {"NaN", "bad_json", "of element 1"},
                {"{\"op\":\"\xff\"}", "bad_json", "of element 1"},
                {"{\"id\":1e999}", "out_of_range", "of element 1"},
                {"{\"op\":1,\"op\":2}", "bad_request", "of element 1"},
                {"{\"op\":\"fly\"}", "unknown_op", "'fly'"},
                {"{} {}", "bad_json", "of element 1"},
        };
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                char request[200], expected[60];
                const char *line;

                (void)snprintf(
                        request, sizeof(request), "[" WATCH ",%s," WATCH "]\n", bad[i].element);
                (void)snprintf(expected, sizeof(expected), "{\"error\":\"%s\",", bad[i].word);
                client_send(f, fd, request);
                assert_string_equal(client_line(f, fd), OK);
                line = client_line(f, fd);
                if (strncmp(line, expected, strlen(expected)) != 0 || !strstr(line, bad[i].part))
                        fail_msg("%s gave %s", request, line);
                assert_string_equal(client_line(f, fd), OK);
        }
        assert_int_equal(server_counts(f->server).bad_requests, ELEMENTS(bad));
}

static void test_an_empty_array_is_one_error(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_refused(f, fd, "[]", "bad_request", "at least one");
        assert_refused(f, fd, " [ \t] ", "bad_request", "at least one");
        assert_true(client_hears_nothing(f, fd));
}

static void test_an_array_that_is_not_whole_carries_nothing_out(void **state) {
        static const struct {
                const char *tail, *part;
        } bad[] = {
                {"", "not closed"},
                {",", "not closed"},
                {",{", "not closed"},
                {",{]", "not closed"},
                {",\"]", "not closed"},
                {",\"\\\"]", "not closed"},
                {"}", "closed by '}'"},
                {"] x", "there is more behind"},
                {"]]", "there is more behind"},
                {"],", "there is more behind"},
        };
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                char request[200];

                (void)snprintf(request, sizeof(request),
                        "[{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"01\"}%s",
                        bad[i].tail);
                assert_refused(f, fd, request, "bad_json", bad[i].part);
        }
        assert_int_equal(fixture_value(f, "raw")->seq, 0);
        assert_true(client_hears_nothing(f, fd));
}

static void test_a_nul_in_a_batch_spoils_its_element(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        static const char line[] = "[" WATCH "\0," WATCH "]\n";

        client_send_bytes(f, fd, line, sizeof(line) - 1);
        assert_non_null(strstr(client_line(f, fd), "\"error\":\"bad_json\""));
        assert_string_equal(client_line(f, fd), OK);
}

/* As many elements as fill a line, "[watch,watch,...]". */
static size_t fill_line(char *line, size_t room) {
        size_t n = 0;

        strcpy(line, "[");
        while (strlen(line) + strlen(WATCH) + 2 < room) {
                if (n > 0)
                        strcat(line, ",");
                strcat(line, WATCH);
                n++;
        }
        strcat(line, "]\n");
        return n;
}

static void test_elements_count_as_requests_of_a_turn(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = -1;
        char line[1000], answers[1000];
        size_t n = fill_line(line, sizeof(line)), per_turn = 3 * (strlen(OK) + 1);

        f->parameters.requests_per_turn = 3;
        fixture_restart(f);
        fd = client_connect(f);
        ask(f, fd, WATCH);
        client_send(f, fd, line);
        for (size_t done = 0; done + 3 <= n; done += 3) {
                fixture_turn(f, 1);
                assert_int_equal(recv(fd, answers, sizeof(answers), 0), per_turn);
        }
}

static void test_a_batch_whose_answers_are_not_read_waits(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);
        _cleanup_close_ int other = client_connect(f);
        char line[4096];
        size_t n = fill_line(line, sizeof(line)), sent = 0;

        for (size_t i = 0; i < 100000 / n; i++) {
                ssize_t r = send(fd, line, strlen(line), MSG_NOSIGNAL);

                fixture_turn(f, 20);
                if (r < 0)
                        break;
                sent += (size_t)r;
        }
        assert_string_equal(ask(f, other, WATCH), OK);
        for (size_t i = 0; i < sent / strlen(line) * n; i++)
                assert_string_equal(client_line(f, fd), OK);
        assert_int_equal(server_counts(f->server).peers_cut_off, 0);
}

static void test_a_batch_goes_on_behind_a_set_that_waited(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send(f, fd,
                "[{\"op\":\"watch\",\"id\":1},"
                "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"02\",\"id\":2},"
                "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"03\",\"id\":3},"
                "{\"op\":\"watch\",\"id\":4}]\n{\"op\":\"watch\",\"id\":5}\n");
        assert_string_equal(client_line(f, fd), "{\"id\":1,\"ok\":true}");
        assert_true(client_hears_nothing(f, fd));
        fixture_make_room(f, "raw", 1);
        assert_non_null(strstr(client_line(f, fd), "{\"id\":2,\"ok\":true,\"seq\":1,"));
        assert_true(client_hears_nothing(f, fd));
        fixture_make_room(f, "raw", 1);
        assert_non_null(strstr(client_line(f, fd), "{\"id\":3,\"ok\":true,\"seq\":2,"));
        assert_string_equal(client_line(f, fd), "{\"id\":4,\"ok\":true}");
        assert_string_equal(client_line(f, fd), "{\"id\":5,\"ok\":true}");
}

static void test_a_set_that_waits_as_the_first_of_a_batch(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        f->room = 0;
        client_send(
                f, fd, "[{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"02\"}," WATCH "]\n");
        assert_true(client_hears_nothing(f, fd));
        fixture_make_room(f, "raw", 1);
        assert_non_null(strstr(client_line(f, fd), "\"seq\":1"));
        assert_string_equal(client_line(f, fd), OK);
        assert_true(client_hears_nothing(f, fd));
}

static void test_a_last_batch_needs_no_newline(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        client_send(f, fd, "[" WATCH "," WATCH "]");
        shutdown(fd, SHUT_WR);
        assert_string_equal(client_line(f, fd), OK);
        assert_string_equal(client_line(f, fd), OK);
        assert_null(client_line(f, fd));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_each_element_has_an_answer_in_order),
                TEST(test_a_batch_of_one),
                TEST(test_a_bad_element_spoils_no_other),
                TEST(test_an_empty_array_is_one_error),
                TEST(test_an_array_that_is_not_whole_carries_nothing_out),
                TEST(test_a_nul_in_a_batch_spoils_its_element),
                TEST(test_elements_count_as_requests_of_a_turn),
                TEST(test_a_batch_whose_answers_are_not_read_waits),
                TEST(test_a_batch_goes_on_behind_a_set_that_waited),
                TEST(test_a_set_that_waits_as_the_first_of_a_batch),
                TEST(test_a_last_batch_needs_no_newline),
        };

        return cmocka_run_group_tests_name("socket-batch", tests, NULL, NULL);
}
