/* One packet at a time, and what becomes of it. BlueZ's end is ours. */
#include "bluez/packet-socket.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define RACES 2000
#define READS 20000
#define LOOKS 4096 /* without a pause: most ends come during one */

typedef struct Scene {
        struct ev_loop *loop;
        SocketBudget budget;
        PacketSocket *socket;
        int fd; /* BlueZ's */
        unsigned packets, writable;
        bool closed;
        PacketFate fate; /* when it was told to be closed */
} Scene;

static void on_packet(const uint8_t *data, size_t size, void *userdata) {
        Scene *s = userdata;

        s->packets++;
}

static void on_writable(void *userdata) {
        Scene *s = userdata;

        assert_false(s->closed);
        s->writable++;
}

static void on_limit(struct ev_loop *loop, struct ev_timer *w, int revents) {
}

static void on_closed(void *userdata) {
        Scene *s = userdata;

        s->closed = true;
        s->fate = packet_socket_fate(s->socket);
}

static const PacketSocketEvents events = {
        .packet = on_packet,
        .writable = on_writable,
        .closed = on_closed,
};

static int setup(void **state) {
        Scene *s = calloc(1, sizeof(*s));

        assert_non_null(s);
        s->loop = ev_loop_new(EVFLAG_AUTO);
        s->budget.max = 1;
        assert_int_equal(packet_socket_new(&s->socket, &s->fd, s->loop, &s->budget, &events, s), 0);
        *state = s;
        return 0;
}

static int teardown(void **state) {
        Scene *s = *state;

        packet_socket_free(s->socket);
        assert_int_equal(s->budget.used, 0);
        if (s->fd >= 0)
                close(s->fd);
        ev_loop_destroy(s->loop);
        free(s);
        return 0;
}

/* Until nothing more is told. */
static void turn(Scene *s) {
        for (unsigned i = 0; i < 4; i++)
                ev_run(s->loop, EVRUN_NOWAIT);
}

static void send_bytes(Scene *s, size_t size) {
        static const uint8_t data[PACKET_SIZE_MAX];

        assert_false(packet_socket_blocked(s->socket));
        assert_int_equal(packet_socket_send(s->socket, data, size), 0);
}

static void bluez_reads(const Scene *s, size_t size) {
        uint8_t data[PACKET_SIZE_MAX];

        assert_int_equal(recv(s->fd, data, sizeof(data), 0), (ssize_t)size);
}

static void bluez_closes(Scene *s) {
        close(s->fd);
        s->fd = -1;
}

static void test_the_next_packet_goes_when_bluez_has_read_the_last(void **state) {
        static const size_t sizes[] = {1, 20, 200, PACKET_SIZE_MAX, 2};
        Scene *s = *state;

        turn(s);
        for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
                send_bytes(s, sizes[i]);
                turn(s);
                assert_true(packet_socket_blocked(s->socket));
                assert_int_equal(s->writable, i);
                bluez_reads(s, sizes[i]);
                turn(s);
                assert_false(packet_socket_blocked(s->socket));
                assert_int_equal(s->writable, i + 1);
        }
        assert_false(s->closed);
}

static void test_what_bluez_has_not_read_is_known(void **state) {
        Scene *s = *state;

        assert_int_equal(packet_socket_fate(s->socket), PACKET_READ);
        send_bytes(s, 2);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_UNKNOWN);
        bluez_closes(s);
        turn(s);
        assert_true(s->closed);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_UNREAD);
        assert_int_equal(s->writable, 0);
}

static void test_what_bluez_has_not_read_is_known_before_the_loop_knows(void **state) {
        Scene *s = *state;

        send_bytes(s, 2);
        bluez_closes(s);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_UNREAD);
        turn(s);
        assert_true(s->closed);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_UNREAD);
}

static void test_what_bluez_has_read_before_it_closed_is_not_unread(void **state) {
        Scene *s = *state;

        send_bytes(s, 2);
        bluez_reads(s, 2);
        bluez_closes(s);
        turn(s);
        assert_true(s->closed);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_READ);
}

static void test_what_bluez_wrote_before_it_closed_arrives(void **state) {
        const uint8_t confirmation = 1;
        Scene *s = *state;

        send_bytes(s, 2);
        assert_int_equal(send(s->fd, &confirmation, 1, MSG_NOSIGNAL), 1);
        bluez_closes(s);
        turn(s);
        assert_int_equal(s->packets, 1);
        assert_true(s->closed);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_UNREAD);
}

static void test_a_look_finds_what_bluez_has_not_read(void **state) {
        const uint8_t confirmation = 1;
        Scene *s = *state;

        send_bytes(s, 2);
        assert_false(packet_socket_look(s->socket));
        assert_int_equal(send(s->fd, &confirmation, 1, MSG_NOSIGNAL), 1);
        bluez_closes(s);
        assert_true(packet_socket_look(s->socket));
        assert_int_equal(s->packets, 1);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_UNREAD);
        assert_int_equal(s->writable, 0);
}

