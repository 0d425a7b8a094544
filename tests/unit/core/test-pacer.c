/* The window, the rates, and whose turn it is. The time is set by hand. */
#include "core/pacer.h"
#include "random.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LANES 3

DEFINE_CLEANUP(Pacer *, pacer_free);

static const PacerLane unbraked = {.rate = {.burst = 1}, .priority = PRIORITY_NORMAL};

/* Who has something to send. */
static bool waiting[LANES];
static uint64_t now;

static bool waits(size_t lane, void *userdata) {
        return waiting[lane];
}

static void set_waiting(bool first, bool second, bool third) {
        waiting[0] = first;
        waiting[1] = second;
        waiting[2] = third;
}

static Pacer *make_pacer(unsigned window, Rate rate, const PacerLane lanes[static LANES]) {
        const PacerParameters parameters = {.window = window, .rate = rate};
        Pacer *pacer = NULL;

        now = 1000;
        set_waiting(true, false, false);
        assert_int_equal(pacer_new(&pacer, &parameters, lanes, LANES), 0);
        return pacer;
}

static Pacer *make_window(unsigned window) {
        const PacerLane lanes[LANES] = {unbraked, unbraked, unbraked};

        return make_pacer(window, (Rate){.burst = 1}, lanes);
}

/* The lane that is served, or -1; then *again is when one may be. */
static int next(Pacer *pacer, uint64_t *again) {
        size_t lane = LANES;

        for (size_t i = 0; i < LANES; i++)
                if (waiting[i])
                        pacer_stir(pacer, i);
        return pacer_next(pacer, waits, NULL, now, &lane, again) == 1 ? (int)lane : -1;
}

static bool may_send(Pacer *pacer) {
        uint64_t again;

        return next(pacer, &again) >= 0;
}

static void expect_sends(Pacer *pacer, int lane) {
        uint64_t again;

        assert_int_equal(next(pacer, &again), lane);
        pacer_sent(pacer, (size_t)lane, now);
}

static void expect_waits_until(Pacer *pacer, uint64_t usec) {
        uint64_t again = 0;

        assert_int_equal(next(pacer, &again), -1);
        assert_int_equal(again, usec);
}

static void send(Pacer *pacer, unsigned n) {
        while (n-- > 0)
                expect_sends(pacer, 0);
}

static void test_window_closes_after_as_many_signals_as_it_is_wide(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 4);
        expect_waits_until(pacer, USEC_NEVER);
}

static void test_ping_is_wanted_from_half_of_the_window_on(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 1);
        assert_false(pacer_wants_ping(pacer));
        send(pacer, 1);
        assert_true(pacer_wants_ping(pacer));
}

static void test_half_of_an_odd_window_is_rounded_up(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(5);

        send(pacer, 2);
        assert_false(pacer_wants_ping(pacer));
        send(pacer, 1);
        assert_true(pacer_wants_ping(pacer));
}

static void test_idle_pacer_wants_no_ping(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(1);

        assert_false(pacer_wants_ping(pacer));
}

static void test_window_of_one_sends_one_for_each_ping(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(1);

        for (unsigned i = 0; i < 3; i++) {
                send(pacer, 1);
                assert_false(may_send(pacer));
                assert_true(pacer_wants_ping(pacer));
                pacer_ping_sent(pacer);
                pacer_ping_done(pacer, true);
        }
        assert_true(may_send(pacer));
}

static void test_only_one_ping_is_under_way(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 2);
        pacer_ping_sent(pacer);
        send(pacer, 2);
        assert_false(pacer_wants_ping(pacer));
}

static void test_answered_ping_covers_only_what_was_sent_before_it(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 2);
        pacer_ping_sent(pacer);
        send(pacer, 2);
        pacer_ping_done(pacer, true);
        send(pacer, 2);
        assert_false(may_send(pacer));
        assert_true(pacer_wants_ping(pacer));
}

static void test_failed_ping_opens_nothing_and_is_wanted_again(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 4);
        pacer_ping_sent(pacer);
        pacer_ping_done(pacer, false);
        assert_false(may_send(pacer));
        assert_true(pacer_wants_ping(pacer));
}

static void test_second_ping_after_a_failed_one_covers_everything(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 2);
        pacer_ping_sent(pacer);
        send(pacer, 2);
        pacer_ping_done(pacer, false);
        pacer_ping_sent(pacer);
        pacer_ping_done(pacer, true);
        send(pacer, 4);
        assert_false(may_send(pacer));
}

