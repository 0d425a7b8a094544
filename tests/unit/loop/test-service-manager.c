/* What systemd is told, also while it does not read. */

#include "../guard.h"
#include "loop/service-manager.h"

#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
        struct ev_loop *loop;
        Guard guard;
        int fd; /* systemd's end */
        ServiceManager *manager;
        char text[1024]; /* the last message that was read */
} Fixture;

static socklen_t address_of(struct sockaddr_un *address) {
        *address = (struct sockaddr_un){.sun_family = AF_UNIX};
        int n = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1,
                "spored-test-notify/%d", (int)getpid());

        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static int setup(void **state) {
        static Fixture fixture;
        Fixture *f = &fixture;
        struct sockaddr_un address;
        char name[sizeof(address.sun_path) + 1];
        socklen_t size = address_of(&address);

        *f = (Fixture){.loop = ev_loop_new(EVFLAG_AUTO)};
        f->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (f->fd < 0 || bind(f->fd, (struct sockaddr *)&address, size) < 0)
                return -1;
        (void)snprintf(name, sizeof(name), "@%s", address.sun_path + 1);
        (void)setenv("NOTIFY_SOCKET", name, 1);
        (void)unsetenv("WATCHDOG_USEC");
        (void)unsetenv("WATCHDOG_PID");
        guard_start(&f->guard, f->loop);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        service_manager_free(f->manager);
        guard_stop(&f->guard, f->loop);
        ev_loop_destroy(f->loop);
        return close(f->fd);
}

static ServiceManager *manager(Fixture *f) {
        assert_int_equal(service_manager_new(&f->manager, f->loop), 0);
        return f->manager;
}

/* NULL: there is no message. */
static const char *next(Fixture *f) {
        ssize_t n = recv(f->fd, f->text, sizeof(f->text) - 1, 0);

        if (n < 0) {
                assert_int_equal(errno, EAGAIN);
                return NULL;
        }
        f->text[n] = '\0';
        return f->text;
}

static void assert_next(Fixture *f, const char *text) {
        const char *found = next(f);

        assert_non_null(found);
        assert_string_equal(found, text);
}

/* The loop runs until there is a message. */
static const char *wait_next(Fixture *f) {
        const char *text;

        while (!(text = next(f)) && !f->guard.expired)
                (void)ev_run(f->loop, EVRUN_ONCE);
        assert_false(f->guard.expired);
        return text;
}

/* Returns how many messages of others fill the socket. */
static unsigned fill(void) {
        struct sockaddr_un address;
        socklen_t size = address_of(&address);
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        unsigned n = 0;

        assert_true(fd >= 0);
        while (sendto(fd, "X", 1, 0, (struct sockaddr *)&address, size) == 1)
                n++;
        assert_int_equal(errno, EAGAIN);
        (void)close(fd);
        return n;
}

static void drain(Fixture *f, unsigned n) {
        while (n-- > 0)
                assert_next(f, "X");
}

static void test_each_state_is_told_at_once(void **state) {
        Fixture *f = *state;
        ServiceManager *m = manager(f);

        service_manager_ready(m);
        assert_next(f, "READY=1");
        service_manager_status(m, "on air");
        assert_next(f, "STATUS=on air");
        service_manager_status(m, "on air");
        assert_null(next(f));
        service_manager_stopping(m);
        assert_next(f, "STOPPING=1");
}

static void test_a_reload_has_its_time(void **state) {
        Fixture *f = *state;
        ServiceManager *m = manager(f);
        uint64_t before = clock_now_usec();
        unsigned long long usec;

        service_manager_reloading(m);
        assert_non_null(next(f));
        assert_int_equal(sscanf(f->text, "RELOADING=1\nMONOTONIC_USEC=%llu", &usec), 1);
        assert_true(usec >= before && usec <= clock_now_usec());
        service_manager_ready(m);
        assert_next(f, "READY=1");
}

static void test_what_a_full_socket_does_not_take_comes_later(void **state) {
        Fixture *f = *state;
        ServiceManager *m = manager(f);
        unsigned n = fill();

        service_manager_ready(m);
        service_manager_status(m, "the first");
        service_manager_status(m, "the second");
        service_manager_stopping(m);
        drain(f, n);
        assert_null(next(f));
        assert_string_equal(wait_next(f), "READY=1");
        assert_string_equal(wait_next(f), "STOPPING=1");
        assert_string_equal(wait_next(f), "STATUS=the second");
        assert_null(next(f));
}

