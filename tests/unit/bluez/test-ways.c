/* Who goes on from where when sockets end and the signal follows. BlueZ's ends of the sockets are
 * ours, and its bus is one that nobody answers on. */
#include "bluez/ways.h"

#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "../core/queues.h"

#define ONE "AA:00:00:00:00:01"
#define TWO "AA:00:00:00:00:02"

static const SubscriberFacts there = {.connected = true};
static const SubscriberFacts bonded = {.connected = true, .bonded = true};
static const SubscriberFacts away = {.bonded = true};
static const SubscriberFacts gone = {0};

typedef struct Scene {
        struct ev_loop *loop;
        int fds[2];
        sd_bus *bus;
        Profile *profile;
        Characteristic *characteristic;
        Queue *queue;
        Pacer *pacer;
        SocketBudget budget;
        Ways *ways;
        SubscriberFacts two; /* what is known of it; the other one is there */
        bool switched;
        unsigned kept;
} Scene;

static void on_wake(void *userdata) {
}

static void on_kept(const Way *way, void *userdata) {
        Scene *s = userdata;

        s->kept++;
}

static void on_switched(const Way *signal, void *userdata) {
        Scene *s = userdata;

        s->switched = true;
}

static void on_ended(const Way *way, void *userdata) {
}

static void on_confirmed(Way *way, void *userdata) {
        fail();
}

static SubscriberFacts on_facts(const char *device, void *userdata) {
        const Scene *s = userdata;

        return strcmp(device, TWO) == 0 ? s->two : there;
}

static const WaysEvents events = {
        .wake = on_wake,
        .kept = on_kept,
        .switched = on_switched,
        .ended = on_ended,
        .confirmed = on_confirmed,
        .facts = on_facts,
};

static void open_bus(Scene *s) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s->fds), 0);
        assert_true(sd_bus_new(&s->bus) >= 0);
        assert_true(sd_bus_set_fd(s->bus, s->fds[0], s->fds[0]) >= 0);
        assert_true(sd_bus_start(s->bus) >= 0);
}

static void make_profile(Scene *s) {
        assert_int_equal(profile_new(&s->profile), 0);
        Service *service = profile_add_service(s->profile, "service");
        s->characteristic = profile_add_characteristic(s->profile, service, "streamed");
        s->characteristic->flags = CHARACTERISTIC_NOTIFY;
        s->characteristic->notify_by = NOTIFY_BY_SOCKET;
}

static int setup(void **state) {
        static const PacerParameters pacing = {.window = 8};
        Scene *s = calloc(1, sizeof(*s));

        assert_non_null(s);
        s->loop = ev_loop_new(EVFLAG_AUTO);
        assert_non_null(s->loop);
        open_bus(s);
        make_profile(s);
        s->queue = make_queue(QUEUE_DROP_OLDEST, 8);
        s->budget.max = 8;
        const WaysParameters parameters = {
                .switch_timeout_usec = 1, .ping_timeout_usec = USEC_NEVER, .budget = &s->budget};
        assert_int_equal(lanes_new_pacer(&s->pacer, &pacing, s->profile), 0);
        assert_int_equal(
                ways_new(&s->ways, s->loop, s->bus, s->profile, s->pacer, &parameters, &events, s),
                0);
        assert_int_equal(ways_set_owner(s->ways, ":1.1"), 0);
        ways_set_traits(s->ways, bluez_traits((BluezVersion){5, 82}));
        *state = s;
        return 0;
}

static int teardown(void **state) {
        Scene *s = *state;

        ways_free(s->ways);
        pacer_free(s->pacer);
        queue_free(s->queue);
        profile_free(s->profile);
        sd_bus_close_unref(s->bus);
        if (s->fds[1] >= 0)
                close(s->fds[1]);
        ev_loop_destroy(s->loop);
        free(s);
        return 0;
}

/* Returns BlueZ's end of its socket. */
static int acquire(Scene *s, const char *device, Way **ret) {
        int fd;

        assert_true(ways_acquire(s->ways, s->characteristic, s->queue, device, 100, &fd, ret));
        return fd;
}

/* Both have a socket, five values are set, and the second is ahead. */
static void begin(Scene *s, int fds[static 2]) {
        Way *one, *two;

        fds[0] = acquire(s, ONE, &one);
        fds[1] = acquire(s, TWO, &two);
        for (uint8_t byte = 1; byte <= 5; byte++)
                push(s->queue, byte);
        expect_sends(one->cursor, 1);
        for (uint8_t byte = 1; byte <= 3; byte++)
                expect_sends(two->cursor, byte);
}

static void set_two(Scene *s, SubscriberFacts facts) {
        s->two = facts;
        ways_device(s->ways, TWO, facts);
}

