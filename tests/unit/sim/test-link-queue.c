/* What is on its way to a central. */
#include "sim/gatt/link-queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TURNS 30

typedef struct Ear {
        struct ev_loop *loop;
        LinkQueue *queue;
        char log[512]; /* n61: notified; i61: indicated; a0e: answered with an error */
        bool leave;    /* when the next value comes */
} Ear;

static void hear(Ear *ear, char kind, unsigned what) {
        size_t used = strlen(ear->log);

        (void)snprintf(ear->log + used, sizeof(ear->log) - used, "%c%02x ", kind, what);
        if (ear->leave)
                ear->queue = link_queue_free(ear->queue);
}

static void on_value(
        uint16_t handle, const uint8_t *data, size_t size, bool indication, void *userdata) {
        hear(userdata, indication ? 'i' : 'n', size > 0 ? data[0] : 0);
}

static void on_answer(uint8_t error, const uint8_t *data, size_t size, void *userdata) {
        hear(userdata, 'a', error);
}

static void on_closed(void *userdata) {
        fail_msg("nothing was waited for");
}

static const GattLinkEvents events = {.value = on_value, .closed = on_closed};

static int begin(void **state) {
        static Ear ear;

        ear = (Ear){.loop = ev_loop_new(EVFLAG_AUTO)};
        assert_non_null(ear.loop);
        assert_int_equal(link_queue_new(&ear.queue, ear.loop, &events, &ear), 0);
        *state = &ear;
        return 0;
}

static int end(void **state) {
        Ear *ear = *state;

        link_queue_free(ear->queue);
        ev_loop_destroy(ear->loop);
        return 0;
}

static void send_value(Ear *ear, uint8_t byte, bool indication) {
        const Confirmation confirmation = {.socket = byte};

        link_queue_send(ear->queue, 1, &byte, 1, indication ? &confirmation : NULL);
}

static void expect(Ear *ear, const char *log) {
        for (int i = 0; i < TURNS; i++)
                ev_run(ear->loop, EVRUN_NOWAIT);
        assert_string_equal(ear->log, log);
        ear->log[0] = '\0';
}

static void test_nothing_is_told_before_the_loop_turns(void **state) {
        Ear *ear = *state;

        send_value(ear, 1, false);
        link_queue_answer(ear->queue, on_answer, ear, 0x0e, NULL, 0);
        assert_string_equal(ear->log, "");
        expect(ear, "a0e n01 ");
}

static void test_one_indication_goes_at_a_time(void **state) {
        Confirmation due;
        Ear *ear = *state;

        send_value(ear, 1, true);
        send_value(ear, 2, true);
        expect(ear, "i01 ");
        assert_int_equal(link_queue_waiting(ear->queue), 1);
        assert_true(link_queue_confirm(ear->queue, &due));
        assert_int_equal(due.socket, 1);
        expect(ear, "i02 ");
        assert_true(link_queue_confirm(ear->queue, &due));
        assert_int_equal(due.socket, 2);
        assert_false(link_queue_confirm(ear->queue, &due));
}

static void test_indications_wait_behind_notifications(void **state) {
        Ear *ear = *state;

        send_value(ear, 1, true);
        send_value(ear, 2, false);
        send_value(ear, 3, false);
        expect(ear, "n02 n03 i01 ");
}

static void test_notifications_do_not_wait_for_a_confirmation(void **state) {
        Ear *ear = *state;

        send_value(ear, 1, true);
        expect(ear, "i01 ");
        send_value(ear, 2, false);
        expect(ear, "n02 ");
}

static void test_what_is_held_waits_without_a_bound(void **state) {
        Ear *ear = *state;

        link_queue_hold(ear->queue, true);
        for (unsigned i = 0; i < 10000; i++)
                send_value(ear, (uint8_t)i, false);
        link_queue_answer(ear->queue, on_answer, ear, 0, NULL, 0);
        expect(ear, "a00 ");
        assert_int_equal(link_queue_waiting(ear->queue), 10000);
}

static void test_what_was_held_comes_when_it_is_taken_again(void **state) {
        Ear *ear = *state;

        link_queue_hold(ear->queue, true);
        send_value(ear, 1, false);
        send_value(ear, 2, true);
        expect(ear, "");
        link_queue_hold(ear->queue, false);
        expect(ear, "n01 i02 ");
        assert_int_equal(link_queue_waiting(ear->queue), 0);
}

static void test_the_central_may_leave_while_it_is_told(void **state) {
        Ear *ear = *state;

        send_value(ear, 1, false);
        send_value(ear, 2, false);
        ear->leave = true;
        expect(ear, "n01 ");
        assert_null(ear->queue);
}

static void test_a_closed_queue_takes_nothing(void **state) {
        Ear *ear = *state;

        send_value(ear, 1, false);
        link_queue_close(ear->queue);
        send_value(ear, 2, false);
        link_queue_answer(ear->queue, on_answer, ear, 0, NULL, 0);
        expect(ear, "");
        assert_int_equal(link_queue_waiting(ear->queue), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
        static const struct CMUnitTest tests[] = {
                TEST(test_nothing_is_told_before_the_loop_turns),
                TEST(test_one_indication_goes_at_a_time),
                TEST(test_indications_wait_behind_notifications),
                TEST(test_notifications_do_not_wait_for_a_confirmation),
                TEST(test_what_is_held_waits_without_a_bound),
                TEST(test_what_was_held_comes_when_it_is_taken_again),
                TEST(test_the_central_may_leave_while_it_is_told),
                TEST(test_a_closed_queue_takes_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
