/* What the kernel tells of files and devices. Its messages about devices are played. */
#include "fixture.h"

#include "sense/wakes.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CHANGE(device)                                                                             \
        "change@" device "\0ACTION=change\0DEVPATH=" device "\0SUBSYSTEM=hwmon\0SEQNUM=4711"

static bool tells(const Wakes *wakes) {
        struct pollfd fd = {.fd = wakes_fd(wakes), .events = POLLIN};

        return poll(&fd, 1, 0) > 0;
}

/* Whether just the files of the indexes in wanted ("02") may have changed. */
static void expect_woken(Wakes *wakes, const char *wanted) {
        bool woken[3] = {0};

        assert_int_equal(tells(wakes), *wanted != '\0');
        wakes_take(wakes, woken);
        for (int i = 0; i < 3; i++)
                assert_int_equal(woken[i], strchr(wanted, '0' + i) != NULL);
        assert_false(tells(wakes));
}

static int watch(const Fixture *f, Wakes *wakes, size_t index, const char *name) {
        _cleanup_free_ char *path = fixture_path(f, name);

        return wakes_watch(wakes, index, path);
}

static void move(const Fixture *f, const char *from, const char *to) {
        _cleanup_free_ char *old = fixture_path(f, from), *new = fixture_path(f, to);

        assert_int_equal(rename(old, new), 0);
}

static void test_a_file_that_is_written_wakes(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/a", "1\n");
        fixture_write(f, "/b", "1\n");
        assert_int_equal(watch(f, wakes, 0, "/a"), 1);
        assert_int_equal(watch(f, wakes, 0, "/a"), 0);
        assert_int_equal(watch(f, wakes, 2, "/b"), 1);
        expect_woken(wakes, "");
        fixture_write(f, "/a", "2\n");
        expect_woken(wakes, "0");
        fixture_write(f, "/b", "2\n");
        fixture_write(f, "/a", "2\n");
        expect_woken(wakes, "02");
        fixture_write(f, "/ab", "2\n");
        tells(wakes);
        bool woken[3] = {0};
        wakes_take(wakes, woken);
        assert_false(woken[0] || woken[1] || woken[2]);
}

static void test_a_file_that_takes_its_name_wakes(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/a", "1\n");
        fixture_write(f, "/new", "2\n");
        assert_int_equal(watch(f, wakes, 1, "/a"), 1);
        move(f, "/new", "/a");
        expect_woken(wakes, "1");
        assert_int_equal(watch(f, wakes, 1, "/a"), 0);
}

static void test_a_file_that_comes_wakes(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        assert_int_equal(watch(f, wakes, 1, "/a"), 1);
        fixture_write(f, "/a", "1\n");
        expect_woken(wakes, "1");
}

static void test_a_file_behind_a_link_is_watched_where_it_is(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/there/a", "1\n");
        fixture_link(f, "/here", "/there/a");
        assert_int_equal(watch(f, wakes, 0, "/here"), 1);
        fixture_write(f, "/there/a", "2\n");
        expect_woken(wakes, "0");
}

static void test_another_file_is_watched_in_its_place(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/1/a", "1\n");
        fixture_write(f, "/2/a", "1\n");
        assert_int_equal(watch(f, wakes, 0, "/1/a"), 1);
        assert_int_equal(watch(f, wakes, 1, "/1/a"), 1);
        assert_int_equal(watch(f, wakes, 0, "/2/a"), 1);
        fixture_write(f, "/2/a", "2\n");
        expect_woken(wakes, "0");
        fixture_write(f, "/1/a", "2\n"); /* the other one still has it */
        expect_woken(wakes, "1");
}

static void test_a_directory_that_goes_wakes_and_is_found_again(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/1/a", "1\n");
        assert_int_equal(watch(f, wakes, 0, "/1/a"), 1);
        fixture_remove(f, "/1/a");
        fixture_remove(f, "/1");
        expect_woken(wakes, "0");
        assert_int_equal(watch(f, wakes, 0, "/1/a"), -ENOENT);
        fixture_write(f, "/1/a", "1\n");
        assert_int_equal(watch(f, wakes, 0, "/1/a"), 1);
        fixture_write(f, "/1/a", "2\n");
        expect_woken(wakes, "0");
}

