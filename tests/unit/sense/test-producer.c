/* Sources that are read together, and set. */
#include "play.h"

#include "util/cleanup.h"

/* How long a source is left alone after it was read. */
#define REST_USEC 10000

static void test_a_single_value_is_scaled_and_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST "offset = 273\n", &p);
        fixture_write(f, "/first", "500\n");
        read_and_send(&p, 0);
        expect_asked(&p, SET(1, "temperature", VALUE("273.5")));
        assert_false(producer_is_settled(p.producer));
        answer(&p, OK(1));
        assert_true(producer_is_settled(p.producer));
        assert_int_equal(producer_troubles(p.producer), 0);
        expect_summary(&p, "1 source");
}

static void test_requests_do_not_wait_for_answers(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 FIRST DAMP, &p);
        fixture_write(f, "/first", "500\n");
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/damp", "87.5\n");
        read_and_send(&p, 3 * SEC);
        /* Fields that are due together are one set. */
        expect_asked(&p, SET(1, "air", FIELDS(CO2_IS("612") "," DAMP_IS("87.5")))
                                 SET(2, "temperature", VALUE("0.5")));
        answer(&p, OK(1) OK(2));
        assert_true(producer_is_settled(p.producer));
}

static void test_only_what_is_due_is_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 DAMP, &p);
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/damp", "87.5\n");
        read_and_send(&p, 0);
        assert_int_equal(producer_next_usec(p.producer), 10 * SEC);
        expect_asked(&p, SET(1, "air", FIELDS(CO2_IS("612") "," DAMP_IS("87.5"))));
        answer(&p, OK(1));
        read_and_send(&p, 9 * SEC);
        expect_asked(&p, "");
        read_and_send(&p, 10 * SEC);
        expect_asked(&p, SET(2, "air", FIELDS(CO2_IS("612"))));
        answer(&p, OK(2));
        read_and_send(&p, 20 * SEC);
        expect_asked(&p, SET(3, "air", FIELDS(CO2_IS("612") "," DAMP_IS("87.5"))));
}

static void test_while_no_answer_comes_the_newest_waits(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        for (unsigned i = 0; i < 4; i++) {
                char text[2] = {(char)('1' + i), '\0'};

                fixture_write(f, "/first", text);
                read_and_send(&p, i * 10 * SEC);
        }
        expect_asked(&p, SET(1, "temperature", VALUE("0.001")));
        answer(&p, OK(1));
        send_more(&p);
        expect_asked(&p, SET(2, "temperature", VALUE("0.0040000000000000001")));
        answer(&p, OK(2));
        send_more(&p);
        expect_asked(&p, "");
        assert_int_equal(producer_missed(p.producer), 2);
        expect_summary(&p, "1 source; overtaken values: 2");
}

static void test_a_source_that_cannot_be_read_does_not_stop_the_others(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH, &p);
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 0);
        expect_asked(&p, SET(1, "air", FIELDS(SWITCH_IS("1"))));
        answer(&p, OK(1));
        expect_summary(&p, "2 sources, 1 of them not set; failed readings: 1");
        fixture_write(f, "/co2", "400\n");
        read_and_send(&p, 10 * SEC);
        expect_asked(&p, SET(2, "air", FIELDS(CO2_IS("400") "," SWITCH_IS("1"))));
        answer(&p, OK(2));
        expect_summary(&p, "2 sources; failed readings: 1");
}

/* One is asked for, and has not been answered, when its file goes. */
static void begin_trouble_behind(Play *p, const Fixture *f) {
        play(f, FIRST, p);
        fixture_write(f, "/first", "500\n");
        read_and_send(p, 0);
        expect_asked(p, SET(1, "temperature", VALUE("0.5")));
        fixture_remove(f, "/first");
        read_and_send(p, 10 * SEC);
        expect_summary(p, "1 source, 1 of them not set; failed readings: 1");
}

static void test_what_was_read_before_a_trouble_does_not_end_it(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        begin_trouble_behind(&p, f);
        answer(&p, OK(1));
        expect_summary(&p, "1 source, 1 of them not set; failed readings: 1");
        fixture_write(f, "/first", "600\n");
        read_and_send(&p, 20 * SEC);
        expect_asked(&p, SET(2, "temperature", VALUE("0.59999999999999998")));
        answer(&p, OK(2));
        expect_summary(&p, "1 source; failed readings: 1");
}

