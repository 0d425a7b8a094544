/* Writes that wait for a verdict. */
#include "../guard.h"
#include "fixture.h"

#include "core/att-codes.h"
#include "daemon/verdicts.h"
#include "util/clock.h"

#include <stdio.h>
#include <string.h>

#define MAX       3
#define LONG_USEC (3600 * USEC_PER_SEC)

typedef struct Court {
        Fixture *fixture;
        struct ev_loop *loop;
        Guard guard;
        Verdicts *verdicts;
        char decided[256];             /* "NUMBER:CODE:HEX …" */
        const Characteristic *give_up; /* when one is decided */
} Court;

static void on_decided(const VerdictWrite *write, unsigned code, void *userdata) {
        Court *court = userdata;
        const Characteristic *c = court->give_up;

        court->give_up = NULL;
        if (c)
                verdicts_give_up(court->verdicts, c);
        size_t length = strlen(court->decided);
        (void)snprintf(court->decided + length, sizeof(court->decided) - length, "%s%u:%x:%02x",
                length > 0 ? " " : "", (unsigned)write->number, code, write->data[0]);
        ev_break(court->loop, EVBREAK_ALL);
}

static const VerdictsEvents events = {.decided = on_decided};

static int setup(void **state) {
        static Court court;

        court = (Court){.loop = ev_loop_new(EVFLAG_AUTO)};
        guard_start(&court.guard, court.loop);
        *state = &court;
        return fixture_setup((void **)&court.fixture);
}

static int teardown(void **state) {
        Court *court = *state;

        verdicts_free(court->verdicts);
        guard_stop(&court->guard, court->loop);
        ev_loop_destroy(court->loop);
        return fixture_teardown((void **)&court->fixture);
}

static void begin(Court *court, uint64_t timeout_usec) {
        VerdictsParameters parameters = {.max = MAX, .timeout_usec = timeout_usec};

        assert_int_equal(
                verdicts_new(&court->verdicts, court->loop, &parameters, &events, court), 0);
}

/* Its one byte is 10 times its number. */
static int add(Court *court, const Characteristic *c, uint64_t number) {
        uint8_t byte = (uint8_t)(0x10 * number);
        VerdictWrite write = {.number = number, .characteristic = c, .data = &byte, .size = 1};

        return verdicts_add(court->verdicts, &write);
}

static void assert_decided(Court *court, const char *expected) {
        assert_string_equal(court->decided, expected);
        court->decided[0] = '\0';
}

static void run(Court *court) {
        (void)ev_run(court->loop, 0);
        assert_false(court->guard.expired);
}

static void test_each_is_decided_once_with_its_own_bytes(void **state) {
        Court *court = *state;
        const Characteristic *c = court->fixture->plain;

        begin(court, LONG_USEC);
        assert_int_equal(add(court, c, 1), 0);
        assert_int_equal(add(court, c, 2), 0);
        assert_ptr_equal(verdicts_find(court->verdicts, 2), c);
        assert_int_equal(verdicts_decide(court->verdicts, 2, 0), 0);
        assert_null(verdicts_find(court->verdicts, 2));
        assert_decided(court, "2:0:20");
        assert_int_equal(verdicts_decide(court->verdicts, 2, 0), VERDICTS_E_EXPIRED);
        assert_int_equal(verdicts_decide(court->verdicts, 1, ATT_REFUSED), 0);
        assert_decided(court, "1:82:10");
        assert_int_equal(verdicts_decide(court->verdicts, 1, 0), VERDICTS_E_EXPIRED);
        assert_decided(court, "");
}

static void test_a_number_that_nobody_gave_is_expired(void **state) {
        Court *court = *state;

        begin(court, LONG_USEC);
        assert_int_equal(add(court, court->fixture->plain, 5), 0);
        assert_null(verdicts_find(court->verdicts, 0));
        assert_int_equal(verdicts_decide(court->verdicts, 0, 0), VERDICTS_E_EXPIRED);
        assert_int_equal(verdicts_decide(court->verdicts, 6, 0), VERDICTS_E_EXPIRED);
        assert_decided(court, "");
}

