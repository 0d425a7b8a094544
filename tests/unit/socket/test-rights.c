/* Who may do what: the read-only socket, administrators, and sockets that are passed. */
#include "fixture.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define STRANGER  65534
#define ADVERTISE "{\"op\":\"advertise\",\"name\":\"x\"}"

static char read_only_path[80];

static int setup_read_only(void **state) {
        Fixture *f;
        int r = fixture_setup(state);

        f = *state;
        (void)snprintf(read_only_path, sizeof(read_only_path), "%s/r", f->directory);
        f->parameters.read_only = (ServerPlace){.path = read_only_path, .mode = 0666, .fd = -1};
        fixture_restart(f);
        return r;
}

static void test_the_read_only_socket_answers_what_changes_nothing(void **state) {
        static const char *const requests[] = {
                "{\"op\":\"get\",\"characteristic\":\"raw\"}",
                "{\"op\":\"watch\",\"events\":[\"status\"]}",
                "{\"op\":\"status\"}",
                "{\"op\":\"metrics\"}",
                "{\"op\":\"devices\"}",
        };
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect_to(read_only_path);

        for (size_t i = 0; i < ELEMENTS(requests); i++)
                assert_non_null(strstr(ask(f, fd, requests[i]), "\"ok\":true"));
        server_emit_status(f->server);
        assert_non_null(strstr(client_line(f, fd), "\"event\":\"status\""));
}

static void test_the_read_only_socket_refuses_everything_else(void **state) {
        static const char *const requests[] = {
                "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"01\"}",
                "{\"op\":\"handle\",\"characteristic\":\"note\"}",
                "{\"op\":\"unhandle\",\"characteristic\":\"note\"}",
                "{\"op\":\"verdict\",\"number\":1,\"accept\":true}",
                "{\"op\":\"will\",\"values\":[{\"characteristic\":\"raw\",\"hex\":\"01\"}]}",
                ADVERTISE,
                "{\"op\":\"advertise\",\"name\":\"\"}",
                "{\"op\":\"deactivate\"}",
                "{\"op\":\"activate\"}",
                "{\"op\":\"reload\"}",
        };
        Fixture *f = *state;
        int fd = client_connect_to(read_only_path);

        for (size_t i = 0; i < ELEMENTS(requests); i++)
                assert_refused(f, fd, requests[i], "not_permitted", "this socket is read-only");
        assert_refused(f, fd, "[" ADVERTISE "]", "not_permitted", "this socket is read-only");
        assert_int_equal(status_number(f, fd, "not_permitted"), ELEMENTS(requests) + 1);
        close(fd);
        fixture_turn(f, 3);
        assert_int_equal(fixture_value(f, "raw")->seq, 0);
        assert_int_equal(f->calls.wills + f->calls.verdicts + f->calls.unhandled, 0);
        assert_string_equal(f->calls.advertised, "");
}

static void test_the_other_socket_is_as_ever(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = client_connect(f);

        assert_string_equal(ask(f, fd, ADVERTISE), "{\"ok\":true}");
}

static void test_readers_take_at_most_half_of_the_places(void **state) {
        Fixture *f = *state;
        int fds[4], extra, main_one;

        for (size_t i = 0; i < ELEMENTS(fds); i++)
                fds[i] = client_connect_to(read_only_path);
        extra = client_connect_to(read_only_path);
        assert_string_equal(client_line(f, extra),
                "{\"error\":\"too_many\",\"detail\":\"4 local programs are connected already\"}");
        main_one = client_connect(f);
        assert_int_equal(status_number(f, main_one, "peers"), 5);
        close(extra);
        close(fds[0]);
        fixture_turn(f, 3);
        fds[0] = client_connect_to(read_only_path);
        assert_int_equal(status_number(f, fds[0], "peers"), 5);
        close(main_one);
        for (size_t i = 0; i < ELEMENTS(fds); i++)
                close(fds[i]);
}

static void test_both_files_go_with_the_server(void **state) {
        Fixture *f = *state;

        f->server = server_free(f->server);
        assert_int_equal(access(f->path, F_OK), -1);
        assert_int_equal(access(read_only_path, F_OK), -1);
}

/* Whom the server takes for the user that spored runs as; -1: who it is. A test that is not root
 * cannot connect as somebody else, but its spored can be somebody else's. */
static uid_t pretended = (uid_t)-1;

uid_t geteuid(void) {
        return pretended != (uid_t)-1 ? pretended : (uid_t)syscall(SYS_geteuid);
}

static bool is_root(void) {
        return syscall(SYS_geteuid) == 0;
}