static void test_a_reload_that_nobody_has_heard_of_is_over(void **state) {
        Fixture *f = *state;
        ServiceManager *m = manager(f);
        unsigned n = fill();

        service_manager_reloading(m);
        service_manager_ready(m);
        drain(f, n);
        assert_string_equal(wait_next(f), "READY=1");
        assert_null(next(f));
}

static void test_a_manager_that_comes_back_is_told(void **state) {
        Fixture *f = *state;
        ServiceManager *m = manager(f);
        struct sockaddr_un address;
        socklen_t size = address_of(&address);

        (void)close(f->fd);
        service_manager_ready(m);
        f->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_int_equal(bind(f->fd, (struct sockaddr *)&address, size), 0);
        service_manager_status(m, "on air");
        assert_next(f, "READY=1");
        assert_next(f, "STATUS=on air");
}

static void test_the_watchdog_is_fed_while_the_loop_turns(void **state) {
        Fixture *f = *state;

        (void)setenv("WATCHDOG_USEC", "2000", 1);
        (void)manager(f);
        assert_null(next(f));
        for (unsigned i = 0; i < 5; i++)
                assert_string_equal(wait_next(f), "WATCHDOG=1");
}

static void test_a_loop_that_stands_still_feeds_nothing(void **state) {
        Fixture *f = *state;

        (void)setenv("WATCHDOG_USEC", "2000", 1);
        ServiceManager *m = manager(f);
        assert_string_equal(wait_next(f), "WATCHDOG=1");
        (void)usleep(20000);
        service_manager_status(m, "busy");
        assert_next(f, "STATUS=busy");
        assert_null(next(f));
}

static void test_fed_once_after_a_full_socket(void **state) {
        Fixture *f = *state;

        (void)setenv("WATCHDOG_USEC", "200000", 1);
        (void)manager(f);
        unsigned n = fill();
        (void)ev_run(f->loop, EVRUN_ONCE);
        drain(f, n);
        assert_null(next(f));
        assert_string_equal(wait_next(f), "WATCHDOG=1");
        assert_null(next(f));
}

static void assert_not_fed(Fixture *f) {
        (void)manager(f);
        (void)ev_run(f->loop, EVRUN_NOWAIT);
        (void)ev_run(f->loop, EVRUN_NOWAIT);
        assert_null(next(f));
}

static void test_without_a_watchdog_nothing_is_fed(void **state) {
        assert_not_fed(*state);
}

static void test_the_watchdog_of_another_process_is_not_fed(void **state) {
        char pid[16];

        (void)snprintf(pid, sizeof(pid), "%d", (int)getppid());
        (void)setenv("WATCHDOG_USEC", "2000", 1);
        (void)setenv("WATCHDOG_PID", pid, 1);
        assert_not_fed(*state);
}

static void test_ones_own_is(void **state) {
        Fixture *f = *state;
        char pid[16];

        (void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
        (void)setenv("WATCHDOG_USEC", "2000", 1);
        (void)setenv("WATCHDOG_PID", pid, 1);
        (void)manager(f);
        assert_string_equal(wait_next(f), "WATCHDOG=1");
}

static void test_without_a_socket_nobody_is_told(void **state) {
        Fixture *f = *state;

        (void)unsetenv("NOTIFY_SOCKET");
        (void)setenv("WATCHDOG_USEC", "2000", 1);
        ServiceManager *m = manager(f);
        service_manager_ready(m);
        service_manager_status(m, "on air");
        (void)ev_run(f->loop, EVRUN_NOWAIT);
        assert_null(next(f));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_each_state_is_told_at_once),
                TEST(test_a_reload_has_its_time),
                TEST(test_what_a_full_socket_does_not_take_comes_later),
                TEST(test_a_reload_that_nobody_has_heard_of_is_over),
                TEST(test_a_manager_that_comes_back_is_told),
                TEST(test_the_watchdog_is_fed_while_the_loop_turns),
                TEST(test_a_loop_that_stands_still_feeds_nothing),
                TEST(test_fed_once_after_a_full_socket),
                TEST(test_without_a_watchdog_nothing_is_fed),
                TEST(test_the_watchdog_of_another_process_is_not_fed),
                TEST(test_ones_own_is),
                TEST(test_without_a_socket_nobody_is_told),
        };

        return cmocka_run_group_tests_name("service-manager", tests, NULL, NULL);
}
