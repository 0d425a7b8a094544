/* The order of what is registered, case by case. The calls are told in words, in their order. */
#include "core/registrations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AGENT = REGISTRATIONS_AGENT, APPLICATION, FIRST, FIRST_B, SECOND, SECOND_B };

static const char *const names[] = {"agent", "app", "ad0", "ad0b", "ad1", "ad1b"};

typedef struct Fixture {
        Registrations *r;
        RegistrationsFacts facts;
        char calls[300]; /* "+agent" registers, "-app" unregisters, "!ad0" is cancelled */
        uint64_t timers[6];
        unsigned changes;
} Fixture;

static void note(Fixture *f, char what, size_t thing) {
        size_t used = strlen(f->calls);

        (void)snprintf(f->calls + used, sizeof(f->calls) - used, "%s%c%s", used > 0 ? " " : "",
                what, names[thing]);
}

static void on_call_register(size_t thing, const char *owner, const char *manager, void *userdata) {
        assert_string_equal(owner, ":1.1");
        assert_string_equal(manager, thing == AGENT ? "/org/bluez" : "/org/bluez/hci0");
        note(userdata, '+', thing);
}

static void on_call_unregister(
        size_t thing, const char *owner, const char *manager, void *userdata) {
        note(userdata, '-', thing);
}

static void on_cancel_call(size_t thing, void *userdata) {
        note(userdata, '!', thing);
}

static void on_set_timer(size_t thing, uint64_t delay_usec, void *userdata) {
        Fixture *f = userdata;

        f->timers[thing] = delay_usec;
}

static void on_changed(size_t thing, RegistrationState old, RegistrationState new, void *userdata) {
        Fixture *f = userdata;

        f->changes++;
}

static const RegistrationsEvents events = {
        .call_register = on_call_register,
        .call_unregister = on_call_unregister,
        .cancel_call = on_cancel_call,
        .set_timer = on_set_timer,
        .changed = on_changed,
};

static void tell(Fixture *f) {
        assert_int_equal(registrations_set_facts(f->r, &f->facts), 0);
}

static void fixture_init(Fixture *f, bool agent, size_t n_advertisements) {
        RegistrationsParameters parameters = {.agent = agent,
                .n_advertisements = n_advertisements,
                .retry_min_usec = 1000,
                .retry_max_usec = 4000};

        *f = (Fixture){.facts = {.owner = ":1.1",
                               .adapter = "/org/bluez/hci0",
                               .gatt_manager = true,
                               .advertising_manager = true,
                               .powered = true,
                               .answers = true,
                               .way_clear = true}};
        assert_int_equal(registrations_new(&f->r, &parameters, &events, f), 0);
}

static void assert_calls(Fixture *f, const char *expected) {
        assert_string_equal(f->calls, expected);
        f->calls[0] = '\0';
}

static void ok(Fixture *f, size_t thing) {
        registrations_registered(f->r, thing, REGISTRATION_OK);
}

static void refuse(Fixture *f, size_t thing) {
        registrations_registered(f->r, thing, REGISTRATION_REFUSED);
}

/* All is registered, with two advertisements. */
static void fixture_on_air(Fixture *f) {
        fixture_init(f, true, 2);
        tell(f);
        for (size_t i = AGENT; i <= SECOND; i++)
                if (i != FIRST_B)
                        ok(f, i);
        assert_true(registrations_complete(f->r));
        assert_calls(f, "+agent +app +ad0 +ad1");
}

static void done(Fixture *f) {
        registrations_free(f->r);
}

static void test_one_after_the_other(void **state) {
        Fixture f;

        fixture_init(&f, true, 2);
        tell(&f);
        assert_calls(&f, "+agent");
        ok(&f, AGENT);
        assert_calls(&f, "+app");
        ok(&f, APPLICATION);
        assert_calls(&f, "+ad0");
        ok(&f, FIRST);
        assert_calls(&f, "+ad1");
        assert_false(registrations_complete(f.r));
        ok(&f, SECOND);
        assert_true(registrations_complete(f.r));
        done(&f);
}

