/* libspored against a socket in the same process. */
#include "spored/client.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

typedef struct Fixture {
        char directory[32];
        char path[64];
        int listener;
        int peer; /* spored's end */
        SporedClient *client;
} Fixture;

static int setup(void **state) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        strcpy(f->directory, "/tmp/spored-test-XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        (void)snprintf(f->path, sizeof(f->path), "%s/spored.sock", f->directory);
        strcpy(address.sun_path, f->path);
        f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(f->listener, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(f->listener, 4), 0);
        assert_int_equal(spored_client_new(&f->client, f->path), 0);
        f->peer = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
        assert_true(f->peer >= 0);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        spored_client_free(f->client);
        if (f->listener >= 0)
                close(f->listener);
        if (f->peer >= 0)
                close(f->peer);
        unlink(f->path);
        assert_int_equal(rmdir(f->directory), 0);
        free(f);
        return 0;
}

static void spored_says(const Fixture *f, const char *text) {
        assert_int_equal(send(f->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void assert_hears(const Fixture *f, const char *expected) {
        const char *line = NULL;

        assert_int_equal(spored_client_receive(f->client, 0, &line), 1);
        assert_string_equal(line, expected);
}

static void test_a_line_is_sent_with_its_newline(void **state) {
        const Fixture *f = *state;
        char text[10] = "";

        assert_int_equal(spored_client_send(f->client, "{}"), 0);
        assert_int_equal(recv(f->peer, text, sizeof(text), 0), 3);
        assert_string_equal(text, "{}\n");
}

static void test_two_lines_in_one_are_refused(void **state) {
        const Fixture *f = *state;

        assert_int_equal(spored_client_send(f->client, "{}\n{}"), -EINVAL);
}

static void test_lines_come_one_by_one(void **state) {
        const Fixture *f = *state;
        const char *line;

        spored_says(f, "one\ntwo\n\nthr");
        assert_hears(f, "one");
        assert_hears(f, "two");
        assert_hears(f, "");
        assert_int_equal(spored_client_receive(f->client, 0, &line), 0);
        spored_says(f, "ee\n");
        assert_hears(f, "three");
}

static void test_a_line_of_many_reads(void **state) {
        Fixture *f = *state;
        static char block[100001];
        const char *line;

        memset(block, 'x', 100000);
        spored_says(f, block);
        spored_says(f, "\nlast\n");
        assert_int_equal(spored_client_receive(f->client, -1, &line), 1);
        assert_int_equal(strlen(line), 100000);
        assert_hears(f, "last");
}

static void test_what_came_before_the_end_is_still_heard(void **state) {
        Fixture *f = *state;
        const char *line;

        spored_says(f, "last\nhalf");
        close(f->peer);
        f->peer = -1;
        assert_hears(f, "last");
        assert_int_equal(spored_client_receive(f->client, -1, &line), -ECONNRESET);
        assert_int_equal(spored_client_receive(f->client, -1, &line), -ECONNRESET);
        assert_int_equal(spored_client_send(f->client, "{}"), -EPIPE);
}

static void test_a_line_above_a_mebibyte_is_an_error(void **state) {
        Fixture *f = *state;
        static char block[65536];
        const char *line;
        int r = 0;

        memset(block, 'x', sizeof(block));
        for (unsigned i = 0; i < 17 && r == 0; i++) {
                assert_int_equal(send(f->peer, block, sizeof(block), MSG_NOSIGNAL), sizeof(block));
                /* A step takes what there is; it ends when nothing is left. */
                r = spored_client_receive(f->client, 0, &line);
        }
        while (r == 0)
                r = spored_client_receive(f->client, 0, &line);
        assert_int_equal(r, -EMSGSIZE);
}

/* Sends everything back, and reads no more before that is done. */
static void echo(int fd) {
        char block[4096];
        ssize_t n;

        while ((n = recv(fd, block, sizeof(block), 0)) > 0)
                for (ssize_t sent = 0; sent < n;) {
                        ssize_t r = send(fd, block + sent, (size_t)(n - sent), MSG_NOSIGNAL);

                        if (r < 0)
                                _exit(1);
                        sent += r;
                }
        _exit(0);
}

static void test_answers_are_read_while_requests_are_sent(void **state) {
        Fixture *f = *state;
        char request[201];
        int exit_status;
        pid_t child = fork();

        if (child == 0) {
                close(spored_client_fd(f->client));
                echo(f->peer);
        }
        assert_true(child > 0);
        close(f->peer);
        f->peer = -1;
        for (unsigned i = 0; i < 4000; i++) {
                (void)snprintf(request, sizeof(request), "%0200u", i);
                assert_int_equal(spored_client_send(f->client, request), 0);
        }
        for (unsigned i = 0; i < 4000; i++) {
                const char *line;

                (void)snprintf(request, sizeof(request), "%0200u", i);
                assert_int_equal(spored_client_receive(f->client, -1, &line), 1);
                assert_string_equal(line, request);
        }
        f->client = spored_client_free(f->client);
        assert_int_equal(waitpid(child, &exit_status, 0), child);
        assert_int_equal(exit_status, 0);
}

static void test_connecting_where_nobody_is(void **state) {
        const Fixture *f = *state;
        SporedClient *client = NULL;
        char path[200] = "";

        assert_int_equal(spored_client_new(&client, f->directory), -ECONNREFUSED);
        (void)snprintf(path, sizeof(path), "%s/none", f->directory);
        assert_int_equal(spored_client_new(&client, path), -ENOENT);
        memset(path, 'a', 150);
        assert_int_equal(spored_client_new(&client, path), -ENAMETOOLONG);
        assert_null(client);
}

/* Two lines come at once: the first read takes both, and the socket is empty then. */
static void test_poll_does_not_know_of_a_line_that_was_read_with_another(void **state) {
        const Fixture *f = *state;
        struct pollfd poll_fd = {.fd = spored_client_fd(f->client), .events = POLLIN};
        const char *line;

        spored_says(f, "one\ntwo\n");
        assert_int_equal(poll(&poll_fd, 1, -1), 1);
        assert_hears(f, "one");
        assert_int_equal(poll(&poll_fd, 1, 0), 0);
        assert_hears(f, "two");
        assert_int_equal(spored_client_receive(f->client, 0, &line), 0);
        assert_int_equal(poll(&poll_fd, 1, 0), 0);
}

#define SYSTEM_PATH "/run/spored/spored.sock"

static void expect_places(const char *first, const char *second) {
        char path[64];

        assert_int_equal(spored_client_path(0, path, sizeof(path)), 1);
        assert_string_equal(path, first);
        assert_int_equal(spored_client_path(1, path, sizeof(path)), second ? 1 : 0);
        if (second)
                assert_string_equal(path, second);
        assert_int_equal(spored_client_path(2, path, sizeof(path)), 0);
}

static void test_the_places_to_look_at(void **state) {
        char path[64];

        unsetenv("SPORED_SOCKET_PATH");
        unsetenv("XDG_RUNTIME_DIR");
        expect_places(SYSTEM_PATH, NULL);
        setenv("XDG_RUNTIME_DIR", "", 1);
        expect_places(SYSTEM_PATH, NULL);
        setenv("XDG_RUNTIME_DIR", "/r", 1);
        expect_places("/r/spored.sock", SYSTEM_PATH);
        setenv("SPORED_SOCKET_PATH", "/a/b", 1);
        expect_places("/a/b", NULL);
        assert_int_equal(spored_client_path(0, path, 4), -ENAMETOOLONG);
}

static void test_the_runtime_directory_comes_first(void **state) {
        const Fixture *f = *state;
        SporedClient *client = NULL;
        int peer;

        unsetenv("SPORED_SOCKET_PATH");
        setenv("XDG_RUNTIME_DIR", f->directory, 1);
        assert_int_equal(spored_client_new(&client, NULL), 0);
        peer = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
        assert_true(peer >= 0);
        close(peer);
        spored_client_free(client);
}

/* What comes of the system's socket, whoever runs the test. */
static int connect_to_system(void) {
        SporedClient *client = NULL;
        int r = spored_client_new(&client, SYSTEM_PATH);

        spored_client_free(client);
        return r;
}

static void test_a_stale_socket_does_not_hide_the_next_place(void **state) {
        Fixture *f = *state;
        SporedClient *client = NULL;

        close(f->listener);
        f->listener = -1;
        assert_int_equal(spored_client_new(&client, f->path), -ECONNREFUSED);
        unsetenv("SPORED_SOCKET_PATH");
        setenv("XDG_RUNTIME_DIR", f->directory, 1);
        assert_int_equal(spored_client_new(&client, NULL), connect_to_system());
        spored_client_free(client);
}

static void test_a_runtime_directory_that_is_too_long_hides_nothing(void **state) {
        SporedClient *client = NULL;
        char directory[200] = "";

        memset(directory, 'a', sizeof(directory) - 1);
        unsetenv("SPORED_SOCKET_PATH");
        setenv("XDG_RUNTIME_DIR", directory, 1);
        assert_int_equal(spored_client_new(&client, NULL), connect_to_system());
        spored_client_free(client);
}

static void test_a_chosen_place_is_the_only_one(void **state) {
        const Fixture *f = *state;
        SporedClient *client = NULL;
        char path[100];

        (void)snprintf(path, sizeof(path), "%s/none", f->directory);
        setenv("SPORED_SOCKET_PATH", path, 1);
        setenv("XDG_RUNTIME_DIR", f->directory, 1);
        assert_int_equal(spored_client_new(&client, NULL), -ENOENT);
        assert_null(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_line_is_sent_with_its_newline),
                TEST(test_two_lines_in_one_are_refused),
                TEST(test_lines_come_one_by_one),
                TEST(test_a_line_of_many_reads),
                TEST(test_what_came_before_the_end_is_still_heard),
                TEST(test_a_line_above_a_mebibyte_is_an_error),
                TEST(test_answers_are_read_while_requests_are_sent),
                TEST(test_connecting_where_nobody_is),
                TEST(test_poll_does_not_know_of_a_line_that_was_read_with_another),
                TEST(test_the_places_to_look_at),
                TEST(test_the_runtime_directory_comes_first),
                TEST(test_a_stale_socket_does_not_hide_the_next_place),
                TEST(test_a_runtime_directory_that_is_too_long_hides_nothing),
                TEST(test_a_chosen_place_is_the_only_one),
        };

        return cmocka_run_group_tests_name("ctl-client", tests, NULL, NULL);
}
