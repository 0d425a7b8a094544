/* libspored: where spored is looked for, and connecting. */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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

static void test_connecting_where_nobody_is(void **state) {
        const Fixture *f = *state;
        SporedClient *client = NULL;
        char path[200] = "";

        assert_int_equal(spored_client_new(&client, f->directory, 0), -ECONNREFUSED);
        (void)snprintf(path, sizeof(path), "%s/none", f->directory);
        assert_int_equal(spored_client_new(&client, path, 0), -ENOENT);
        memset(path, 'a', 150);
        assert_int_equal(spored_client_new(&client, path, 0), -ENAMETOOLONG);
        assert_int_equal(spored_client_new(&client, path, SPORED_CLIENT_RECONNECT), -ENAMETOOLONG);
        assert_int_equal(spored_client_new(&client, f->path, 1U << 20), -EINVAL);
        assert_null(client);
}

static void test_a_full_backlog_is_not_waited_for(void **state) {
        Fixture *f = *state;
        SporedClient *clients[16] = {};
        int r = 0;

        for (size_t i = 0; i < 16 && r == 0; i++)
                r = spored_client_new(&clients[i], f->path, 0);
        assert_int_equal(r, -EAGAIN);
        for (size_t i = 0; i < 16; i++)
                spored_client_free(clients[i]);
}

static void test_the_runtime_directory_comes_first(void **state) {
        Fixture *f = *state;

        unsetenv("SPORED_SOCKET_PATH");
        setenv("XDG_RUNTIME_DIR", f->directory, 1);
        assert_int_equal(spored_client_new(&f->client, NULL, 0), 0);
        fixture_accept(f);
}

/* What comes of the system's socket, whoever runs the test. */
static int connect_to_system(void) {
        SporedClient *client = NULL;
        int r = spored_client_new(&client, SYSTEM_PATH, 0);

        spored_client_free(client);
        return r;
}

static void test_a_stale_socket_does_not_hide_the_next_place(void **state) {
        Fixture *f = *state;
        SporedClient *client = NULL;

        close(f->listener);
        f->listener = -1;
        assert_int_equal(spored_client_new(&client, f->path, 0), -ECONNREFUSED);
        unsetenv("SPORED_SOCKET_PATH");
        setenv("XDG_RUNTIME_DIR", f->directory, 1);
        assert_int_equal(spored_client_new(&client, NULL, 0), connect_to_system());
        spored_client_free(client);
}

static void test_a_runtime_directory_that_is_too_long_hides_nothing(void **state) {
        SporedClient *client = NULL;
        char directory[200] = "";

        memset(directory, 'a', sizeof(directory) - 1);
        unsetenv("SPORED_SOCKET_PATH");
        setenv("XDG_RUNTIME_DIR", directory, 1);
        assert_int_equal(spored_client_new(&client, NULL, 0), connect_to_system());
        spored_client_free(client);
}

static void test_a_chosen_place_is_the_only_one(void **state) {
        const Fixture *f = *state;
        SporedClient *client = NULL;
        char path[100];

        (void)snprintf(path, sizeof(path), "%s/none", f->directory);
        setenv("SPORED_SOCKET_PATH", path, 1);
        setenv("XDG_RUNTIME_DIR", f->directory, 1);
        assert_int_equal(spored_client_new(&client, NULL, 0), -ENOENT);
        assert_null(client);
}

#define TEST_ALONE(name) TEST_WITH(name, fixture_setup_alone)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST_ALONE(test_the_places_to_look_at),
                TEST_ALONE(test_connecting_where_nobody_is),
                TEST_ALONE(test_a_full_backlog_is_not_waited_for),
                TEST_ALONE(test_the_runtime_directory_comes_first),
                TEST_ALONE(test_a_stale_socket_does_not_hide_the_next_place),
                TEST_ALONE(test_a_runtime_directory_that_is_too_long_hides_nothing),
                TEST_ALONE(test_a_chosen_place_is_the_only_one),
        };

        return cmocka_run_group_tests_name("client-place", tests, NULL, NULL);
}
