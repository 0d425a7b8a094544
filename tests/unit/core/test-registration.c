/* Every transition of a registration, then events in random order against a small world. */
#include "core/registration.h"
#include "random.h"
#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RETRY_MIN_USEC 1000
#define RETRY_MAX_USEC 6000

/* The owner of a registration: records what is asked of it. */
typedef struct Fixture {
        Registration r;
        unsigned n_register, n_unregister, n_cancel;
        bool call_under_way;
        uint64_t timer_usec; /* UINT64_MAX: not set */
        unsigned n_changed;
        RegistrationState old, new; /* of the last change */
} Fixture;

static void on_call_register(void *userdata) {
        Fixture *f = userdata;

        assert_false(f->call_under_way);
        f->call_under_way = true;
        f->n_register++;
}

static void on_call_unregister(void *userdata) {
        Fixture *f = userdata;

        assert_false(f->call_under_way);
        f->call_under_way = true;
        f->n_unregister++;
}

static void on_cancel_call(void *userdata) {
        Fixture *f = userdata;

        assert_true(f->call_under_way);
        f->call_under_way = false;
        f->n_cancel++;
}

static void on_set_timer(uint64_t delay_usec, void *userdata) {
        Fixture *f = userdata;

        f->timer_usec = delay_usec;
}

static void on_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Fixture *f = userdata;

        assert_int_equal(f->r.state, new);
        assert_int_equal(f->new, old);
        assert_int_not_equal(old, new);
        f->old = old;
        f->new = new;
        f->n_changed++;
}

static const RegistrationEvents events = {
        .call_register = on_call_register,
        .call_unregister = on_call_unregister,
        .cancel_call = on_cancel_call,
        .set_timer = on_set_timer,
        .changed = on_changed,
};

static void enable(Fixture *f) {
        registration_start(&f->r);
        registration_set_allowed(&f->r, true);
        f->n_changed = 0;
}

static void fixture_init(Fixture *f) {
        *f = (Fixture){.timer_usec = UINT64_MAX, .new = REGISTRATION_STOPPED};
        registration_init(&f->r, RETRY_MIN_USEC, RETRY_MAX_USEC, &events, f);
        enable(f);
}

/* What BlueZ, the clock and the user may do. */

static void answer_register(Fixture *f, RegistrationOutcome outcome) {
        f->call_under_way = false;
        registration_registered(&f->r, outcome);
}

static void answer_unregister(Fixture *f) {
        f->call_under_way = false;
        registration_unregistered(&f->r);
}

static void timer_fires(Fixture *f) {
        f->timer_usec = UINT64_MAX;
        registration_timer(&f->r);
}

/* Leads a new registration into a state by the shortest way. */
static void fixture_in_state(Fixture *f, RegistrationState state) {
        fixture_init(f);
        if (state == REGISTRATION_STOPPED)
                registration_stop(&f->r);
        else if (state != REGISTRATION_ABSENT)
                registration_set_available(&f->r, true);

        if (state == REGISTRATION_REGISTERED || state == REGISTRATION_UNREGISTERING)
                answer_register(f, REGISTRATION_OK);
        if (state == REGISTRATION_UNREGISTERING)
                registration_stop(&f->r);
        if (state == REGISTRATION_CLEARING)
                answer_register(f, REGISTRATION_UNCLEAR);
        if (state == REGISTRATION_WAITING)
                answer_register(f, REGISTRATION_REFUSED);

        assert_int_equal(f->r.state, state);
        f->n_register = f->n_unregister = f->n_cancel = f->n_changed = 0;
}

static void assert_changed(const Fixture *f, RegistrationState old, RegistrationState new) {
        assert_int_equal(f->n_changed, 1);
        assert_int_equal(f->old, old);
        assert_int_equal(f->new, new);
}

static void assert_calls(
        const Fixture *f, unsigned n_register, unsigned n_unregister, unsigned n_cancel) {
        assert_int_equal(f->n_register, n_register);
        assert_int_equal(f->n_unregister, n_unregister);
        assert_int_equal(f->n_cancel, n_cancel);
}