/* Connects as somebody with these groups; root alone may. */
static int connect_as(Fixture *f, gid_t gid, size_t n_groups, const gid_t *groups) {
        int fd;

        assert_int_equal(chmod(f->directory, 0755), 0);
        assert_int_equal(setgroups(n_groups, groups), 0);
        assert_int_equal(setegid(gid), 0);
        assert_int_equal(seteuid(STRANGER), 0);
        fd = client_connect(f);
        assert_int_equal(seteuid(0), 0);
        assert_int_equal(setegid(0), 0);
        assert_int_equal(setgroups(0, NULL), 0);
        return fd;
}

/* Connects as somebody who is neither root nor the user of spored. */
static int connect_stranger(Fixture *f) {
        if (is_root())
                return connect_as(f, STRANGER, 0, NULL);
        pretended = getuid() + 1;
        return client_connect(f);
}

static void open_to_all(Fixture *f, const char *admin_group) {
        f->parameters.place.mode = 0666;
        f->parameters.admin_group = admin_group;
        fixture_restart(f);
}

static bool has_group(gid_t gid) {
        gid_t groups[NGROUPS_MAX];
        int n = getgroups(ELEMENTS(groups), groups);

        for (int i = 0; i < n; i++)
                if (groups[i] == gid)
                        return true;
        return gid == getgid() || gid == getegid();
}

/* A group of the machine's that this test is in by a supplementary one, or not in at all. */
static char *find_group(bool supplementary, gid_t *ret) {
        const struct group *group;
        char *name = NULL;

        setgrent();
        while (!name && (group = getgrent()))
                if (has_group(group->gr_gid) == supplementary && group->gr_gid != getgid() &&
                        group->gr_gid != STRANGER) {
                        name = strdup(group->gr_name);
                        *ret = group->gr_gid;
                }
        endgrent();
        return name;
}

static void test_a_stranger_is_no_administrator(void **state) {
        static const char *const operations[] = {"activate", "deactivate", "reload"};
        Fixture *f = *state;
        _cleanup_close_ int fd = -1;
        char request[64], why[128];

        open_to_all(f, NULL);
        fd = connect_stranger(f);
        assert_refused(f, fd, ADVERTISE, "not_permitted",
                "advertise needs root, spored's own user, or a member of admin_group");
        for (size_t i = 0; i < ELEMENTS(operations); i++) {
                (void)snprintf(request, sizeof(request), "{\"op\":\"%s\"}", operations[i]);
                (void)snprintf(why, sizeof(why),
                        "%s needs root, spored's own user, or a member of admin_group",
                        operations[i]);
                assert_refused(f, fd, request, "not_permitted", why);
        }
        assert_string_equal(f->calls.advertised, "");
        assert_int_equal(f->calls.activated + f->calls.deactivated, 0);
        assert_int_equal(server_counts(f->server).not_permitted, 1 + ELEMENTS(operations));
        assert_non_null(strstr(
                ask(f, fd, "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"01\"}"), "ok"));
}

static void test_the_user_that_spored_runs_as_is_an_administrator(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int fd = -1;

        open_to_all(f, NULL);
        fd = connect_stranger(f);
        pretended = is_root() ? STRANGER : getuid();
        assert_string_equal(ask(f, fd, ADVERTISE), "{\"ok\":true}");
}

static void test_those_with_the_admin_group_are_administrators(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *name = NULL;
        _cleanup_close_ int fd = -1;
        gid_t gid = getgid();

        if (is_root())
                name = find_group(false, &gid);
        else if (getgrgid(gid))
                name = strdup(getgrgid(gid)->gr_name);
        assert_non_null(name);
        open_to_all(f, name);
        fd = is_root() ? connect_as(f, gid, 0, NULL) : connect_stranger(f);
        assert_string_equal(ask(f, fd, ADVERTISE), "{\"ok\":true}");
}

static void test_members_of_the_admin_group_are_administrators(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *name = NULL;
        _cleanup_close_ int fd = -1;
        gid_t many[40];

        name = find_group(!is_root(), &many[39]);
        if (!name && !is_root()) {
                print_message("this user is in no second group\n");
                skip();
        }
        assert_non_null(name);
        for (size_t i = 0; i < 39; i++)
                many[i] = (gid_t)(70000 + i);
        open_to_all(f, name);
        fd = is_root() ? connect_as(f, STRANGER, ELEMENTS(many), many) : connect_stranger(f);
        assert_string_equal(ask(f, fd, ADVERTISE), "{\"ok\":true}");
}