static void expect_signal_begins_with(Scene *s, uint8_t byte) {
        while (!s->switched)
                ev_run(s->loop, EVRUN_ONCE);
        Way *signal = ways_next(s->ways, s->characteristic, NULL);
        assert_string_equal(signal->device, "");
        assert_null(ways_next(s->ways, s->characteristic, signal));
        for (; byte <= 5; byte++)
                expect_sends(signal->cursor, byte);
        expect_nothing_waits(signal->cursor);
}

static void test_of_two_that_stay_the_one_that_is_ahead_counts(void **state) {
        Scene *s = *state;
        int fds[2];

        s->two = there;
        begin(s, fds);
        close(fds[0]);
        close(fds[1]);
        expect_signal_begins_with(s, 4);
}

/* As the notifier does. */
static void give(const Way *way, uint8_t byte) {
        assert_int_equal(packet_socket_send(way->socket, &byte, 1), 0);
        expect_gives(way->cursor, byte);
}

static void read_packet(int fd, uint8_t byte) {
        uint8_t data[2];

        assert_int_equal(recv(fd, data, sizeof(data), 0), 1);
        assert_int_equal(data[0], byte);
}

/* BlueZ has read the first of five values, or not, when it closes one's socket because two has
 * left. */
static void begin_by_socket(Scene *s, bool read) {
        Way *one, *two;
        int fds[] = {acquire(s, ONE, &one), acquire(s, TWO, &two)};

        s->two = gone;
        for (uint8_t byte = 1; byte <= 5; byte++)
                push(s->queue, byte);
        give(one, 1);
        if (read)
                read_packet(fds[0], 1);
        close(fds[0]);
        close(fds[1]);
}

static void test_what_bluez_has_not_read_goes_by_the_signal(void **state) {
        Scene *s = *state;

        begin_by_socket(s, false);
        expect_signal_begins_with(s, 1);
}

static void test_what_bluez_has_read_is_not_repeated(void **state) {
        Scene *s = *state;

        begin_by_socket(s, true);
        expect_signal_begins_with(s, 2);
}

static void test_what_bluez_can_still_read_is_not_repeated(void **state) {
        Scene *s = *state;
        Way *one;

        int fd = acquire(s, ONE, &one);
        for (uint8_t byte = 1; byte <= 5; byte++)
                push(s->queue, byte);
        give(one, 1);
        assert_false(ways_may_send(s->ways, one));
        /* The sockets are not read in time. */
        ways_start(s->ways, s->characteristic, s->queue);
        expect_signal_begins_with(s, 2);
        read_packet(fd, 1);
        close(fd);
}

static void turn(const Scene *s) {
        for (unsigned i = 0; i < 4; i++)
                ev_run(s->loop, EVRUN_NOWAIT);
}

/* Every call of ours ends with an error, as good as an answer. */
static void end_bus(Scene *s) {
        close(s->fds[1]);
        s->fds[1] = -1;
        while (sd_bus_process(s->bus, NULL) > 0)
                continue;
}

/* One of two values is given to one of two sockets, when the signal is to take over, at leisure. */
static void begin_to_drain(Scene *s, int fds[static 2]) {
        const WaysParameters leisurely = {
                .switch_timeout_usec = 3600 * USEC_PER_SEC, .ping_timeout_usec = USEC_NEVER};
        Way *one, *two;

        s->two = there;
        ways_reconfigure(s->ways, &leisurely, 1);
        fds[0] = acquire(s, ONE, &one);
        fds[1] = acquire(s, TWO, &two);
        for (uint8_t byte = 4; byte <= 5; byte++)
                push(s->queue, byte);
        give(one, 4);
        ways_start(s->ways, s->characteristic, s->queue);
}

static void test_the_signal_follows_when_the_answered_one_has_read(void **state) {
        Scene *s = *state;
        int fds[2];

        begin_to_drain(s, fds);
        end_bus(s);
        turn(s);
        assert_false(s->switched);
        read_packet(fds[0], 4);
        turn(s);
        assert_true(s->switched);
        assert_int_equal(s->kept, 1);
        expect_signal_begins_with(s, 5);
        close(fds[0]);
        close(fds[1]);
}

static void test_the_signal_follows_when_the_one_that_has_read_answers(void **state) {
        Scene *s = *state;
        int fds[2];

        begin_to_drain(s, fds);
        read_packet(fds[0], 4);
        turn(s);
        assert_false(s->switched);
        end_bus(s);
        turn(s);
        assert_true(s->switched);
        expect_signal_begins_with(s, 5);
        close(fds[0]);
        close(fds[1]);
}

static void test_the_signal_follows_when_what_was_not_read_is_back(void **state) {
        Scene *s = *state;
        int fds[2];

        begin_to_drain(s, fds);
        end_bus(s);
        turn(s);
        close(fds[0]);
        turn(s);
        assert_true(s->switched);
        assert_int_equal(s->kept, 0);
        expect_signal_begins_with(s, 4);
        close(fds[1]);
}