static void assert_nothing_happened(const Fixture *f) {
        assert_int_equal(f->n_changed, 0);
        assert_calls(f, 0, 0, 0);
}

static void test_absent_waits_and_asks_nothing(void **state) {
        Fixture f;

        fixture_init(&f);
        assert_int_equal(f.r.state, REGISTRATION_ABSENT);
        assert_nothing_happened(&f);
        assert_int_equal(f.timer_usec, UINT64_MAX);
}

static void test_absent_registers_when_available(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_ABSENT);
        registration_set_available(&f.r, true);
        assert_changed(&f, REGISTRATION_ABSENT, REGISTRATION_REGISTERING);
        assert_calls(&f, 1, 0, 0);
}

static void test_registering_becomes_registered(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        answer_register(&f, REGISTRATION_OK);
        assert_changed(&f, REGISTRATION_REGISTERING, REGISTRATION_REGISTERED);
        assert_calls(&f, 0, 0, 0);
}

static void test_refused_waits_for_the_timer(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        answer_register(&f, REGISTRATION_REFUSED);
        assert_changed(&f, REGISTRATION_REGISTERING, REGISTRATION_WAITING);
        assert_calls(&f, 0, 0, 0);
        assert_int_equal(f.timer_usec, RETRY_MIN_USEC);
}

static void test_unclear_outcome_is_cleared(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        answer_register(&f, REGISTRATION_UNCLEAR);
        assert_changed(&f, REGISTRATION_REGISTERING, REGISTRATION_CLEARING);
        assert_calls(&f, 0, 1, 0);
        assert_int_equal(f.timer_usec, UINT64_MAX);
}

static void test_cleared_waits_for_the_timer(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_CLEARING);
        answer_unregister(&f);
        assert_changed(&f, REGISTRATION_CLEARING, REGISTRATION_WAITING);
        assert_calls(&f, 0, 0, 0);
        assert_int_equal(f.timer_usec, RETRY_MIN_USEC);
}

static void test_timer_registers_again(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_WAITING);
        timer_fires(&f);
        assert_changed(&f, REGISTRATION_WAITING, REGISTRATION_REGISTERING);
        assert_calls(&f, 1, 0, 0);
        assert_int_equal(f.timer_usec, UINT64_MAX);
}

static void test_already_exists_is_cleared_and_registered_again(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        answer_register(&f, REGISTRATION_UNCLEAR);
        answer_unregister(&f);
        timer_fires(&f);
        answer_register(&f, REGISTRATION_OK);
        assert_int_equal(f.r.state, REGISTRATION_REGISTERED);
        assert_calls(&f, 1, 1, 0);
}

static void test_released_waits_and_registers_again(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERED);
        registration_released(&f.r);
        assert_changed(&f, REGISTRATION_REGISTERED, REGISTRATION_WAITING);
        assert_calls(&f, 0, 0, 0);
        assert_int_equal(f.timer_usec, RETRY_MIN_USEC);
        timer_fires(&f);
        assert_calls(&f, 1, 0, 0);
}

static void test_unavailable_while_registering_voids_the_call(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        registration_set_available(&f.r, false);
        assert_changed(&f, REGISTRATION_REGISTERING, REGISTRATION_ABSENT);
        assert_calls(&f, 0, 0, 1);
}

static void test_stop_after_a_void_call_unregisters_what_may_be_held(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        registration_set_available(&f.r, false);
        registration_set_available(&f.r, true);
        assert_int_equal(f.r.state, REGISTRATION_WAITING);
        registration_stop(&f.r);
        assert_int_equal(f.r.state, REGISTRATION_UNREGISTERING);
        assert_int_equal(f.n_unregister, 1);
        answer_unregister(&f);
        assert_int_equal(f.r.state, REGISTRATION_STOPPED);
}

static void test_unavailable_while_registered_unregisters_nothing(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERED);
        registration_set_available(&f.r, false);
        assert_changed(&f, REGISTRATION_REGISTERED, REGISTRATION_ABSENT);
        assert_calls(&f, 0, 0, 0);
}

static void test_unavailable_while_clearing_voids_the_call(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_CLEARING);
        registration_set_available(&f.r, false);
        assert_changed(&f, REGISTRATION_CLEARING, REGISTRATION_ABSENT);
        assert_calls(&f, 0, 0, 1);
}

