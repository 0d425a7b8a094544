/* A name that one process holds at a time. */

#include "../guard.h"
#include "loop/claim.h"

#include "util/clock.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct Fixture {
        struct ev_loop *loop;
        Guard guard;
        char name[CLAIM_NAME_MAX];
        unsigned changes;
} Fixture;

static void on_changed(void *userdata) {
        Fixture *f = userdata;

        f->changes++;
        ev_break(f->loop, EVBREAK_ALL);
}

static const ClaimEvents events = {.changed = on_changed};

static int setup(void **state) {
        static Fixture fixture;
        Fixture *f = &fixture;

        *f = (Fixture){.loop = ev_loop_new(EVFLAG_AUTO)};
        (void)snprintf(f->name, sizeof(f->name), "spored-test/%d", (int)getpid());
        guard_start(&f->guard, f->loop);
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        guard_stop(&f->guard, f->loop);
        ev_loop_destroy(f->loop);
        return 0;
}

static Claim *ask(Fixture *f) {
        Claim *claim = NULL;

        assert_int_equal(claim_new(&claim, f->loop, f->name, 10 * USEC_PER_MSEC, &events, f), 0);
        return claim;
}

/* A socket that has the name and is no Claim. */
static int stranger(const Fixture *f) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        memcpy(address.sun_path + 1, f->name, strlen(f->name));
        assert_int_equal(
                bind(fd, (struct sockaddr *)&address,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(f->name))),
                0);
        return fd;
}

static void run_until_held(Fixture *f, const Claim *claim) {
        while (!claim_held(claim) && !f->guard.expired)
                (void)ev_run(f->loop, 0);
        assert_false(f->guard.expired);
}

static void test_a_free_name_is_held_at_once(void **state) {
        Claim *claim = ask(*state);

        assert_true(claim_held(claim));
        assert_int_equal(claim_holder(claim), 0);
        assert_int_equal(claim_predecessor(claim), 0);
        claim_free(claim);
}

static void test_the_second_knows_who_has_it(void **state) {
        Claim *first = ask(*state), *second = ask(*state);

        assert_true(claim_held(first));
        assert_false(claim_held(second));
        assert_int_equal(claim_holder(second), getpid());
        claim_free(second);
        claim_free(first);
}

static void test_the_second_gets_it_when_the_first_gives_it_up(void **state) {
        Fixture *f = *state;
        Claim *first = ask(f), *second = ask(f);

        claim_free(first);
        run_until_held(f, second);
        assert_int_equal(f->changes, 1);
        assert_int_equal(claim_holder(second), 0);
        assert_int_equal(claim_predecessor(second), getpid());
        claim_free(second);
}

static void test_the_third_waits_for_its_turn(void **state) {
        Fixture *f = *state;
        Claim *first = ask(f), *second = ask(f), *third = ask(f);

        claim_free(first);
        while (!claim_held(second) && !claim_held(third) && !f->guard.expired)
                (void)ev_run(f->loop, 0);
        assert_false(f->guard.expired);
        assert_true(claim_held(second) != claim_held(third));
        if (claim_held(third)) {
                Claim *other = second;
                second = third;
                third = other;
        }
        claim_free(second);
        run_until_held(f, third);
        claim_free(third);
}

static void test_a_name_that_is_not_answered_is_asked_for_again(void **state) {
        Fixture *f = *state;
        int fd = stranger(f); /* bound, not listening */
        Claim *claim = ask(f);

        assert_false(claim_held(claim));
        assert_int_equal(claim_holder(claim), 0);
        close(fd);
        run_until_held(f, claim);
        claim_free(claim);
}

static void accept_and_close(struct ev_loop *loop, struct ev_io *w, int revents) {
        unsigned *n = w->data;

        close(accept(w->fd, NULL, NULL));
        if (++*n == 3)
                ev_break(loop, EVBREAK_ALL);
}

/* Any local process can hold a name and close what it should not have accepted. */
static void test_a_holder_that_closes_connections_is_no_news(void **state) {
        Fixture *f = *state;
        int fd = stranger(f);
        struct ev_io accepting;
        unsigned n = 0;

        assert_int_equal(listen(fd, 1), 0);
        Claim *claim = ask(f);
        assert_int_equal(claim_holder(claim), getpid());
        ev_io_init(&accepting, accept_and_close, fd, EV_READ);
        accepting.data = &n;
        ev_io_start(f->loop, &accepting);
        (void)ev_run(f->loop, 0);
        assert_false(f->guard.expired);
        assert_int_equal(n, 3);
        assert_int_equal(f->changes, 0);
        assert_int_equal(claim_holder(claim), getpid());
        ev_io_stop(f->loop, &accepting);
        claim_free(claim);
        close(fd);
}

/* Without a pause this would turn the loop as fast as the holder closes. */
static void test_a_holder_that_closes_connections_is_not_asked_at_once(void **state) {
        Fixture *f = *state;
        int fd = stranger(f);
        Claim *claim = NULL;

        assert_int_equal(listen(fd, 1), 0);
        assert_int_equal(claim_new(&claim, f->loop, f->name, 3600 * USEC_PER_SEC, &events, f), 0);
        close(accept(fd, NULL, NULL));
        (void)ev_run(f->loop, EVRUN_ONCE);
        assert_false(f->guard.expired);
        assert_false(claim_held(claim));
        assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
        claim_free(claim);
        close(fd);
}

static void test_other_names_do_not_disturb(void **state) {
        Fixture *f = *state;
        Claim *first = ask(f), *second;

        strcat(f->name, "0");
        second = ask(f);
        assert_true(claim_held(first) && claim_held(second));
        claim_free(second);
        claim_free(first);
}

static void test_a_name_that_is_too_long_is_refused(void **state) {
        Fixture *f = *state;
        char name[CLAIM_NAME_MAX + 2];
        Claim *claim = NULL;

        memset(name, 'x', sizeof(name) - 1);
        name[sizeof(name) - 1] = '\0';
        assert_int_equal(claim_new(&claim, f->loop, name, USEC_PER_SEC, &events, f), -ENAMETOOLONG);
        assert_null(claim);
}

static void test_free_takes_null(void **state) {
        assert_null(claim_free(NULL));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_a_free_name_is_held_at_once),
                TEST(test_the_second_knows_who_has_it),
                TEST(test_the_second_gets_it_when_the_first_gives_it_up),
                TEST(test_the_third_waits_for_its_turn),
                TEST(test_a_name_that_is_not_answered_is_asked_for_again),
                TEST(test_a_holder_that_closes_connections_is_no_news),
                TEST(test_a_holder_that_closes_connections_is_not_asked_at_once),
                TEST(test_other_names_do_not_disturb),
                TEST(test_a_name_that_is_too_long_is_refused),
                TEST(test_free_takes_null),
        };

        return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