static void test_what_was_read_before_the_end_is_told(void **state) {
        Scene *s = *state;
        Way *one;

        int fd = acquire(s, ONE, &one);
        push(s->queue, 1);
        push(s->queue, 2);
        turn(s);
        give(one, 1);
        read_packet(fd, 1);
        close(fd);
        ev_run(s->loop, EVRUN_NOWAIT);
        assert_false(s->switched);
        assert_int_equal(s->kept, 1);
}

/* Nobody is told twice: what comes back is gone for the one that is behind. */
static void test_what_comes_back_does_not_go_where_another_is_ahead(void **state) {
        Scene *s = *state;
        Way *one, *three, *two;
        int fds[] = {acquire(s, ONE, &one), acquire(s, "AA:00:00:00:00:03", &three),
                acquire(s, TWO, &two)};

        s->two = gone;
        for (uint8_t byte = 1; byte <= 5; byte++)
                push(s->queue, byte);
        give(one, 1);
        give(three, 1);
        read_packet(fds[1], 1);
        turn(s);
        close(fds[0]);
        close(fds[2]);
        expect_signal_begins_with(s, 2);
        QueueCounters counters = queue_counters(s->queue);
        /* All that waited for the two whose sockets were closed is gone. */
        assert_counters_equal(
                &counters, &(QueueCounters){.published = 15, .sent = 1 + 4, .dropped_gone = 5 + 5});
        close(fds[1]);
}

static void test_what_is_left_in_a_socket_at_the_end_counts_as_gone(void **state) {
        Scene *s = *state;
        Way *one;

        int fd = acquire(s, ONE, &one);
        push(s->queue, 1);
        push(s->queue, 2);
        give(one, 1);
        read_packet(fd, 1);
        turn(s);
        give(one, 2);
        ways_clear(s->ways, s->characteristic);
        QueueCounters counters = queue_counters(s->queue);
        assert_counters_equal(
                &counters, &(QueueCounters){.published = 2, .sent = 1, .dropped_gone = 1});
        close(fd);
}

static void test_what_has_been_read_at_the_end_counts_as_sent(void **state) {
        Scene *s = *state;
        Way *one;

        int fd = acquire(s, ONE, &one);
        push(s->queue, 1);
        give(one, 1);
        read_packet(fd, 1);
        ways_clear(s->ways, s->characteristic);
        QueueCounters counters = queue_counters(s->queue);
        assert_counters_equal(&counters, &(QueueCounters){.published = 1, .sent = 1});
        close(fd);
}

static void test_what_was_not_read_counts_as_gone_with_its_central(void **state) {
        Scene *s = *state;
        Way *two;

        s->two = gone;
        int fd = acquire(s, TWO, &two);
        push(s->queue, 1);
        give(two, 1);
        close(fd);
        while (ways_next(s->ways, s->characteristic, NULL))
                ev_run(s->loop, EVRUN_ONCE);
        QueueCounters counters = queue_counters(s->queue);
        assert_counters_equal(&counters, &(QueueCounters){.published = 1, .dropped_gone = 1});
}

static void test_one_that_has_left_is_not_followed(void **state) {
        Scene *s = *state;
        int fds[2];

        s->two = there;
        begin(s, fds);
        close(fds[0]);
        close(fds[1]);
        /* Both ends are seen before it is known who has left. */
        ev_run(s->loop, EVRUN_NOWAIT);
        assert_false(s->switched);
        set_two(s, gone);
        expect_signal_begins_with(s, 2);
}

static void test_a_bonded_one_that_is_away_is_not_followed(void **state) {
        Scene *s = *state;
        int fds[2];

        s->two = bonded;
        begin(s, fds);
        close(fds[1]);
        set_two(s, away);
        expect_signal_begins_with(s, 2);
        close(fds[0]);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_has_not_read_goes_by_the_signal, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_has_read_is_not_repeated, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_bluez_can_still_read_is_not_repeated, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_the_signal_follows_when_the_answered_one_has_read, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_the_signal_follows_when_the_one_that_has_read_answers, setup,
                        teardown),
                cmocka_unit_test_setup_teardown(
                        test_the_signal_follows_when_what_was_not_read_is_back, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_was_read_before_the_end_is_told, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_comes_back_does_not_go_where_another_is_ahead, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_is_left_in_a_socket_at_the_end_counts_as_gone, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_has_been_read_at_the_end_counts_as_sent, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_what_was_not_read_counts_as_gone_with_its_central, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_of_two_that_stay_the_one_that_is_ahead_counts, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_one_that_has_left_is_not_followed, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        test_a_bonded_one_that_is_away_is_not_followed, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