static void test_unavailable_while_waiting_stops_the_timer(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_WAITING);
        registration_set_available(&f.r, false);
        assert_changed(&f, REGISTRATION_WAITING, REGISTRATION_ABSENT);
        assert_calls(&f, 0, 0, 0);
        assert_int_equal(f.timer_usec, UINT64_MAX);
}

static void test_unavailable_while_unregistering_stops_at_once(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_UNREGISTERING);
        registration_set_available(&f.r, false);
        assert_changed(&f, REGISTRATION_UNREGISTERING, REGISTRATION_STOPPED);
        assert_calls(&f, 0, 0, 1);
}

static void test_unavailable_again_does_nothing(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_ABSENT);
        registration_set_available(&f.r, false);
        assert_nothing_happened(&f);
}

static void test_unavailable_does_not_wake_what_is_stopped(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_STOPPED);
        registration_set_available(&f.r, false);
        registration_set_available(&f.r, true);
        assert_nothing_happened(&f);
}

static void test_available_again_does_nothing(void **state) {
        Fixture f;

        for (RegistrationState s = REGISTRATION_REGISTERING; s < _REGISTRATION_STATE_MAX; s++) {
                fixture_in_state(&f, s);
                registration_set_available(&f.r, true);
                assert_nothing_happened(&f);
        }
}

static void test_stop_while_absent_stops_at_once(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_ABSENT);
        registration_stop(&f.r);
        assert_changed(&f, REGISTRATION_ABSENT, REGISTRATION_STOPPED);
        assert_calls(&f, 0, 0, 0);
}

static void test_stop_while_registering_voids_the_call_and_unregisters(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        registration_stop(&f.r);
        assert_changed(&f, REGISTRATION_REGISTERING, REGISTRATION_UNREGISTERING);
        assert_calls(&f, 0, 1, 1);
}

static void test_stop_while_registered_unregisters(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERED);
        registration_stop(&f.r);
        assert_changed(&f, REGISTRATION_REGISTERED, REGISTRATION_UNREGISTERING);
        assert_calls(&f, 0, 1, 0);
}

static void test_stop_while_clearing_uses_the_call_under_way(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_CLEARING);
        registration_stop(&f.r);
        assert_changed(&f, REGISTRATION_CLEARING, REGISTRATION_UNREGISTERING);
        assert_calls(&f, 0, 0, 0);
        answer_unregister(&f);
        assert_int_equal(f.r.state, REGISTRATION_STOPPED);
}

static void test_stop_while_waiting_stops_at_once_and_the_timer_too(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_WAITING);
        registration_stop(&f.r);
        assert_changed(&f, REGISTRATION_WAITING, REGISTRATION_STOPPED);
        assert_calls(&f, 0, 0, 0);
        assert_int_equal(f.timer_usec, UINT64_MAX);
}

static void test_stop_again_does_nothing(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_UNREGISTERING);
        registration_stop(&f.r);
        assert_nothing_happened(&f);
        fixture_in_state(&f, REGISTRATION_STOPPED);
        registration_stop(&f.r);
        assert_nothing_happened(&f);
}

static void test_unregistered_ends_in_stopped(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_UNREGISTERING);
        answer_unregister(&f);
        assert_changed(&f, REGISTRATION_UNREGISTERING, REGISTRATION_STOPPED);
        assert_calls(&f, 0, 0, 0);
}

static void test_void_outcome_of_registering_is_ignored(void **state) {
        static const RegistrationOutcome outcomes[] = {
                REGISTRATION_OK, REGISTRATION_UNCLEAR, REGISTRATION_REFUSED};
        Fixture f;

        for (RegistrationState s = REGISTRATION_ABSENT; s < _REGISTRATION_STATE_MAX; s++) {
                if (s == REGISTRATION_REGISTERING)
                        continue;
                for (size_t i = 0; i < ELEMENTS(outcomes); i++) {
                        fixture_in_state(&f, s);
                        registration_registered(&f.r, outcomes[i]);
                        assert_nothing_happened(&f);
                }
        }
}