static void test_those_without_the_admin_group_are_none(void **state) {
        Fixture *f = *state;
        _cleanup_free_ char *name = NULL;
        _cleanup_close_ int fd = -1;
        gid_t gid;

        name = find_group(false, &gid);
        assert_non_null(name);
        open_to_all(f, name);
        fd = connect_stranger(f);
        assert_refused(f, fd, ADVERTISE, "not_permitted", "admin_group");
}

static void test_an_unknown_admin_group_is_an_error(void **state) {
        Fixture *f = *state;

        f->server = server_free(f->server);
        f->parameters.admin_group = "no-such-group-anywhere";
        assert_int_equal(fixture_try_start(f), -ESRCH);
        assert_int_equal(access(f->path, F_OK), -1);
}

/* A socket as a service manager makes it. */
static int listening_socket(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        strcpy(address.sun_path, path);
        assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(chmod(path, 0640), 0);
        assert_int_equal(listen(fd, 8), 0);
        return fd;
}

static void test_a_passed_socket_is_served_and_its_file_left_alone(void **state) {
        Fixture *f = *state;
        _cleanup_close_ int waiting = -1;
        _cleanup_close_ int reader = -1;
        struct stat before, after;

        f->server = server_free(f->server);
        f->parameters.place.fd = listening_socket(f->path);
        f->parameters.place.mode = 0666;
        f->parameters.read_only.fd = listening_socket(read_only_path);
        assert_int_equal(stat(f->path, &before), 0);
        waiting = client_connect(f);
        assert_int_equal(fixture_try_start(f), 0);
        assert_non_null(strstr(ask(f, waiting, "{\"op\":\"metrics\"}"), "ok"));
        reader = client_connect_to(read_only_path);
        assert_refused(f, reader, ADVERTISE, "not_permitted", "read-only");
        f->server = server_free(f->server);
        assert_int_equal(stat(f->path, &after), 0);
        assert_int_equal(after.st_ino, before.st_ino);
        assert_int_equal(after.st_mode, before.st_mode);
        assert_int_equal(access(read_only_path, F_OK), 0);
        assert_int_equal(fcntl(f->parameters.place.fd, F_GETFD), -1);
}

static void test_a_passed_socket_does_not_block_and_is_not_inherited(void **state) {
        Fixture *f = *state;
        int fd;

        f->server = server_free(f->server);
        fd = listening_socket(f->path);
        f->parameters.place.fd = fd;
        assert_int_equal(fixture_try_start(f), 0);
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void test_what_is_passed_must_be_a_listening_unix_stream(void **state) {
        Fixture *f = *state;
        int pipes[2];
        struct {
                int fd, error;
        } bad[5];

        assert_int_equal(pipe(pipes), 0);
        bad[0].fd = pipes[0], bad[0].error = -ENOTSOCK;
        bad[1].fd = socket(AF_INET, SOCK_STREAM, 0), bad[1].error = -EPROTOTYPE;
        bad[2].fd = socket(AF_UNIX, SOCK_DGRAM, 0), bad[2].error = -EPROTOTYPE;
        bad[3].fd = socket(AF_UNIX, SOCK_STREAM, 0), bad[3].error = -EINVAL;
        bad[4].fd = 999, bad[4].error = -EBADF;
        f->server = server_free(f->server);
        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                f->parameters.place.fd = bad[i].fd;
                assert_int_equal(fixture_try_start(f), bad[i].error);
                if (i < 4)
                        assert_int_equal(close(bad[i].fd), 0);
        }
        close(pipes[1]);
}

static int teardown_read_only(void **state) {
        pretended = (uid_t)-1;
        (void)unlink(read_only_path);
        return fixture_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_read_only, teardown_read_only)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_the_read_only_socket_answers_what_changes_nothing),
                TEST(test_the_read_only_socket_refuses_everything_else),
                TEST(test_the_other_socket_is_as_ever),
                TEST(test_readers_take_at_most_half_of_the_places),
                TEST(test_both_files_go_with_the_server),
                TEST(test_a_stranger_is_no_administrator),
                TEST(test_the_user_that_spored_runs_as_is_an_administrator),
                TEST(test_those_with_the_admin_group_are_administrators),
                TEST(test_members_of_the_admin_group_are_administrators),
                TEST(test_those_without_the_admin_group_are_none),
                TEST(test_an_unknown_admin_group_is_an_error),
                TEST(test_a_passed_socket_is_served_and_its_file_left_alone),
                TEST(test_a_passed_socket_does_not_block_and_is_not_inherited),
                TEST(test_what_is_passed_must_be_a_listening_unix_stream),
        };

        return cmocka_run_group_tests_name("socket-rights", tests, NULL, NULL);
}