static void test_nothing_begins_before_the_world_is_known(void **state) {
        Fixture f;

        fixture_init(&f, true, 1);
        registrations_want(f.r, 0, false);
        registrations_set_active(f.r, true);
        assert_calls(&f, "");
        assert_int_equal(f.changes, 0);
        assert_false(registrations_at_rest(f.r));
        done(&f);
}

static void test_an_agent_that_is_refused_or_unclear_delays_only_its_first_outcome(void **state) {
        Fixture f;

        fixture_init(&f, true, 0);
        tell(&f);
        refuse(&f, AGENT);
        assert_calls(&f, "+agent +app");
        ok(&f, APPLICATION);
        registrations_timer(f.r, AGENT);
        assert_calls(&f, "+agent");
        assert_true(registrations_complete(f.r));
        done(&f);
        fixture_init(&f, true, 0);
        tell(&f);
        registrations_registered(f.r, AGENT, REGISTRATION_UNCLEAR);
        assert_calls(&f, "+agent -agent +app");
        done(&f);
}

static void test_without_an_agent_the_application_is_first(void **state) {
        Fixture f;

        fixture_init(&f, false, 1);
        tell(&f);
        assert_calls(&f, "+app");
        done(&f);
}

static void test_a_refused_advertisement_does_not_hold_up_the_next(void **state) {
        Fixture f;

        fixture_init(&f, false, 2);
        tell(&f);
        ok(&f, APPLICATION);
        refuse(&f, FIRST);
        assert_calls(&f, "+app +ad0 +ad1");
        ok(&f, SECOND);
        assert_false(registrations_complete(f.r));
        registrations_timer(f.r, FIRST);
        ok(&f, FIRST);
        assert_true(registrations_complete(f.r));
        done(&f);
}

static void test_the_agent_stays_while_the_adapter_is_away(void **state) {
        Fixture f;

        fixture_on_air(&f);
        f.facts.adapter = NULL;
        tell(&f);
        assert_calls(&f, "");
        f.facts.adapter = "/org/bluez/hci0";
        tell(&f);
        assert_calls(&f, "+app");
        done(&f);
}

static void test_a_predecessor_holds_up_the_application_alone(void **state) {
        Fixture f;

        fixture_init(&f, true, 1);
        f.facts.way_clear = false;
        tell(&f);
        ok(&f, AGENT);
        assert_calls(&f, "+agent");
        f.facts.way_clear = true;
        tell(&f);
        assert_calls(&f, "+app");
        done(&f);
}

static void test_one_that_does_not_answer_is_left_alone(void **state) {
        Fixture f;

        fixture_init(&f, true, 1);
        f.facts.answers = false;
        tell(&f);
        assert_calls(&f, "");
        f.facts.answers = true;
        tell(&f);
        assert_calls(&f, "+agent");
        ok(&f, AGENT);
        assert_calls(&f, "+app");
        f.facts.answers = false;
        tell(&f);
        registrations_registered(f.r, APPLICATION, REGISTRATION_UNCLEAR);
        assert_calls(&f, "-app");
        registrations_unregistered(f.r, APPLICATION);
        registrations_timer(f.r, APPLICATION);
        assert_calls(&f, "");
        f.facts.answers = true;
        tell(&f);
        assert_calls(&f, "+app");
        ok(&f, APPLICATION);
        assert_calls(&f, "+ad0");
        refuse(&f, FIRST);
        f.facts.answers = false;
        tell(&f);
        assert_int_equal(f.timers[FIRST], UINT64_MAX);
        f.facts.answers = true;
        tell(&f);
        assert_calls(&f, "+ad0");
        done(&f);
}

static void test_what_is_registered_stays_while_nobody_answers(void **state) {
        Fixture f;

        fixture_on_air(&f);
        f.facts.answers = false;
        tell(&f);
        registrations_renew(f.r, 0);
        assert_calls(&f, "");
        assert_true(registrations_complete(f.r));
        f.facts.answers = true;
        tell(&f);
        assert_calls(&f, "+ad0b");
        done(&f);
}