static void test_void_end_of_unregistering_is_ignored(void **state) {
        Fixture f;

        for (RegistrationState s = REGISTRATION_ABSENT; s < _REGISTRATION_STATE_MAX; s++) {
                if (s == REGISTRATION_CLEARING || s == REGISTRATION_UNREGISTERING)
                        continue;
                fixture_in_state(&f, s);
                registration_unregistered(&f.r);
                assert_nothing_happened(&f);
        }
}

static void test_release_of_what_is_not_registered_is_ignored(void **state) {
        Fixture f;

        for (RegistrationState s = REGISTRATION_ABSENT; s < _REGISTRATION_STATE_MAX; s++) {
                if (s == REGISTRATION_REGISTERED)
                        continue;
                fixture_in_state(&f, s);
                registration_released(&f.r);
                assert_nothing_happened(&f);
        }
}

static void test_timer_that_nobody_waits_for_is_ignored(void **state) {
        Fixture f;

        for (RegistrationState s = REGISTRATION_ABSENT; s < _REGISTRATION_STATE_MAX; s++) {
                if (s == REGISTRATION_WAITING)
                        continue;
                fixture_in_state(&f, s);
                registration_timer(&f.r);
                assert_nothing_happened(&f);
        }
}

static void test_start_begins_only_when_available_and_allowed(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_STOPPED);
        registration_start(&f.r);
        assert_changed(&f, REGISTRATION_STOPPED, REGISTRATION_ABSENT);
        registration_set_allowed(&f.r, false);
        registration_set_available(&f.r, true);
        assert_int_equal(f.r.state, REGISTRATION_ABSENT);
        registration_set_allowed(&f.r, true);
        assert_int_equal(f.r.state, REGISTRATION_REGISTERING);
        assert_calls(&f, 1, 0, 0);
}

static void test_start_while_unregistering_registers_anew_after_it(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_UNREGISTERING);
        registration_start(&f.r);
        assert_nothing_happened(&f);
        answer_unregister(&f);
        assert_int_equal(f.r.state, REGISTRATION_REGISTERING);
        assert_calls(&f, 1, 0, 0);
}

static void test_start_and_stop_while_unregistering_stops(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_UNREGISTERING);
        registration_start(&f.r);
        registration_stop(&f.r);
        answer_unregister(&f);
        assert_int_equal(f.r.state, REGISTRATION_STOPPED);
        assert_calls(&f, 0, 0, 0);
}

static void test_start_again_does_nothing(void **state) {
        Fixture f;

        for (RegistrationState s = REGISTRATION_ABSENT; s < REGISTRATION_STOPPED; s++) {
                fixture_in_state(&f, s);
                registration_start(&f.r);
                assert_nothing_happened(&f);
        }
}

static void test_what_is_not_allowed_any_more_leaves_calls_and_what_is_held_alone(void **state) {
        static const RegistrationState states[] = {REGISTRATION_ABSENT, REGISTRATION_REGISTERING,
                REGISTRATION_REGISTERED, REGISTRATION_CLEARING, REGISTRATION_UNREGISTERING,
                REGISTRATION_STOPPED};
        Fixture f;

        for (size_t i = 0; i < ELEMENTS(states); i++) {
                fixture_in_state(&f, states[i]);
                registration_set_allowed(&f.r, false);
                assert_nothing_happened(&f);
        }
}

static void test_what_is_not_allowed_is_not_tried_again(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_WAITING);
        registration_set_allowed(&f.r, false);
        assert_changed(&f, REGISTRATION_WAITING, REGISTRATION_ABSENT);
        assert_int_equal(f.timer_usec, UINT64_MAX);

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        registration_set_allowed(&f.r, false);
        answer_register(&f, REGISTRATION_REFUSED);
        assert_changed(&f, REGISTRATION_REGISTERING, REGISTRATION_ABSENT);

        fixture_in_state(&f, REGISTRATION_CLEARING);
        registration_set_allowed(&f.r, false);
        answer_unregister(&f);
        assert_changed(&f, REGISTRATION_CLEARING, REGISTRATION_ABSENT);

        fixture_in_state(&f, REGISTRATION_REGISTERED);
        registration_set_allowed(&f.r, false);
        registration_released(&f.r);
        assert_changed(&f, REGISTRATION_REGISTERED, REGISTRATION_ABSENT);
        assert_calls(&f, 0, 0, 0);
}

