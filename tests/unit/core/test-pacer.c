/* The window of outstanding signals. */
#include "core/pacer.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void send(Pacer *pacer, unsigned n) {
        while (n-- > 0) {
                assert_true(pacer_may_send(pacer));
                pacer_sent(pacer);
        }
}

static void test_window_closes_after_as_many_signals_as_it_is_wide(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 4);
        assert_false(pacer_may_send(&pacer));
}

static void test_ping_is_wanted_from_half_of_the_window_on(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 1);
        assert_false(pacer_wants_ping(&pacer));
        send(&pacer, 1);
        assert_true(pacer_wants_ping(&pacer));
}

static void test_half_of_an_odd_window_is_rounded_up(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 5);
        send(&pacer, 2);
        assert_false(pacer_wants_ping(&pacer));
        send(&pacer, 1);
        assert_true(pacer_wants_ping(&pacer));
}

static void test_idle_pacer_wants_no_ping(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 1);
        assert_false(pacer_wants_ping(&pacer));
}

static void test_window_of_one_sends_one_for_each_ping(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 1);
        for (unsigned i = 0; i < 3; i++) {
                send(&pacer, 1);
                assert_false(pacer_may_send(&pacer));
                assert_true(pacer_wants_ping(&pacer));
                pacer_ping_sent(&pacer);
                pacer_ping_done(&pacer, true);
        }
        assert_true(pacer_may_send(&pacer));
}

static void test_only_one_ping_is_under_way(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 2);
        pacer_ping_sent(&pacer);
        send(&pacer, 2);
        assert_false(pacer_wants_ping(&pacer));
}

static void test_answered_ping_covers_only_what_was_sent_before_it(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 2);
        pacer_ping_sent(&pacer);
        send(&pacer, 2);
        pacer_ping_done(&pacer, true);
        send(&pacer, 2);
        assert_false(pacer_may_send(&pacer));
        assert_true(pacer_wants_ping(&pacer));
}

static void test_failed_ping_opens_nothing_and_is_wanted_again(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 4);
        pacer_ping_sent(&pacer);
        pacer_ping_done(&pacer, false);
        assert_false(pacer_may_send(&pacer));
        assert_true(pacer_wants_ping(&pacer));
}

static void test_second_ping_after_a_failed_one_covers_everything(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 2);
        pacer_ping_sent(&pacer);
        send(&pacer, 2);
        pacer_ping_done(&pacer, false);
        pacer_ping_sent(&pacer);
        pacer_ping_done(&pacer, true);
        send(&pacer, 4);
        assert_false(pacer_may_send(&pacer));
}

static void test_reset_opens_the_whole_window(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 4);
        send(&pacer, 4);
        pacer_ping_sent(&pacer);
        pacer_reset(&pacer);
        assert_false(pacer_wants_ping(&pacer));
        send(&pacer, 4);
        assert_false(pacer_may_send(&pacer));
        assert_true(pacer_wants_ping(&pacer));
}

static void test_answer_after_a_reset_is_ignored(void **state) {
        Pacer pacer;

        pacer_init(&pacer, 2);
        send(&pacer, 2);
        pacer_ping_sent(&pacer);
        pacer_reset(&pacer);
        send(&pacer, 2);
        pacer_ping_done(&pacer, true);
        assert_false(pacer_may_send(&pacer));
}

/* bluetoothd has read what was sent before an answered Ping; the rest may still be unread. */
static void test_never_more_than_the_window_is_unread(void **state) {
        Random random = {5};

        for (unsigned window = 1; window <= 40; window++) {
                unsigned n_sent = 0, n_read = 0, n_before_ping = 0;
                Pacer pacer;

                pacer_init(&pacer, window);
                for (unsigned i = 0; i < 2000; i++) {
                        if (pacer_may_send(&pacer)) {
                                pacer_sent(&pacer);
                                n_sent++;
                        }
                        if (pacer_wants_ping(&pacer)) {
                                pacer_ping_sent(&pacer);
                                n_before_ping = n_sent;
                        }
                        if (pacer.ping_pending && random_below(&random, 5) == 0) {
                                bool answered = random_below(&random, 4) != 0;

                                n_read = answered ? n_before_ping : n_read;
                                pacer_ping_done(&pacer, answered);
                        }
                        assert_true(n_sent - n_read <= window);
                        assert_int_equal(pacer_may_send(&pacer), n_sent - n_read < window);
                }
                assert_true(n_read > window);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_window_closes_after_as_many_signals_as_it_is_wide),
                cmocka_unit_test(test_ping_is_wanted_from_half_of_the_window_on),
                cmocka_unit_test(test_half_of_an_odd_window_is_rounded_up),
                cmocka_unit_test(test_idle_pacer_wants_no_ping),
                cmocka_unit_test(test_window_of_one_sends_one_for_each_ping),
                cmocka_unit_test(test_only_one_ping_is_under_way),
                cmocka_unit_test(test_answered_ping_covers_only_what_was_sent_before_it),
                cmocka_unit_test(test_failed_ping_opens_nothing_and_is_wanted_again),
                cmocka_unit_test(test_second_ping_after_a_failed_one_covers_everything),
                cmocka_unit_test(test_reset_opens_the_whole_window),
                cmocka_unit_test(test_answer_after_a_reset_is_ignored),
                cmocka_unit_test(test_never_more_than_the_window_is_unread),
        };

        return cmocka_run_group_tests_name("pacer", tests, NULL, NULL);
}