/* The loop has nothing to do for a packet that is not read. */
static void test_what_waits_to_be_read_wakes_nobody(void **state) {
        Scene *s = *state;
        struct ev_timer limit;

        turn(s);
        send_bytes(s, 2);
        turn(s);
        ev_timer_init(&limit, on_limit, 0.05, 0);
        ev_timer_start(s->loop, &limit);
        ev_run(s->loop, EVRUN_ONCE);
        assert_false(ev_is_active(&limit));
}

static void *read_all(void *argument) {
        const Scene *s = argument;
        uint8_t byte;

        for (unsigned n = 0; n < READS;)
                if (recv(s->fd, &byte, 1, 0) == 1)
                        n++;
                else
                        sched_yield();
        return NULL;
}

/* However the reading meets our looking. */
static void test_every_packet_that_is_read_is_told(void **state) {
        Scene *s = *state;
        pthread_t other;

        assert_int_equal(pthread_create(&other, NULL, read_all, s), 0);
        for (unsigned n = 0; n < READS; n++) {
                send_bytes(s, 1);
                while (s->writable <= n)
                        ev_run(s->loop, EVRUN_ONCE);
        }
        pthread_join(other, NULL);
        assert_int_equal(s->writable, READS);
}

/* Ends that are to be closed by another thread, as soon as it sees them. */
typedef struct Closer {
        _Atomic int fd; /* -1: none */
        _Atomic bool ends;
} Closer;

static void *close_ends(void *argument) {
        Closer *closer = argument;

        while (!closer->ends) {
                int fd = atomic_exchange(&closer->fd, -1);
                if (fd >= 0)
                        close(fd);
                else
                        sched_yield();
        }
        return NULL;
}

static void open_anew(Scene *s) {
        packet_socket_free(s->socket);
        if (s->fd >= 0)
                close(s->fd);
        s->closed = false;
        assert_int_equal(packet_socket_new(&s->socket, &s->fd, s->loop, &s->budget, &events, s), 0);
}

/* BlueZ closes its end at any moment of our looking: `look` returns true once it has seen that. */
static void race(Scene *s, bool (*look)(const Scene *s)) {
        Closer closer = {.fd = -1};
        pthread_t other;

        assert_int_equal(pthread_create(&other, NULL, close_ends, &closer), 0);
        for (unsigned i = 0; i < RACES; i++) {
                open_anew(s);
                send_bytes(s, 2);
                closer.fd = s->fd;
                s->fd = -1;
                for (unsigned n = 1; !look(s); n++)
                        if (n % LOOKS == 0)
                                sched_yield();
                assert_int_equal(packet_socket_fate(s->socket), PACKET_UNREAD);
        }
        closer.ends = true;
        pthread_join(other, NULL);
        assert_int_equal(s->writable, 0);
}

static bool look_for_end(const Scene *s) {
        bool ended = packet_socket_look(s->socket);

        if (ended)
                assert_int_equal(s->fate, PACKET_UNREAD);
        return ended;
}

static bool look_at_fate(const Scene *s) {
        return packet_socket_fate(s->socket) != PACKET_UNKNOWN;
}

static void test_what_is_unread_is_known_however_the_end_comes(void **state) {
        race(*state, look_for_end);
}

static void test_what_is_unread_is_known_whenever_it_is_asked(void **state) {
        race(*state, look_at_fate);
}

static void test_what_has_ended_takes_nothing(void **state) {
        const uint8_t byte = 1;
        Scene *s = *state;

        bluez_closes(s);
        assert_int_equal(packet_socket_send(s->socket, &byte, 1), -EPIPE);
        assert_true(packet_socket_blocked(s->socket));
        turn(s);
        assert_true(s->closed);
        assert_int_equal(packet_socket_fate(s->socket), PACKET_READ);
}

static void test_beyond_the_budget_there_is_none(void **state) {
        Scene *s = *state;
        PacketSocket *second = NULL;
        int fd = -1;

        assert_int_equal(packet_socket_new(&second, &fd, s->loop, &s->budget, &events, s), -EMFILE);
        assert_int_equal(s->budget.refused, 1);
        assert_null(second);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_the_next_packet_goes_when_bluez_has_read_the_last, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_has_not_read_is_known, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_has_not_read_is_known_before_the_loop_knows, setup,
                        teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_has_read_before_it_closed_is_not_unread, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_wrote_before_it_closed_arrives, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_a_look_finds_what_bluez_has_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_waits_to_be_read_wakes_nobody, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_every_packet_that_is_read_is_told, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_is_unread_is_known_however_the_end_comes, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_is_unread_is_known_whenever_it_is_asked, setup, teardown),
                cmocka_unit_test_setup_teardown(test_what_has_ended_takes_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_beyond_the_budget_there_is_none, setup, teardown),
        };

        return cmocka_run_group_tests_name("packet-socket", tests, NULL, NULL);
}
