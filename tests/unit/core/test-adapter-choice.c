/* Which adapter is served on. */
#include "core/adapter-choice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NONE ADAPTER_CHOICE_NONE
#define A    "AA:AA:AA:AA:AA:AA"
#define B    "BB:BB:BB:BB:BB:BB"

static const AdapterCandidate first = {"hci0", A, 0, true};
static const AdapterCandidate second = {"hci1", B, 1, true};
static const AdapterCandidate first_as_second = {"hci1", A, 1, true};
static const AdapterCandidate other_as_first = {"hci0", B, 0, true};
static const AdapterCandidate first_no_peripheral = {"hci0", A, 0, false};
static const AdapterCandidate second_no_peripheral = {"hci1", B, 1, false};

static size_t make(const AdapterChoice *last, const char *select, AdapterCandidate a,
        const AdapterCandidate *b, bool patient, bool *waits) {
        AdapterCandidate list[2] = {a, b ? *b : a};

        return adapter_choice_make(last, select, list, b ? 2 : 1, NONE, patient, waits);
}

static void test_auto_begins_with_the_lowest_that_serves(void **state) {
        AdapterChoice none = {0};
        bool waits;

        assert_int_equal(make(&none, "auto", second, &first, true, &waits), 1);
        assert_int_equal(make(&none, "auto", first_no_peripheral, &second, true, &waits), 1);
        assert_int_equal(make(&none, "auto", first_no_peripheral, NULL, true, &waits), 0);
        assert_int_equal(adapter_choice_make(&none, "auto", NULL, 0, NONE, true, &waits), NONE);
        assert_false(waits);
}

static void test_auto_waits_for_the_last_one(void **state) {
        AdapterChoice last = {0};
        bool waits;

        adapter_choice_note(&last, &first);
        assert_int_equal(make(&last, "auto", second, NULL, true, &waits), NONE);
        assert_true(waits);
        assert_int_equal(make(&last, "auto", second, NULL, false, &waits), 0);
        assert_false(waits);
        assert_int_equal(make(&last, "auto", second, &first, true, &waits), 1);
        assert_false(waits);
}

static void test_auto_waits_for_it_before_another_one_that_does_not_serve_yet(void **state) {
        AdapterChoice last = {0};
        bool waits;

        adapter_choice_note(&last, &first);
        assert_int_equal(make(&last, "auto", second_no_peripheral, NULL, true, &waits), NONE);
        assert_true(waits);
        assert_int_equal(make(&last, "auto", second_no_peripheral, NULL, false, &waits), 0);
        assert_false(waits);
        assert_int_equal(make(&last, "auto", first_no_peripheral, NULL, true, &waits), 0);
        assert_false(waits);
}

static void test_auto_shows_the_last_one_that_does_not_serve_yet(void **state) {
        AdapterChoice last = {0};
        bool waits;

        adapter_choice_note(&last, &first);
        assert_int_equal(make(&last, "auto", second, &first_no_peripheral, true, &waits), 1);
        assert_true(waits);
        assert_int_equal(make(&last, "auto", second, &first_no_peripheral, false, &waits), 0);
}

static void test_auto_knows_the_last_one_by_address_and_else_by_name(void **state) {
        AdapterChoice last = {0};
        bool waits;

        adapter_choice_note(&last, &first);
        assert_int_equal(make(&last, "auto", other_as_first, &first_as_second, true, &waits), 1);
        assert_int_equal(make(&last, "auto", other_as_first, NULL, true, &waits), 0);
        assert_false(waits);
        assert_true(adapter_choice_note(&last, &other_as_first));
        assert_false(adapter_choice_note(&last, &other_as_first));
        assert_false(adapter_choice_note(&last, &first_as_second));
}

static void test_what_is_served_on_stays_while_it_serves(void **state) {
        AdapterCandidate list[] = {first, second};
        AdapterChoice last = {0};
        bool waits;

        adapter_choice_note(&last, &second);
        assert_int_equal(adapter_choice_make(&last, "auto", list, 2, 1, true, &waits), 1);
        list[1].serves = false;
        assert_int_equal(adapter_choice_make(&last, "auto", list, 2, 1, true, &waits), 1);
        assert_true(waits);
        assert_int_equal(adapter_choice_make(&last, "auto", list, 2, 1, false, &waits), 0);
}

static void test_a_name_or_an_address_never_means_another(void **state) {
        AdapterChoice last = {0};
        bool waits;

        adapter_choice_note(&last, &first);
        assert_int_equal(make(&last, "hci0", second, NULL, false, &waits), NONE);
        assert_int_equal(make(&last, "hci0", other_as_first, NULL, true, &waits), 0);
        assert_int_equal(make(&last, "aa:aa:aa:aa:aa:aa", first_as_second, NULL, true, &waits), 0);
        assert_int_equal(make(&last, A, other_as_first, NULL, false, &waits), NONE);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_auto_begins_with_the_lowest_that_serves),
                cmocka_unit_test(test_auto_waits_for_the_last_one),
                cmocka_unit_test(test_auto_waits_for_it_before_another_one_that_does_not_serve_yet),
                cmocka_unit_test(test_auto_shows_the_last_one_that_does_not_serve_yet),
                cmocka_unit_test(test_auto_knows_the_last_one_by_address_and_else_by_name),
                cmocka_unit_test(test_what_is_served_on_stays_while_it_serves),
                cmocka_unit_test(test_a_name_or_an_address_never_means_another),
        };

        return cmocka_run_group_tests_name("adapter-choice", tests, NULL, NULL);
}