static void test_no_more_wait_than_may_and_the_ring_goes_round(void **state) {
        Court *court = *state;
        const Characteristic *c = court->fixture->plain;

        begin(court, LONG_USEC);
        for (uint64_t round = 0; round < 4; round++) {
                uint64_t first = 3 * round + 1;

                for (uint64_t i = 0; i < MAX; i++)
                        assert_int_equal(add(court, c, first + i), 0);
                assert_int_equal(add(court, c, 99), VERDICTS_E_FULL);
                assert_int_equal(verdicts_decide(court->verdicts, first + 1, 0), 0);
                assert_int_equal(verdicts_decide(court->verdicts, first, 0), 0);
                assert_int_equal(verdicts_decide(court->verdicts, first + 2, 0), 0);
                court->decided[0] = '\0';
        }
}

static void test_one_that_is_slow_takes_only_its_own_room(void **state) {
        Court *court = *state;
        const Fixture *f = court->fixture;

        begin(court, LONG_USEC);
        assert_int_equal(add(court, f->level, 1), 0);
        assert_int_equal(add(court, f->plain, 2), 0);
        assert_int_equal(add(court, f->plain, 3), 0);
        for (uint64_t number = 4; number < 10; number++) {
                assert_int_equal(verdicts_decide(court->verdicts, number - 2, 0), 0);
                court->decided[0] = '\0';
                assert_int_equal(add(court, f->plain, number), 0);
                assert_int_equal(add(court, f->plain, 99), VERDICTS_E_FULL);
        }
        verdicts_give_up(court->verdicts, NULL);
        assert_decided(court, "1:83:10 8:83:80 9:83:90");
}

static void test_the_time_is_up_in_the_order_they_came(void **state) {
        Court *court = *state;
        const Characteristic *c = court->fixture->plain;

        begin(court, USEC_PER_MSEC);
        assert_int_equal(add(court, c, 1), 0);
        assert_int_equal(add(court, c, 2), 0);
        assert_int_equal(add(court, c, 3), 0);
        assert_int_equal(verdicts_decide(court->verdicts, 2, 0), 0);
        assert_decided(court, "2:0:20");
        while (!strstr(court->decided, "3:"))
                run(court);
        assert_decided(court, "1:83:10 3:83:30");
        assert_int_equal(verdicts_decide(court->verdicts, 1, 0), VERDICTS_E_EXPIRED);
        /* The next one has a time of its own again. */
        assert_int_equal(add(court, c, 4), 0);
        run(court);
        assert_decided(court, "4:83:40");
}

static void test_giving_up_is_for_one_characteristic_or_all(void **state) {
        Court *court = *state;
        const Fixture *f = court->fixture;

        begin(court, LONG_USEC);
        assert_int_equal(add(court, f->plain, 1), 0);
        assert_int_equal(add(court, f->level, 2), 0);
        assert_int_equal(add(court, f->plain, 3), 0);
        verdicts_give_up(court->verdicts, f->plain);
        assert_decided(court, "1:83:10 3:83:30");
        verdicts_give_up(court->verdicts, NULL);
        assert_decided(court, "2:83:20");
        verdicts_give_up(court->verdicts, NULL);
        assert_decided(court, "");
}

static void test_one_decision_may_bring_another(void **state) {
        Court *court = *state;
        const Fixture *f = court->fixture;

        begin(court, LONG_USEC);
        assert_int_equal(add(court, f->plain, 1), 0);
        assert_int_equal(add(court, f->level, 2), 0);
        assert_int_equal(add(court, f->plain, 3), 0);
        court->give_up = f->plain;
        assert_int_equal(verdicts_decide(court->verdicts, 1, 0), 0);
        assert_decided(court, "3:83:30 1:0:10");
        court->give_up = f->level;
        assert_int_equal(add(court, f->plain, 4), 0);
        verdicts_give_up(court->verdicts, f->plain);
        assert_decided(court, "2:83:20 4:83:40");
}

static void test_free_decides_nothing(void **state) {
        Court *court = *state;

        begin(court, LONG_USEC);
        assert_int_equal(add(court, court->fixture->plain, 1), 0);
        court->verdicts = verdicts_free(court->verdicts);
        assert_decided(court, "");
        assert_null(verdicts_free(NULL));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_each_is_decided_once_with_its_own_bytes),
                TEST(test_a_number_that_nobody_gave_is_expired),
                TEST(test_no_more_wait_than_may_and_the_ring_goes_round),
                TEST(test_one_that_is_slow_takes_only_its_own_room),
                TEST(test_the_time_is_up_in_the_order_they_came),
                TEST(test_giving_up_is_for_one_characteristic_or_all),
                TEST(test_one_decision_may_bring_another),
                TEST(test_free_decides_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