static void test_retry_does_not_wait_for_the_timer(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_WAITING);
        registration_retry(&f.r);
        assert_changed(&f, REGISTRATION_WAITING, REGISTRATION_REGISTERING);
        assert_int_equal(f.timer_usec, UINT64_MAX);
        answer_register(&f, REGISTRATION_REFUSED);
        assert_int_equal(f.timer_usec, 2 * RETRY_MIN_USEC);
}

static void test_after_a_death_under_a_call_the_next_one_waits(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        registration_set_available(&f.r, false);
        registration_set_available(&f.r, true);
        assert_int_equal(f.r.state, REGISTRATION_WAITING);
        assert_int_equal(f.timer_usec, RETRY_MIN_USEC);
        timer_fires(&f);
        registration_set_available(&f.r, false);
        registration_set_available(&f.r, true);
        assert_int_equal(f.timer_usec, 2 * RETRY_MIN_USEC);
        timer_fires(&f);
        answer_register(&f, REGISTRATION_OK);
        registration_set_available(&f.r, false);
        registration_set_available(&f.r, true);
        assert_int_equal(f.r.state, REGISTRATION_REGISTERING);
}

/* The delay after one more refusal. */
static uint64_t refuse_once(Fixture *f) {
        uint64_t delay_usec;

        answer_register(f, REGISTRATION_REFUSED);
        delay_usec = f->timer_usec;
        timer_fires(f);
        return delay_usec;
}

static void test_delay_doubles_up_to_the_maximum(void **state) {
        static const uint64_t expected[] = {1000, 2000, 4000, 6000, 6000};
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        for (size_t i = 0; i < ELEMENTS(expected); i++)
                assert_int_equal(refuse_once(&f), expected[i]);
}

static void test_delay_grows_with_unclear_outcomes_too(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        refuse_once(&f);
        answer_register(&f, REGISTRATION_UNCLEAR);
        answer_unregister(&f);
        assert_int_equal(f.timer_usec, 2 * RETRY_MIN_USEC);
}

static void test_greatest_delays_do_not_wrap(void **state) {
        Fixture f;

        fixture_init(&f);
        f.new = REGISTRATION_STOPPED;
        registration_init(&f.r, UINT64_MAX / 2 + 1, UINT64_MAX - 1, &events, &f);
        enable(&f);
        registration_set_available(&f.r, true);
        assert_int_equal(refuse_once(&f), UINT64_MAX / 2 + 1);
        assert_int_equal(refuse_once(&f), UINT64_MAX - 1);
}

static void test_success_resets_the_delay(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        refuse_once(&f);
        refuse_once(&f);
        answer_register(&f, REGISTRATION_OK);
        registration_released(&f.r);
        assert_int_equal(f.timer_usec, RETRY_MIN_USEC);
}

static void test_new_bluetoothd_does_not_reset_the_delay(void **state) {
        Fixture f;

        fixture_in_state(&f, REGISTRATION_REGISTERING);
        refuse_once(&f);
        answer_register(&f, REGISTRATION_REFUSED);
        registration_set_available(&f.r, false);
        registration_set_available(&f.r, true);
        assert_int_equal(refuse_once(&f), 4 * RETRY_MIN_USEC);
}

static void on_changed_stop_when_registered(
        RegistrationState old, RegistrationState new, void *userdata) {
        Fixture *f = userdata;

        on_changed(old, new, userdata);
        if (new == REGISTRATION_REGISTERED)
                registration_stop(&f->r);
}

static void test_owner_may_stop_when_told_of_a_change(void **state) {
        RegistrationEvents stopping = events;
        Fixture f;

        stopping.changed = on_changed_stop_when_registered;
        fixture_init(&f);
        f.new = REGISTRATION_STOPPED;
        registration_init(&f.r, RETRY_MIN_USEC, RETRY_MAX_USEC, &stopping, &f);
        enable(&f);
        registration_set_available(&f.r, true);
        answer_register(&f, REGISTRATION_OK);
        assert_int_equal(f.r.state, REGISTRATION_UNREGISTERING);
        assert_int_equal(f.n_unregister, 1);
}