static void test_what_was_read_before_a_trouble_is_refused_beside_it(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        begin_trouble_behind(&p, f);
        answer(&p, REFUSED(1, "queue_full"));
        expect_summary(&p, "1 source, 1 of them not set; failed readings: 1; refused values: 1");
        fixture_write(f, "/first", "600\n");
        read_and_send(&p, 20 * SEC);
        answer(&p, OK(2));
        expect_summary(&p, "1 source; failed readings: 1; refused values: 1");
}

static void test_a_value_out_of_range_does_not_stop_the_others(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH, &p);
        fixture_write(f, "/co2", "70000\n");
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 0);
        expect_asked(&p, SET(1, "air", FIELDS(SWITCH_IS("1"))));
        expect_summary(&p, "2 sources, 1 of them not set; refused values: 1");
}

static void test_a_value_too_large_for_any_number_is_not_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 "scale = 1e300\n", &p);
        fixture_write(f, "/co2", "1e300\n");
        read_and_send(&p, 0);
        expect_asked(&p, "");
        assert_int_equal(producer_troubles(p.producer), 1);
}

static void test_fields_that_are_refused_together_are_set_one_by_one(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH FIRST, &p);
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/switch", "1\n");
        fixture_write(f, "/first", "0\n");
        read_and_send(&p, 0);
        expect_asked(&p, SET(1, "air", FIELDS(CO2_IS("612") "," SWITCH_IS("1")))
                                 SET(2, "temperature", VALUE("0")));
        answer(&p, REFUSED(1, "unknown_field") OK(2));
        send_more(&p);
        expect_asked(&p, SET(3, "air", FIELDS(CO2_IS("612"))));
        answer(&p, REFUSED(3, "unknown_field"));
        send_more(&p);
        expect_asked(&p, SET(4, "air", FIELDS(SWITCH_IS("1"))));
        answer(&p, OK(4));
        expect_summary(&p, "3 sources, 1 of them not set; refused values: 1");
        /* Next time they go together again. */
        read_and_send(&p, 10 * SEC);
        expect_asked(&p, SET(5, "air", FIELDS(CO2_IS("612") "," SWITCH_IS("1")))
                                 SET(6, "temperature", VALUE("0")));
}

static void test_one_that_is_asked_for_by_itself_stays_by_itself(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH, &p);
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 0);
        answer(&p, REFUSED(1, "unknown_field"));
        send_more(&p);
        answer(&p, REFUSED(2, "unknown_field"));
        /* The first is read again before the second was asked for. */
        read_and_send(&p, 10 * SEC);
        answer(&p, REFUSED(3, "unknown_field"));
        send_more(&p);
        expect_asked(&p, SET(1, "air", FIELDS(CO2_IS("612") "," SWITCH_IS("1"))) SET(2, "air",
                                 FIELDS(CO2_IS("612"))) SET(3, "air", FIELDS(CO2_IS("612")))
                                 SET(4, "air", FIELDS(SWITCH_IS("1"))));
}

static void test_a_full_queue_is_full_for_each_field(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH, &p);
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 0);
        answer(&p, REFUSED(1, "queue_full"));
        send_more(&p);
        expect_asked(&p, SET(1, "air", FIELDS(CO2_IS("612") "," SWITCH_IS("1"))));
        expect_summary(&p, "2 sources, 2 of them not set; refused values: 2");
}

static void test_a_set_that_is_refused_is_not_asked_again_at_once(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        read_and_send(&p, 0);
        answer(&p, REFUSED(1, "unknown_characteristic"));
        send_more(&p);
        expect_asked(&p, SET(1, "temperature", VALUE("0")));
        assert_int_equal(producer_troubles(p.producer), 1);
        read_and_send(&p, 10 * SEC);
        answer(&p, OK(2));
        assert_int_equal(producer_troubles(p.producer), 0);
}