static void test_a_directory_that_takes_the_place_is_watched(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/1/a", "1\n");
        assert_int_equal(watch(f, wakes, 0, "/1/a"), 1);
        move(f, "/1", "/old");
        fixture_write(f, "/1/a", "2\n");
        assert_int_equal(watch(f, wakes, 0, "/1/a"), 1);
        fixture_write(f, "/1/a", "3\n");
        expect_woken(wakes, "0");
        fixture_write(f, "/old/a", "4\n");
        expect_woken(wakes, "");
}

/* /proc/sys/fs/inotify/max_queued_events of them are kept. */
static void test_when_too_much_has_changed_everything_wakes(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;
        _cleanup_fclose_ FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
        bool woken[3] = {0};
        unsigned n;

        assert_non_null(file);
        assert_int_equal(fscanf(file, "%u", &n), 1);
        if (n > 100000)
                skip();
        assert_int_equal(wakes_new(&wakes, 3), 0);
        fixture_write(f, "/a", "1\n");
        assert_int_equal(watch(f, wakes, 0, "/a"), 1);
        /* Two in turn: equal ones behind each other are one. */
        for (unsigned i = 0; i <= n; i++)
                fixture_write(f, i % 2 == 0 ? "/b" : "/c", "");
        while (tells(wakes))
                wakes_take(wakes, woken);
        assert_true(woken[0] && woken[1] && woken[2]);
}

static void test_procfs_never_wakes(void **state) {
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        assert_int_equal(wakes_watch(wakes, 0, "/proc/uptime"), -EOPNOTSUPP);
        assert_int_equal(wakes_watch(wakes, 0, "/proc/self/nothing"), -EOPNOTSUPP);
}

static void test_a_message_of_the_kernel(void **state) {
        static const char text[] = CHANGE("/devices/virtual/hwmon/hwmon3");
        Uevent uevent;

        assert_true(uevent_parse(&uevent, text, sizeof(text) - 1));
        assert_string_equal(uevent.action, "change");
        assert_string_equal(uevent.device, "/devices/virtual/hwmon/hwmon3");
        assert_true(uevent_concerns(&uevent, "/sys/devices/virtual/hwmon/hwmon3/temp1_alarm"));
        assert_true(uevent_concerns(&uevent, "/sys/devices/virtual/hwmon/hwmon3/x/y"));
        assert_false(uevent_concerns(&uevent, "/sys/devices/virtual/hwmon/hwmon30/temp1_alarm"));
        assert_false(uevent_concerns(&uevent, "/sys/devices/virtual/hwmon/temp1_alarm"));
        assert_false(uevent_concerns(&uevent, "/dev/devices/virtual/hwmon/hwmon3/x"));
        assert_false(uevent_concerns(&uevent, ""));
}

static void expect_no_uevent(const char *text, size_t size) {
        Uevent uevent;

        assert_false(uevent_parse(&uevent, text, size));
}

static void test_what_is_no_message_of_the_kernel(void **state) {
        expect_no_uevent("", 0);
        expect_no_uevent("\0\0\0", 3);
        expect_no_uevent("libudev\0\xfe\xed\xca\xfe", 12);
        expect_no_uevent("change@/x\0ACTION=change", 23);
        expect_no_uevent("change@/x\0DEVPATH=/x", 20);
        expect_no_uevent("change@/x\0ACTION=change\0DEVPATH=x", 33);
        expect_no_uevent("change@/x\0ACTION=change\0DEVPATH=/", 33);
}

/* Whether just the files of the indexes in wanted may have changed. */
static void expect_uevent(
        const Wakes *wakes, const char *action, const char *device, const char *wanted) {
        const Uevent uevent = {.action = action, .device = device};
        bool woken[3] = {0};

        wakes_take_uevent(wakes, &uevent, woken);
        for (int i = 0; i < 3; i++)
                assert_int_equal(woken[i], strchr(wanted, '0' + i) != NULL);
}