static void test_each_state_has_its_own_name(void **state) {
        for (RegistrationState a = REGISTRATION_ABSENT; a < _REGISTRATION_STATE_MAX; a++)
                for (RegistrationState b = a + 1; b < _REGISTRATION_STATE_MAX; b++)
                        assert_string_not_equal(
                                registration_state_name(a), registration_state_name(b));
        assert_string_equal(registration_state_name(REGISTRATION_CLEARING), "clearing");
        assert_string_equal(registration_state_name(_REGISTRATION_STATE_MAX), "invalid");
}

/* Random order: the fixture's asserts hold that never two calls are under way. */

static RegistrationOutcome random_outcome(Random *random) {
        switch (random_below(random, 4)) {
        case 0:
                return REGISTRATION_UNCLEAR;
        case 1:
                return REGISTRATION_REFUSED;
        default:
                return REGISTRATION_OK;
        }
}

static void answer(Fixture *f, RegistrationOutcome outcome) {
        if (f->r.state == REGISTRATION_REGISTERING)
                answer_register(f, outcome);
        else
                answer_unregister(f);
}

static void random_event(Fixture *f, Random *random) {
        switch (random_below(random, 9)) {
        case 0:
                registration_set_available(&f->r, true);
                break;
        case 4:
                registration_set_allowed(&f->r, random_below(random, 3) != 0);
                break;
        case 1:
                registration_set_available(&f->r, random_below(random, 3) != 0);
                break;
        case 2:
                registration_released(&f->r);
                break;
        case 3: /* answers and timers that are void */
                if (!f->call_under_way) {
                        registration_registered(&f->r, random_outcome(random));
                        registration_unregistered(&f->r);
                }
                if (f->timer_usec == UINT64_MAX)
                        registration_timer(&f->r);
                break;
        default:
                if (f->call_under_way)
                        answer(f, random_outcome(random));
                else if (f->timer_usec != UINT64_MAX)
                        timer_fires(f);
                break;
        }
}

/* What is asked for agrees with the state. */
static void assert_consistent(const Fixture *f) {
        bool calls = f->r.state == REGISTRATION_REGISTERING ||
                     f->r.state == REGISTRATION_CLEARING ||
                     f->r.state == REGISTRATION_UNREGISTERING;

        assert_int_equal(f->call_under_way, calls);
        assert_int_equal(f->timer_usec != UINT64_MAX, f->r.state == REGISTRATION_WAITING);
        assert_in_range(f->r.retry.next_usec, RETRY_MIN_USEC, RETRY_MAX_USEC);
}

/* From now on BlueZ is there and does what it is asked. */
static void let_the_world_be_well(Fixture *f) {
        registration_set_allowed(&f->r, true);
        registration_set_available(&f->r, true);
        for (unsigned i = 0; i < 10; i++) {
                if (f->call_under_way)
                        answer(f, REGISTRATION_OK);
                else if (f->timer_usec != UINT64_MAX)
                        timer_fires(f);
        }
}

static void test_any_order_of_events_ends_registered_and_then_stopped(void **state) {
        Random random = {1986};
        unsigned n_seen[_REGISTRATION_STATE_MAX] = {0};

        for (unsigned run = 0; run < 20; run++) {
                Fixture f;

                fixture_init(&f);
                for (unsigned i = 0; i < 500; i++) {
                        random_event(&f, &random);
                        assert_consistent(&f);
                        n_seen[f.r.state]++;
                }
                let_the_world_be_well(&f);
                assert_int_equal(f.r.state, REGISTRATION_REGISTERED);
        }
        for (RegistrationState s = REGISTRATION_ABSENT; s < REGISTRATION_UNREGISTERING; s++)
                assert_true(n_seen[s] > 100);
}