static void test_a_change_that_does_not_last_is_not_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, SWITCH "interval = 20s\ndebounce = 3s\n", &p);
        fixture_write(f, "/switch", "0\n");
        read_and_send(&p, 0);
        answer(&p, OK(1));
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 20 * SEC);
        answer(&p, OK(2));
        /* It is looked at again when it should have lasted. */
        assert_int_equal(producer_next_usec(p.producer), 23 * SEC);
        fixture_write(f, "/switch", "0\n");
        read_and_send(&p, 23 * SEC);
        answer(&p, OK(3));
        assert_int_equal(producer_next_usec(p.producer), 40 * SEC);
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 40 * SEC);
        answer(&p, OK(4));
        read_and_send(&p, 43 * SEC);
        expect_asked(&p,
                SET(1, "air", FIELDS(SWITCH_IS("0"))) SET(2, "air", FIELDS(SWITCH_IS("0")))
                        SET(3, "air", FIELDS(SWITCH_IS("0"))) SET(4, "air", FIELDS(SWITCH_IS("0")))
                                SET(5, "air", FIELDS(SWITCH_IS("1"))));
}

static void test_after_a_failure_a_number_counts_at_once(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, SWITCH "debounce = 3s\n", &p);
        fixture_write(f, "/switch", "0\n");
        read_and_send(&p, 0);
        answer(&p, OK(1));
        fixture_write(f, "/switch", "nothing\n");
        read_and_send(&p, 10 * SEC);
        fixture_write(f, "/switch", "1\n");
        read_and_send(&p, 20 * SEC);
        expect_asked(
                &p, SET(1, "air", FIELDS(SWITCH_IS("0"))) SET(2, "air", FIELDS(SWITCH_IS("1"))));
}

static void test_a_change_that_is_too_small_is_not_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST "min_change = 0.5\n", &p);
        fixture_write(f, "/first", "1000\n");
        read_and_send(&p, 0);
        answer(&p, OK(1));
        fixture_write(f, "/first", "1499\n");
        read_and_send(&p, 10 * SEC);
        answer(&p, OK(2));
        fixture_write(f, "/first", "1500\n");
        read_and_send(&p, 20 * SEC);
        expect_asked(&p, SET(1, "temperature", VALUE("1")) SET(2, "temperature", VALUE("1"))
                                 SET(3, "temperature", VALUE("1.5")));
}

static void test_a_file_that_is_written_is_read_at_once(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST "events = yes\n" DAMP, &p);
        fixture_write(f, "/first", "1000\n");
        fixture_write(f, "/damp", "1\n");
        assert_int_equal(producer_listen(p.producer), 0);
        read_and_send(&p, 0);
        answer(&p, OK(1) OK(2));
        expect_asked(&p, SET(1, "temperature", VALUE("1")) SET(2, "air", FIELDS(DAMP_IS("1"))));
        assert_int_equal(producer_next_usec(p.producer), 10 * SEC);
        fixture_write(f, "/first", "2000\n");
        fixture_write(f, "/damp", "2\n"); /* has no events */
        producer_wake(p.producer);
        assert_int_equal(producer_next_usec(p.producer), REST_USEC);
        read_and_send(&p, 1 * SEC);
        expect_asked(&p, SET(3, "temperature", VALUE("2")));
}

static void test_a_file_that_is_not_there_has_failed_once(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST "events = yes\n" CO2 "events = yes\n", &p);
        fixture_pipe(f, "/co2"); /* there, and no number in it */
        assert_int_equal(producer_listen(p.producer), 0);
        read_and_send(&p, 0);
        expect_summary(&p, "2 sources, 2 of them not set; failed readings: 2");
        fixture_write(f, "/first", "2000\n");
        producer_wake(p.producer);
        read_and_send(&p, 1 * SEC);
        expect_asked(&p, SET(1, "temperature", VALUE("2")));
        answer(&p, OK(1));
        expect_summary(&p, "2 sources, 1 of them not set; failed readings: 2");
}