static void test_all_is_given_up_the_other_way_round(void **state) {
        Fixture f;

        fixture_on_air(&f);
        registrations_set_active(f.r, false);
        assert_calls(&f, "-ad1");
        registrations_unregistered(f.r, SECOND);
        assert_calls(&f, "-ad0");
        registrations_unregistered(f.r, FIRST);
        assert_calls(&f, "-app");
        registrations_unregistered(f.r, APPLICATION);
        assert_calls(&f, "-agent");
        assert_false(registrations_at_rest(f.r));
        registrations_unregistered(f.r, AGENT);
        assert_true(registrations_at_rest(f.r));
        registrations_set_active(f.r, true);
        assert_calls(&f, "+agent");
        done(&f);
}

static void test_another_content_is_registered_before_the_old_one_goes(void **state) {
        Fixture f;

        fixture_on_air(&f);
        registrations_renew(f.r, 0);
        assert_calls(&f, "+ad0b");
        assert_true(registrations_complete(f.r));
        registrations_renew(f.r, 0);
        ok(&f, FIRST_B);
        assert_calls(&f, "-ad0");
        registrations_unregistered(f.r, FIRST);
        assert_calls(&f, "+ad0");
        ok(&f, FIRST);
        assert_calls(&f, "-ad0b");
        registrations_unregistered(f.r, FIRST_B);
        assert_calls(&f, "");
        done(&f);
}

static void test_where_both_have_no_room_the_old_one_goes_first(void **state) {
        Fixture f;

        fixture_on_air(&f);
        registrations_renew(f.r, 0);
        refuse(&f, FIRST_B);
        assert_calls(&f, "+ad0b -ad0");
        registrations_unregistered(f.r, FIRST);
        assert_calls(&f, "+ad0b");
        assert_int_equal(f.timers[FIRST_B], UINT64_MAX);
        refuse(&f, FIRST_B);
        assert_calls(&f, "");
        assert_int_equal(f.timers[FIRST_B], 2000);
        done(&f);
}

static void test_a_smaller_content_is_tried_at_once_beside_the_old_one(void **state) {
        Fixture f;

        fixture_on_air(&f);
        registrations_renew(f.r, 0);
        registrations_refused_and_renewed(f.r, 0);
        assert_calls(&f, "+ad0b +ad0b");
        assert_int_equal(registrations_state(f.r, FIRST), REGISTRATION_REGISTERED);
        ok(&f, FIRST_B);
        assert_calls(&f, "-ad0");
        done(&f);
}

static void test_what_waits_is_tried_at_once_with_another_content(void **state) {
        Fixture f;

        fixture_on_air(&f);
        registrations_released(f.r, FIRST);
        assert_int_equal(registrations_state(f.r, FIRST), REGISTRATION_WAITING);
        registrations_renew(f.r, 0);
        assert_calls(&f, "+ad0");
        ok(&f, FIRST);
        assert_calls(&f, "");
        done(&f);
}

static void test_other_times_are_those_of_each(void **state) {
        Fixture f;

        fixture_init(&f, true, 1);
        registrations_set_retry(f.r, 5000, 6000);
        tell(&f);
        refuse(&f, AGENT);
        refuse(&f, APPLICATION);
        assert_int_equal(f.timers[AGENT], 5000);
        assert_int_equal(f.timers[APPLICATION], 5000);
        registrations_timer(f.r, APPLICATION);
        ok(&f, APPLICATION);
        refuse(&f, FIRST);
        assert_int_equal(f.timers[FIRST], 5000);
        registrations_timer(f.r, FIRST);
        refuse(&f, FIRST);
        assert_int_equal(f.timers[FIRST], 6000);
        done(&f);
}

static void test_off_it_waits_with_another_content(void **state) {
        Fixture f;

        fixture_on_air(&f);
        f.facts.powered = false;
        tell(&f);
        registrations_renew(f.r, 0);
        assert_calls(&f, "");
        /* BlueZ has the old content until then. */
        assert_int_equal(registrations_advertisement(f.r, 0), FIRST);
        f.facts.powered = true;
        tell(&f);
        assert_calls(&f, "+ad0b");
        done(&f);
}