static void test_stop_at_any_moment_ends_stopped(void **state) {
        Random random = {1987};

        for (unsigned run = 0; run < 500; run++) {
                Fixture f;
                unsigned n_register;

                fixture_init(&f);
                for (uint32_t i = random_below(&random, 40); i > 0; i--)
                        random_event(&f, &random);
                registration_stop(&f.r);
                n_register = f.n_register;
                for (unsigned i = 0; i < 20; i++) {
                        random_event(&f, &random);
                        assert_consistent(&f);
                }
                let_the_world_be_well(&f);
                assert_int_equal(f.r.state, REGISTRATION_STOPPED);
                assert_int_equal(f.n_register, n_register);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_absent_waits_and_asks_nothing),
                cmocka_unit_test(test_absent_registers_when_available),
                cmocka_unit_test(test_registering_becomes_registered),
                cmocka_unit_test(test_refused_waits_for_the_timer),
                cmocka_unit_test(test_unclear_outcome_is_cleared),
                cmocka_unit_test(test_cleared_waits_for_the_timer),
                cmocka_unit_test(test_timer_registers_again),
                cmocka_unit_test(test_already_exists_is_cleared_and_registered_again),
                cmocka_unit_test(test_released_waits_and_registers_again),
                cmocka_unit_test(test_unavailable_while_registering_voids_the_call),
                cmocka_unit_test(test_stop_after_a_void_call_unregisters_what_may_be_held),
                cmocka_unit_test(test_unavailable_while_registered_unregisters_nothing),
                cmocka_unit_test(test_unavailable_while_clearing_voids_the_call),
                cmocka_unit_test(test_unavailable_while_waiting_stops_the_timer),
                cmocka_unit_test(test_unavailable_while_unregistering_stops_at_once),
                cmocka_unit_test(test_unavailable_again_does_nothing),
                cmocka_unit_test(test_unavailable_does_not_wake_what_is_stopped),
                cmocka_unit_test(test_available_again_does_nothing),
                cmocka_unit_test(test_stop_while_absent_stops_at_once),
                cmocka_unit_test(test_stop_while_registering_voids_the_call_and_unregisters),
                cmocka_unit_test(test_stop_while_registered_unregisters),
                cmocka_unit_test(test_stop_while_clearing_uses_the_call_under_way),
                cmocka_unit_test(test_stop_while_waiting_stops_at_once_and_the_timer_too),
                cmocka_unit_test(test_stop_again_does_nothing),
                cmocka_unit_test(test_unregistered_ends_in_stopped),
                cmocka_unit_test(test_void_outcome_of_registering_is_ignored),
                cmocka_unit_test(test_void_end_of_unregistering_is_ignored),
                cmocka_unit_test(test_release_of_what_is_not_registered_is_ignored),
                cmocka_unit_test(test_timer_that_nobody_waits_for_is_ignored),
                cmocka_unit_test(test_start_begins_only_when_available_and_allowed),
                cmocka_unit_test(test_start_while_unregistering_registers_anew_after_it),
                cmocka_unit_test(test_start_and_stop_while_unregistering_stops),
                cmocka_unit_test(test_start_again_does_nothing),
                cmocka_unit_test(
                        test_what_is_not_allowed_any_more_leaves_calls_and_what_is_held_alone),
                cmocka_unit_test(test_what_is_not_allowed_is_not_tried_again),
                cmocka_unit_test(test_retry_does_not_wait_for_the_timer),
                cmocka_unit_test(test_after_a_death_under_a_call_the_next_one_waits),
                cmocka_unit_test(test_delay_doubles_up_to_the_maximum),
                cmocka_unit_test(test_delay_grows_with_unclear_outcomes_too),
                cmocka_unit_test(test_greatest_delays_do_not_wrap),
                cmocka_unit_test(test_success_resets_the_delay),
                cmocka_unit_test(test_new_bluetoothd_does_not_reset_the_delay),
                cmocka_unit_test(test_owner_may_stop_when_told_of_a_change),
                cmocka_unit_test(test_each_state_has_its_own_name),
                cmocka_unit_test(test_any_order_of_events_ends_registered_and_then_stopped),
                cmocka_unit_test(test_stop_at_any_moment_ends_stopped),
        };

        return cmocka_run_group_tests_name("registration", tests, NULL, NULL);
}