static void test_reset_opens_the_whole_window(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(4);

        send(pacer, 4);
        pacer_ping_sent(pacer);
        pacer_reset(pacer);
        assert_false(pacer_wants_ping(pacer));
        send(pacer, 4);
        assert_false(may_send(pacer));
        assert_true(pacer_wants_ping(pacer));
}

static void test_answer_after_a_reset_is_ignored(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(2);

        send(pacer, 2);
        pacer_ping_sent(pacer);
        pacer_reset(pacer);
        send(pacer, 2);
        pacer_ping_done(pacer, true);
        assert_false(may_send(pacer));
}

static void test_reset_brings_no_tokens(void **state) {
        const PacerLane lanes[LANES] = {unbraked, unbraked, unbraked};
        _cleanup_(pacer_freep) Pacer *pacer =
                make_pacer(8, (Rate){.per_second = 10, .burst = 2}, lanes);

        send(pacer, 2);
        pacer_reset(pacer);
        expect_waits_until(pacer, now + USEC_PER_SEC / 10);
}

static void test_equals_take_turns(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(100);

        set_waiting(true, true, true);
        for (unsigned i = 0; i < 6; i++)
                expect_sends(pacer, (int)(i % LANES));
        set_waiting(true, false, true);
        expect_sends(pacer, 0);
        expect_sends(pacer, 2);
        expect_sends(pacer, 0);
}

static void test_the_highest_priority_goes_first(void **state) {
        const PacerLane lanes[LANES] = {
                {.rate = {.burst = 1}, .priority = PRIORITY_LOW},
                {.rate = {.burst = 1}, .priority = PRIORITY_CRITICAL},
                {.rate = {.burst = 1}, .priority = PRIORITY_HIGH},
        };
        _cleanup_(pacer_freep) Pacer *pacer = make_pacer(100, (Rate){.burst = 1}, lanes);

        set_waiting(true, true, true);
        expect_sends(pacer, 1);
        expect_sends(pacer, 1);
        set_waiting(true, false, true);
        expect_sends(pacer, 2);
        set_waiting(true, false, false);
        expect_sends(pacer, 0);
}

static void test_the_rate_of_the_adapter_is_for_all(void **state) {
        const PacerLane lanes[LANES] = {unbraked, unbraked, unbraked};
        _cleanup_(pacer_freep) Pacer *pacer =
                make_pacer(100, (Rate){.per_second = 2, .burst = 2}, lanes);

        set_waiting(true, true, false);
        expect_sends(pacer, 0);
        expect_sends(pacer, 1);
        expect_waits_until(pacer, now + USEC_PER_SEC / 2);
        now += USEC_PER_SEC / 2;
        expect_sends(pacer, 0);
        expect_waits_until(pacer, now + USEC_PER_SEC / 2);
}

static void test_a_lane_with_a_rate_lets_the_others_pass(void **state) {
        const PacerLane lanes[LANES] = {
                {.rate = {.per_second = 1, .burst = 1}, .priority = PRIORITY_CRITICAL},
                unbraked,
                unbraked,
        };
        _cleanup_(pacer_freep) Pacer *pacer = make_pacer(100, (Rate){.burst = 1}, lanes);

        set_waiting(true, true, false);
        expect_sends(pacer, 0);
        expect_sends(pacer, 1);
        expect_sends(pacer, 1);
        set_waiting(true, false, false);
        expect_waits_until(pacer, now + USEC_PER_SEC);
        now += USEC_PER_SEC;
        expect_sends(pacer, 0);
}

static void test_the_interval_is_counted_from_what_was_sent(void **state) {
        const PacerLane lanes[LANES] = {
                {.rate = {.burst = 1}, .min_interval_usec = 500, .priority = PRIORITY_NORMAL},
                unbraked,
                unbraked,
        };
        _cleanup_(pacer_freep) Pacer *pacer = make_pacer(100, (Rate){.burst = 1}, lanes);

        expect_sends(pacer, 0);
        now += 499;
        expect_waits_until(pacer, now + 1);
        now += 1;
        expect_sends(pacer, 0);
}

static void test_the_later_of_lane_and_adapter_counts(void **state) {
        const PacerLane lanes[LANES] = {
                {.rate = {.burst = 1}, .min_interval_usec = 2 * USEC_PER_SEC},
                unbraked,
                unbraked,
        };
        _cleanup_(pacer_freep) Pacer *pacer =
                make_pacer(100, (Rate){.per_second = 1, .burst = 1}, lanes);

        expect_sends(pacer, 0);
        expect_waits_until(pacer, now + 2 * USEC_PER_SEC);
        set_waiting(true, true, false);
        expect_waits_until(pacer, now + USEC_PER_SEC);
}

