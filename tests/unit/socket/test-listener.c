/* The socket file: where it is, who may open it, and whose it is. */
#include "fixture.h"

#include "socket/listener.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static void test_the_directory_is_made(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        char path[80], directory[64];
        mode_t old = umask(022);
        struct stat st;

        (void)snprintf(directory, sizeof(directory), "%s/made", f->directory);
        (void)snprintf(path, sizeof(path), "%s/s", directory);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, path, NULL, 0600), 0);
        (void)umask(old);
        assert_int_equal(stat(directory, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        listener_close(&listener);
        assert_int_equal(rmdir(directory), 0);
}

static void test_only_one_level_of_directories_is_made(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        char path[64];

        (void)snprintf(path, sizeof(path), "%s/a/b/s", f->directory);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, path, NULL, 0600), -ENOENT);
}

static void test_the_mode_is_as_asked_whatever_the_umask(void **state) {
        Fixture *f = *state;
        struct stat st;
        mode_t old = umask(077);

        f->parameters.place.mode = 0666;
        fixture_restart(f);
        (void)umask(old);
        assert_int_equal(stat(f->path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0666);
}

static void test_the_umask_is_left_as_it_was(void **state) {
        Fixture *f = *state;
        mode_t old = umask(013), after;

        fixture_restart(f);
        after = umask(old);
        assert_int_equal(after, 013);
}

static void test_the_group_is_as_asked(void **state) {
        Fixture *f = *state;
        const struct group *group = getgrgid(getgid());
        struct stat st;

        assert_non_null(group);
        f->parameters.place.group = group->gr_name;
        f->parameters.place.mode = 0660;
        fixture_restart(f);
        assert_int_equal(stat(f->path, &st), 0);
        assert_int_equal(st.st_gid, getgid());
        assert_int_equal(st.st_mode & 07777, 0660);
}

static void test_an_unknown_group_leaves_no_file(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};

        f->server = server_free(f->server);
        assert_int_equal(
                listener_open(&listener, LISTENER_MAIN, f->path, "no-such-group-anywhere", 0660),
                -ESRCH);
        assert_int_equal(access(f->path, F_OK), -1);
}

static void test_a_path_of_108_bytes_is_too_long(void **state) {
        Listener listener = {.fd = -1};
        char path[109] = "";

        memset(path, 'a', 108);
        memcpy(path, "/tmp/", 5);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, path, NULL, 0600), -ENAMETOOLONG);
}

static void test_a_path_of_107_bytes_is_taken(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        char path[108] = "";

        memset(path, 'a', 107);
        memcpy(path, f->directory, strlen(f->directory));
        path[strlen(f->directory)] = '/';
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, path, NULL, 0600), 0);
        listener_close(&listener);
}

static void test_a_stale_socket_is_replaced(void **state) {
        Fixture *f = *state;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_close_ int fd = -1;

        f->server = server_free(f->server);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        strcpy(address.sun_path, f->path);
        assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        close(fd);
        fixture_restart(f);
        fd = client_connect(f);
        assert_string_equal(ask(f, fd, "{\"op\":\"watch\"}"), "{\"ok\":true}");
}

static void test_a_live_socket_is_left_alone(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        _cleanup_close_ int fd = -1;

        assert_int_equal(listener_open(&listener, LISTENER_MAIN, f->path, NULL, 0600), -EADDRINUSE);
        fd = client_connect(f);
        assert_string_equal(ask(f, fd, "{\"op\":\"watch\"}"), "{\"ok\":true}");
}

static void test_a_file_that_is_no_socket_is_left_alone(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        struct stat st;
        int fd;

        f->server = server_free(f->server);
        fd = open(f->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        close(fd);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, f->path, NULL, 0600), -EEXIST);
        assert_int_equal(stat(f->path, &st), 0);
        assert_true(S_ISREG(st.st_mode));
}

static void test_the_file_goes_with_the_server(void **state) {
        Fixture *f = *state;

        f->server = server_free(f->server);
        assert_int_equal(access(f->path, F_OK), -1);
}

static int open_lock(const Fixture *f) {
        char path[80];
        int fd;

        (void)snprintf(path, sizeof(path), "%s.lock", f->path);
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        return fd;
}

static void test_two_that_start_at_once_do_not_take_it_from_each_other(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        int other = open_lock(f);

        f->server = server_free(f->server);
        assert_int_equal(flock(other, LOCK_EX), 0);
        assert_int_equal(
                listener_open(&listener, LISTENER_MAIN, f->path, NULL, 0600), -EWOULDBLOCK);
        assert_int_equal(access(f->path, F_OK), -1);
        close(other);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, f->path, NULL, 0600), 0);
        listener_close(&listener);
}

static void test_a_directory_that_others_lock_is_no_hindrance(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};
        int other = open(f->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        f->server = server_free(f->server);
        assert_int_equal(flock(other, LOCK_EX), 0);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, f->path, NULL, 0600), 0);
        listener_close(&listener);
        close(other);
}

static void test_no_lock_is_left(void **state) {
        Fixture *f = *state;
        char path[80];

        (void)snprintf(path, sizeof(path), "%s.lock", f->path);
        assert_int_equal(access(path, F_OK), -1);
}

static void test_a_file_of_somebody_else_stays(void **state) {
        Fixture *f = *state;
        char kept[64];
        int fd;

        /* The old file is kept, so that the new one cannot have its inode. */
        (void)snprintf(kept, sizeof(kept), "%s/kept", f->directory);
        assert_int_equal(rename(f->path, kept), 0);
        fd = open(f->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        close(fd);
        f->server = server_free(f->server);
        assert_int_equal(access(f->path, F_OK), 0);
        assert_int_equal(unlink(kept), 0);
}

static void test_descriptors_are_not_inherited(void **state) {
        Fixture *f = *state;
        Listener listener = {.fd = -1};

        f->server = server_free(f->server);
        assert_int_equal(listener_open(&listener, LISTENER_MAIN, f->path, NULL, 0600), 0);
        assert_true(fcntl(listener.fd, F_GETFD) & FD_CLOEXEC);
        assert_true(fcntl(listener.fd, F_GETFL) & O_NONBLOCK);
        listener_close(&listener);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_the_directory_is_made),
                TEST(test_only_one_level_of_directories_is_made),
                TEST(test_the_mode_is_as_asked_whatever_the_umask),
                TEST(test_the_umask_is_left_as_it_was),
                TEST(test_the_group_is_as_asked),
                TEST(test_an_unknown_group_leaves_no_file),
                TEST(test_a_path_of_108_bytes_is_too_long),
                TEST(test_a_path_of_107_bytes_is_taken),
                TEST(test_a_stale_socket_is_replaced),
                TEST(test_a_live_socket_is_left_alone),
                TEST(test_a_file_that_is_no_socket_is_left_alone),
                TEST(test_the_file_goes_with_the_server),
                TEST(test_two_that_start_at_once_do_not_take_it_from_each_other),
                TEST(test_a_directory_that_others_lock_is_no_hindrance),
                TEST(test_no_lock_is_left),
                TEST(test_a_file_of_somebody_else_stays),
                TEST(test_descriptors_are_not_inherited),
        };

        return cmocka_run_group_tests_name("socket-listener", tests, NULL, NULL);
}