static void test_a_file_that_a_pattern_finds_is_read_once(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, "[source first]\nfile = %s/hwmon*/first\nevents = yes\ntarget = temperature\n", &p);
        fixture_write(f, "/hwmon3/first", "1\n");
        assert_int_equal(producer_listen(p.producer), 0);
        producer_read(p.producer, 0);
        producer_wake(p.producer);
        assert_int_equal(producer_next_usec(p.producer), 10 * SEC);
        /* Another one is found while it is read, and watched from then on. */
        fixture_remove(f, "/hwmon3/first");
        fixture_write(f, "/hwmon4/first", "2\n");
        producer_read(p.producer, 10 * SEC);
        assert_int_equal(producer_next_usec(p.producer), 10 * SEC + REST_USEC);
        read_and_send(&p, 11 * SEC);
        expect_asked(&p, SET(1, "temperature", VALUE("2")));
        fixture_write(f, "/hwmon4/first", "3\n");
        producer_wake(p.producer);
        assert_int_equal(producer_next_usec(p.producer), 11 * SEC + REST_USEC);
}

static void test_what_changes_without_end_is_read_a_hundred_times_a_second(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 "events = yes\n" DAMP "debounce = 1ms\n", &p);
        fixture_write(f, "/co2", "1\n");
        fixture_write(f, "/damp", "1\n");
        assert_int_equal(producer_listen(p.producer), 0);
        read_and_send(&p, 0);
        answer(&p, OK(1));
        for (uint64_t usec = 0; usec < 1 * SEC; usec += 500) {
                fixture_write(f, "/co2", usec % 1000 == 0 ? "2\n" : "3\n");
                fixture_write(f, "/damp", usec % 20000 == 0 ? "2\n" : "3\n");
                producer_wake(p.producer);
                producer_read(p.producer, usec);
        }
        assert_in_range(producer_missed(p.producer), 90, 200);
}

static void test_without_events_nothing_listens(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, DAMP, &p);
        assert_int_equal(producer_listen(p.producer), 0);
        assert_int_equal(producer_fd(p.producer), -1);
        producer_wake(p.producer);
}

static void test_values_are_printed_as_a_central_sees_them(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;
        _cleanup_free_ char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        play(f, FIRST SWITCH CO2, &p);
        fixture_write(f, "/first", "21387\n");
        fixture_write(f, "/switch", "1\n");
        producer_print(p.producer, out);
        fclose(out);
        assert_string_equal(text, "first = 21.39 celsius\nswitch = ON\n");
        assert_int_equal(producer_troubles(p.producer), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_a_single_value_is_scaled_and_set),
                FIXTURE_TEST(test_requests_do_not_wait_for_answers),
                FIXTURE_TEST(test_only_what_is_due_is_set),
                FIXTURE_TEST(test_while_no_answer_comes_the_newest_waits),
                FIXTURE_TEST(test_a_source_that_cannot_be_read_does_not_stop_the_others),
                FIXTURE_TEST(test_what_was_read_before_a_trouble_does_not_end_it),
                FIXTURE_TEST(test_what_was_read_before_a_trouble_is_refused_beside_it),
                FIXTURE_TEST(test_a_value_out_of_range_does_not_stop_the_others),
                FIXTURE_TEST(test_a_value_too_large_for_any_number_is_not_set),
                FIXTURE_TEST(test_fields_that_are_refused_together_are_set_one_by_one),
                FIXTURE_TEST(test_one_that_is_asked_for_by_itself_stays_by_itself),
                FIXTURE_TEST(test_a_full_queue_is_full_for_each_field),
                FIXTURE_TEST(test_a_set_that_is_refused_is_not_asked_again_at_once),
                FIXTURE_TEST(test_a_change_that_does_not_last_is_not_set),
                FIXTURE_TEST(test_after_a_failure_a_number_counts_at_once),
                FIXTURE_TEST(test_a_change_that_is_too_small_is_not_set),
                FIXTURE_TEST(test_a_file_that_is_written_is_read_at_once),
                FIXTURE_TEST(test_a_file_that_is_not_there_has_failed_once),
                FIXTURE_TEST(test_a_file_that_a_pattern_finds_is_read_once),
                FIXTURE_TEST(test_what_changes_without_end_is_read_a_hundred_times_a_second),
                FIXTURE_TEST(test_without_events_nothing_listens),
                FIXTURE_TEST(test_values_are_printed_as_a_central_sees_them),
        };

        return cmocka_run_group_tests_name("sense-producer", tests, NULL, NULL);
}