static void test_lanes_come_and_go(void **state) {
        const PacerLane late = {.rate = {.burst = 1}, .priority = PRIORITY_CRITICAL};
        _cleanup_(pacer_freep) Pacer *pacer = make_window(100);
        size_t lane = LANES;

        pacer_remove_lane(pacer, 1);
        set_waiting(true, true, false);
        expect_sends(pacer, 0);
        expect_sends(pacer, 0);
        assert_int_equal(pacer_add_lane(pacer, &late, &lane), 0);
        assert_int_equal(lane, 1);
        expect_sends(pacer, 1);
        pacer_remove_lane(pacer, 1);
        expect_sends(pacer, 0);
}

static bool only_the_last(size_t lane, void *userdata) {
        return lane == LANES;
}

static void test_a_lane_is_added_behind_the_others(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(100);
        size_t lane = 0;
        uint64_t again;

        assert_int_equal(pacer_add_lane(pacer, &unbraked, &lane), 0);
        assert_int_equal(lane, LANES);
        lane = 0;
        pacer_stir(pacer, LANES);
        assert_int_equal(pacer_next(pacer, only_the_last, NULL, now, &lane, &again), 1);
        assert_int_equal(lane, LANES);
}

static size_t n_asked;

static bool asked(size_t lane, void *userdata) {
        n_asked++;
        return waiting[lane];
}

static void expect_asks(Pacer *pacer, size_t n) {
        uint64_t again;
        size_t lane;

        n_asked = 0;
        (void)pacer_next(pacer, asked, NULL, now, &lane, &again);
        assert_int_equal(n_asked, n);
}

static void test_only_who_was_stirred_is_asked_until_it_has_nothing(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(1);

        set_waiting(true, true, false);
        expect_asks(pacer, 0);
        pacer_stir(pacer, 1);
        pacer_stir(pacer, 1);
        pacer_stir(pacer, 2);
        expect_asks(pacer, 2);
        expect_asks(pacer, 1);
        /* The window closes: whoever is not asked by then is asked afterwards. */
        pacer_sent(pacer, 1, now);
        expect_asks(pacer, 0);
        pacer_reset(pacer);
        expect_asks(pacer, 1);
        set_waiting(false, false, false);
        expect_asks(pacer, 1);
        expect_asks(pacer, 0);
}

static void test_a_lane_that_was_stirred_and_removed_is_not_asked(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(1);
        size_t lane;

        pacer_stir(pacer, 1);
        pacer_remove_lane(pacer, 1);
        expect_asks(pacer, 0);
        pacer_stir(pacer, 2);
        pacer_remove_lane(pacer, 2);
        assert_int_equal(pacer_add_lane(pacer, &unbraked, &lane), 0);
        assert_int_equal(pacer_add_lane(pacer, &unbraked, &lane), 0);
        pacer_stir(pacer, lane);
        expect_asks(pacer, 1);
}

static void test_a_new_lane_has_nothing_of_the_one_before(void **state) {
        const PacerLane slow = {.rate = {.burst = 1}, .min_interval_usec = USEC_PER_SEC};
        _cleanup_(pacer_freep) Pacer *pacer = make_window(100);
        size_t lane = LANES;

        pacer_remove_lane(pacer, 0);
        assert_int_equal(pacer_add_lane(pacer, &slow, &lane), 0);
        expect_sends(pacer, 0);
        expect_waits_until(pacer, now + USEC_PER_SEC);
        pacer_remove_lane(pacer, 0);
        assert_int_equal(pacer_add_lane(pacer, &slow, &lane), 0);
        expect_sends(pacer, 0);
}

static void test_the_window_is_not_for_every_lane(void **state) {
        const PacerLane lanes[LANES] = {
                unbraked,
                {.rate = {.burst = 1}, .priority = PRIORITY_NORMAL, .unwindowed = true},
                unbraked,
        };
        _cleanup_(pacer_freep) Pacer *pacer = make_pacer(2, (Rate){.burst = 1}, lanes);

        send(pacer, 2);
        expect_waits_until(pacer, USEC_NEVER);
        set_waiting(true, true, false);
        for (unsigned i = 0; i < 5; i++)
                expect_sends(pacer, 1);
        pacer_ping_sent(pacer);
        pacer_ping_done(pacer, true);
        set_waiting(true, false, false);
        send(pacer, 2);
        expect_waits_until(pacer, USEC_NEVER);
}

