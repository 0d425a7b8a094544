/* sd-bus on libev: the rules at the top of bus-source.c, each by a case that broke without it. */

#include "../guard.h"
#include "loop/bus-source.h"

#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
        struct ev_loop *loop;
        sd_bus *bus;
        BusSource *source;
        Guard guard;
        pid_t server;
        unsigned replies;
        int lost;
} Fixture;

/* Answers every call with an empty reply until the other end closes. */
static int serve_call(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        uint8_t type;

        if (sd_bus_message_get_type(m, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
                return 0;
        (void)sd_bus_reply_method_return(m, NULL);
        return 1;
}

static void serve(int fd) {
        sd_bus *bus = NULL;
        sd_id128_t id = {0};

        int r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_fd(bus, fd, fd);
        if (r >= 0)
                r = sd_bus_set_server(bus, true, id);
        if (r >= 0)
                r = sd_bus_set_anonymous(bus, true);
        if (r >= 0)
                r = sd_bus_add_filter(bus, NULL, serve_call, NULL);
        if (r >= 0)
                r = sd_bus_start(bus);
        while (r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
        }
        _exit(0);
}

static void on_disconnected(int error, void *userdata) {
        Fixture *f = userdata;

        f->lost = error;
        ev_break(f->loop, EVBREAK_ALL);
}

static const BusSourceEvents events = {.disconnected = on_disconnected};

static int setup(void **state) {
        static Fixture fixture;
        Fixture *f = &fixture;
        int fds[2];

        *f = (Fixture){.loop = ev_loop_new(EVFLAG_AUTO)};
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        f->server = fork();
        assert_true(f->server >= 0);
        if (f->server == 0) {
                close(fds[0]);
                serve(fds[1]);
        }
        close(fds[1]);
        assert_true(sd_bus_new(&f->bus) >= 0);
        assert_true(sd_bus_set_fd(f->bus, fds[0], fds[0]) >= 0);
        assert_true(sd_bus_set_anonymous(f->bus, true) >= 0);
        assert_true(sd_bus_start(f->bus) >= 0);
        guard_start(&f->guard, f->loop);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        bus_source_free(f->source);
        sd_bus_close_unref(f->bus);
        (void)kill(f->server, SIGKILL);
        (void)waitpid(f->server, NULL, 0);
        ev_loop_destroy(f->loop);
        return 0;
}

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Fixture *f = userdata;

        f->replies++;
        ev_break(f->loop, EVBREAK_ALL);
        return 0;
}

static void call_async(Fixture *f) {
        assert_true(sd_bus_call_method_async(
                            f->bus, NULL, NULL, "/", "a.b", "C", on_reply, f, NULL) >= 0);
}

static void test_delivers_a_reply(void **state) {
        Fixture *f = *state;

        assert_int_equal(bus_source_new(&f->source, f->loop, f->bus, &events, f), 0);
        call_async(f);
        ev_run(f->loop, 0);
        assert_false(f->guard.expired);
        assert_int_equal(f->replies, 1);
}

/* A synchronous call reads the reply of the asynchronous one before it. From then on the fd is
 * silent, and sd-bus reports no events and a timeout that is over. */
static void test_delivers_what_sd_bus_has_read_already(void **state) {
        Fixture *f = *state;
        uint64_t due_usec;

        call_async(f);
        assert_true(sd_bus_call_method(f->bus, NULL, "/", "a.b", "D", NULL, NULL, NULL) >= 0);
        assert_int_equal(f->replies, 0);
        assert_int_equal(sd_bus_get_events(f->bus), 0);
        assert_true(sd_bus_get_timeout(f->bus, &due_usec) >= 0);
        assert_true(due_usec <= clock_now_usec());

        assert_int_equal(bus_source_new(&f->source, f->loop, f->bus, &events, f), 0);
        ev_run(f->loop, 0);
        assert_false(f->guard.expired);
        assert_int_equal(f->replies, 1);
}

static int on_counted_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Fixture *f = userdata;

        f->replies++;
        return 0;
}

/* Many messages that have been read already: other watchers get their turn between them. */
static void test_lets_the_loop_turn_between_messages(void **state) {
        enum { CALLS = 200 };
        Fixture *f = *state;
        unsigned turns = 0;

        for (unsigned i = 0; i < CALLS; i++)
                assert_true(sd_bus_call_method_async(f->bus, NULL, NULL, "/", "a.b", "C",
                                    on_counted_reply, f, NULL) >= 0);
        assert_true(sd_bus_call_method(f->bus, NULL, "/", "a.b", "D", NULL, NULL, NULL) >= 0);
        assert_int_equal(bus_source_new(&f->source, f->loop, f->bus, &events, f), 0);
        while (f->replies < CALLS && !f->guard.expired) {
                unsigned before = f->replies;
                ev_run(f->loop, EVRUN_ONCE);
                assert_true(f->replies - before <= 16);
                turns++;
        }
        assert_int_equal(f->replies, CALLS);
        assert_true(turns >= CALLS / 16);
}

static void test_reports_a_lost_connection_once(void **state) {
        Fixture *f = *state;

        assert_int_equal(bus_source_new(&f->source, f->loop, f->bus, &events, f), 0);
        (void)kill(f->server, SIGKILL);
        ev_run(f->loop, 0);
        assert_false(f->guard.expired);
        assert_true(f->lost < 0);
        f->lost = 0;
        ev_run(f->loop, EVRUN_NOWAIT);
        assert_int_equal(f->lost, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_delivers_a_reply, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_delivers_what_sd_bus_has_read_already, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_lets_the_loop_turn_between_messages, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_reports_a_lost_connection_once, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