static void test_one_that_is_not_wanted_goes_alone(void **state) {
        Fixture f;

        fixture_on_air(&f);
        registrations_want(f.r, 0, false);
        assert_calls(&f, "-ad0");
        assert_true(registrations_complete(f.r));
        registrations_want(f.r, 0, true);
        registrations_unregistered(f.r, FIRST);
        assert_calls(&f, "+ad0");
        done(&f);
}

static void test_without_its_application_an_advertisement_is_withdrawn(void **state) {
        Fixture f;

        fixture_on_air(&f);
        f.facts.gatt_manager = false;
        tell(&f);
        assert_calls(&f, "-ad0 -ad1");
        done(&f);
}

static void test_who_comes_next_is_not_told_of_calls_to_the_one_before(void **state) {
        Fixture f;

        fixture_init(&f, false, 0);
        tell(&f);
        f.facts.owner = ":1.2";
        f.facts.adapter = NULL;
        tell(&f);
        registrations_set_active(f.r, false);
        f.facts.adapter = "/org/bluez/hci0";
        tell(&f);
        assert_calls(&f, "+app !app");
        done(&f);
}

static void test_a_call_that_an_adapter_may_read_when_it_is_back_is_undone(void **state) {
        Fixture f;

        fixture_init(&f, false, 0);
        tell(&f);
        f.facts.adapter = NULL;
        tell(&f);
        registrations_set_active(f.r, false);
        assert_calls(&f, "+app !app");
        f.facts.adapter = "/org/bluez/hci0";
        tell(&f);
        assert_calls(&f, "-app");
        registrations_unregistered(f.r, APPLICATION);
        assert_true(registrations_at_rest(f.r));
        done(&f);
}

static void test_and_also_if_it_is_stopped_when_that_is_back(void **state) {
        Fixture f;

        fixture_init(&f, false, 0);
        tell(&f);
        f.facts.adapter = NULL;
        tell(&f);
        f.facts.adapter = "/org/bluez/hci0";
        tell(&f);
        assert_int_equal(registrations_state(f.r, APPLICATION), REGISTRATION_WAITING);
        registrations_set_active(f.r, false);
        assert_calls(&f, "+app !app -app");
        done(&f);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_after_the_other),
                cmocka_unit_test(test_nothing_begins_before_the_world_is_known),
                cmocka_unit_test(
                        test_an_agent_that_is_refused_or_unclear_delays_only_its_first_outcome),
                cmocka_unit_test(test_without_an_agent_the_application_is_first),
                cmocka_unit_test(test_a_refused_advertisement_does_not_hold_up_the_next),
                cmocka_unit_test(test_the_agent_stays_while_the_adapter_is_away),
                cmocka_unit_test(test_a_predecessor_holds_up_the_application_alone),
                cmocka_unit_test(test_one_that_does_not_answer_is_left_alone),
                cmocka_unit_test(test_what_is_registered_stays_while_nobody_answers),
                cmocka_unit_test(test_all_is_given_up_the_other_way_round),
                cmocka_unit_test(test_another_content_is_registered_before_the_old_one_goes),
                cmocka_unit_test(test_where_both_have_no_room_the_old_one_goes_first),
                cmocka_unit_test(test_a_smaller_content_is_tried_at_once_beside_the_old_one),
                cmocka_unit_test(test_what_waits_is_tried_at_once_with_another_content),
                cmocka_unit_test(test_other_times_are_those_of_each),
                cmocka_unit_test(test_off_it_waits_with_another_content),
                cmocka_unit_test(test_one_that_is_not_wanted_goes_alone),
                cmocka_unit_test(test_without_its_application_an_advertisement_is_withdrawn),
                cmocka_unit_test(test_who_comes_next_is_not_told_of_calls_to_the_one_before),
                cmocka_unit_test(test_a_call_that_an_adapter_may_read_when_it_is_back_is_undone),
                cmocka_unit_test(test_and_also_if_it_is_stopped_when_that_is_back),
        };

        return cmocka_run_group_tests_name("registrations", tests, NULL, NULL);
}