static void test_nobody_waits(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(1);

        set_waiting(false, false, false);
        expect_waits_until(pacer, USEC_NEVER);
        assert_null(pacer_free(NULL));
}

/* bluetoothd has read what was sent before an answered Ping; the rest may still be unread. */
static void test_never_more_than_the_window_is_unread(void **state) {
        Random random = {5};

        for (unsigned window = 1; window <= 40; window++) {
                _cleanup_(pacer_freep) Pacer *pacer = make_window(window);
                unsigned n_sent = 0, n_read = 0, n_before_ping = 0;
                bool under_way = false;

                for (unsigned i = 0; i < 2000; i++) {
                        if (may_send(pacer)) {
                                pacer_sent(pacer, 0, now);
                                n_sent++;
                        }
                        if (pacer_wants_ping(pacer)) {
                                pacer_ping_sent(pacer);
                                under_way = true;
                                n_before_ping = n_sent;
                        }
                        if (under_way && random_below(&random, 5) == 0) {
                                bool answered = random_below(&random, 4) != 0;

                                n_read = answered ? n_before_ping : n_read;
                                under_way = false;
                                pacer_ping_done(pacer, answered);
                        }
                        assert_true(n_sent - n_read <= window);
                        assert_int_equal(may_send(pacer), n_sent - n_read < window);
                }
                assert_true(n_read > window);
        }
}

static void test_a_smaller_window_counts_what_is_outstanding(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(8);

        for (unsigned i = 0; i < 6; i++)
                expect_sends(pacer, 0);
        pacer_reconfigure(pacer, &(PacerParameters){.window = 2, .rate = {.burst = 1}}, now);
        assert_false(may_send(pacer));
        assert_true(pacer_wants_ping(pacer));
        pacer_ping_sent(pacer);
        pacer_ping_done(pacer, true);
        assert_true(may_send(pacer));
}

static void test_another_rate_of_the_adapter(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(8);

        pacer_reconfigure(pacer,
                &(PacerParameters){.window = 8, .rate = {.per_second = 10, .burst = 1}}, now);
        expect_sends(pacer, 0);
        expect_waits_until(pacer, now + USEC_PER_SEC / 10);
}

static void test_a_lane_with_other_parameters(void **state) {
        _cleanup_(pacer_freep) Pacer *pacer = make_window(8);
        PacerLane slow = unbraked, important = unbraked;

        slow.min_interval_usec = 1000;
        important.priority = PRIORITY_HIGH;
        pacer_reconfigure_lane(pacer, 0, &slow, now);
        expect_sends(pacer, 0);
        expect_waits_until(pacer, now + 1000);
        slow.min_interval_usec = 10;
        pacer_reconfigure_lane(pacer, 0, &slow, now);
        expect_waits_until(pacer, now + 10);
        now += 10;
        set_waiting(true, true, true);
        pacer_reconfigure_lane(pacer, 2, &important, now);
        expect_sends(pacer, 2);
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
                cmocka_unit_test(test_reset_brings_no_tokens),
                cmocka_unit_test(test_equals_take_turns),
                cmocka_unit_test(test_the_highest_priority_goes_first),
                cmocka_unit_test(test_the_rate_of_the_adapter_is_for_all),
                cmocka_unit_test(test_a_lane_with_a_rate_lets_the_others_pass),
                cmocka_unit_test(test_the_interval_is_counted_from_what_was_sent),
                cmocka_unit_test(test_the_later_of_lane_and_adapter_counts),
                cmocka_unit_test(test_lanes_come_and_go),
                cmocka_unit_test(test_a_lane_is_added_behind_the_others),
                cmocka_unit_test(test_only_who_was_stirred_is_asked_until_it_has_nothing),
                cmocka_unit_test(test_a_lane_that_was_stirred_and_removed_is_not_asked),
                cmocka_unit_test(test_a_new_lane_has_nothing_of_the_one_before),
                cmocka_unit_test(test_the_window_is_not_for_every_lane),
                cmocka_unit_test(test_nobody_waits),
                cmocka_unit_test(test_never_more_than_the_window_is_unread),
                cmocka_unit_test(test_a_smaller_window_counts_what_is_outstanding),
                cmocka_unit_test(test_another_rate_of_the_adapter),
                cmocka_unit_test(test_a_lane_with_other_parameters),
        };

        return cmocka_run_group_tests_name("pacer", tests, NULL, NULL);
}