static void test_a_device_wakes_its_files(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;
        const char loopback[] = "/devices/virtual/net/lo";

        if (access("/sys/class/net/lo/mtu", R_OK) < 0)
                skip();
        assert_int_equal(wakes_new(&wakes, 3), 0);
        assert_int_equal(wakes_watch(wakes, 0, "/sys/class/net/lo/mtu"), 1);
        assert_int_equal(wakes_watch(wakes, 0, "/sys/class/net/lo/mtu"), 0);
        assert_int_equal(watch(f, wakes, 1, "/a"), 1);
        expect_uevent(wakes, "change", loopback, "0");
        expect_uevent(wakes, "change", "/devices/virtual/net/l", "");
        expect_uevent(wakes, "add", loopback, "02");
}

static void test_a_new_device_wakes_what_was_not_found(void **state) {
        const Fixture *f = *state;
        _cleanup_(wakes_freep) Wakes *wakes = NULL;

        assert_int_equal(wakes_new(&wakes, 3), 0);
        assert_int_equal(watch(f, wakes, 0, "/a"), 1);
        assert_int_equal(wakes_watch(wakes, 1, NULL), 0);
        expect_uevent(wakes, "add", "/devices/x", "12");
        expect_uevent(wakes, "change", "/devices/x", "");
        expect_uevent(wakes, "remove", "/devices/x", "");
}

static void test_only_the_kernel_is_heard(void **state) {
        static const char text[] = CHANGE("/devices/x");
        char buffer[UEVENT_SIZE];
        int fds[2];
        Uevent uevent;

        assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
        assert_int_equal(uevent_receive(fds[0], buffer, &uevent), 0);
        assert_int_equal(send(fds[1], text, sizeof(text), 0), (ssize_t)sizeof(text));
        assert_int_equal(uevent_receive(fds[0], buffer, &uevent), 1);
        assert_int_equal(send(fds[1], "x", 1, 0), 1);
        assert_int_equal(uevent_receive(fds[0], buffer, &uevent), -EBADMSG);
        static char huge[UEVENT_SIZE + 100];
        memcpy(huge, text, sizeof(text));
        assert_int_equal(send(fds[1], huge, sizeof(huge), 0), (ssize_t)sizeof(huge));
        assert_int_equal(uevent_receive(fds[0], buffer, &uevent), -EBADMSG);
        close(fds[0]);
        close(fds[1]);
}

/* A sender with a name: there the number of a process that sends by netlink has its place. */
static void test_another_program_is_not_heard(void **state) {
        static const char text[] = CHANGE("/devices/x");
        struct sockaddr_un name = {
                .sun_family = AF_UNIX,
        };
        char buffer[UEVENT_SIZE];
        int fds[2];
        Uevent uevent;

        (void)snprintf(
                name.sun_path + 1, sizeof(name.sun_path) - 1, "sense-wakes-%d", (int)getpid());
        assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 0);
        assert_int_equal(bind(fds[1], (const struct sockaddr *)&name, sizeof(name)), 0);
        assert_int_equal(send(fds[1], text, sizeof(text), 0), (ssize_t)sizeof(text));
        assert_int_equal(uevent_receive(fds[0], buffer, &uevent), -EBADMSG);
        close(fds[0]);
        close(fds[1]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_file_that_is_written_wakes),
                FIXTURE_TEST(test_a_file_that_takes_its_name_wakes),
                FIXTURE_TEST(test_a_file_that_comes_wakes),
                FIXTURE_TEST(test_a_file_behind_a_link_is_watched_where_it_is),
                FIXTURE_TEST(test_another_file_is_watched_in_its_place),
                FIXTURE_TEST(test_a_directory_that_goes_wakes_and_is_found_again),
                FIXTURE_TEST(test_a_directory_that_takes_the_place_is_watched),
                FIXTURE_TEST(test_when_too_much_has_changed_everything_wakes),
                cmocka_unit_test(test_procfs_never_wakes),
                cmocka_unit_test(test_a_message_of_the_kernel),
                cmocka_unit_test(test_what_is_no_message_of_the_kernel),
                FIXTURE_TEST(test_a_device_wakes_its_files),
                FIXTURE_TEST(test_a_new_device_wakes_what_was_not_found),
                cmocka_unit_test(test_only_the_kernel_is_heard),
                cmocka_unit_test(test_another_program_is_not_heard),
        };

        return cmocka_run_group_tests_name("sense-wakes", tests, NULL, NULL);
}
