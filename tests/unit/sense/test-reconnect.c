/* A spored that goes, comes back, turns away or takes its time. */
#include "play.h"

#include "util/cleanup.h"

#include <sys/socket.h>

static void test_after_a_restart_everything_is_due(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, DAMP, &p);
        fixture_write(f, "/damp", "1\n");
        read_and_send(&p, 0);
        answer(&p, OK(1));
        producer_restart(p.producer, 3 * SEC);
        read_and_send(&p, 3 * SEC);
        expect_asked(&p, SET(1, "air", FIELDS(DAMP_IS("1"))) SET(2, "air", FIELDS(DAMP_IS("1"))));
        assert_int_equal(producer_next_usec(p.producer), 23 * SEC);
}

static void test_what_was_not_answered_is_asked_again_of_the_next_spored(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "500\n");
        read_and_send(&p, 0);
        lose_spored(&p);
        assert_false(producer_is_settled(p.producer));
        assert_true(producer_answer_usec(p.producer) == UINT64_MAX);
        assert_int_equal(producer_missed(p.producer), 0);
        spored_client_free(p.client);
        close(p.fd);
        assert_int_equal(spored_client_new(&p.client, p.path, 0), 0);
        p.fd = accept4(p.listen_fd, NULL, NULL, SOCK_CLOEXEC);
        send_more(&p);
        expect_asked(&p, SET(1, "temperature", VALUE("0.5")));
        answer(&p, OK(1));
        assert_true(producer_is_settled(p.producer));
}

static void test_what_was_read_before_a_trouble_is_not_asked_again(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "500\n");
        read_and_send(&p, 0);
        fixture_remove(f, "/first");
        read_and_send(&p, 10 * SEC);
        lose_spored(&p);
        assert_true(producer_is_settled(p.producer));
        assert_int_equal(producer_missed(p.producer), 1);
}

static void test_what_is_read_without_a_spored_is_counted(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "500\n");
        read_and_send(&p, 0);
        read_and_send(&p, 5 * SEC);
        read_and_send(&p, 10 * SEC);
        assert_int_equal(producer_missed(p.producer), 0);
        lose_spored(&p); /* what was asked for first, too */
        assert_int_equal(producer_missed(p.producer), 1);
        read_and_send(&p, 20 * SEC);
        assert_int_equal(producer_missed(p.producer), 2);
        /* What is out of date is not set when its sensor has gone meanwhile. */
        fixture_remove(f, "/first");
        read_and_send(&p, 30 * SEC);
        assert_int_equal(producer_missed(p.producer), 3);
        assert_true(producer_is_settled(p.producer));
}

static void test_being_turned_away_is_no_answer(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        read_and_send(&p, 0);
        answer(&p, "{\"error\":\"too_many\",\"detail\":\"64 programs are connected\"}\n");
        assert_int_equal(producer_answers(p.producer), 0);
        lose_spored(&p);
        assert_int_equal(producer_troubles(p.producer), 0);
        assert_false(producer_is_settled(p.producer));
}

static void test_who_is_turned_away_reads_no_more_for_it(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 "interval = 1h\n", &p);
        fixture_write(f, "/co2", "1\n");
        read_and_send(&p, 100 * SEC);
        answer(&p, OK(1));
        producer_restart(p.producer, 200 * SEC);
        read_and_send(&p, 200 * SEC);
        lose_spored(&p);
        fixture_write(f, "/co2", "2\n");
        for (uint64_t usec = 201 * SEC; usec < 260 * SEC; usec += SEC) {
                producer_restart(p.producer, usec);
                producer_read(p.producer, usec);
        }
        assert_int_equal(producer_missed(p.producer), 0); /* it was not read again */
        assert_int_equal(producer_next_usec(p.producer), 3800 * SEC);
        assert_false(producer_is_settled(p.producer));
        producer_restart(p.producer, 260 * SEC);
        producer_read(p.producer, 260 * SEC);
        assert_int_equal(producer_missed(p.producer), 1);
}

static void test_an_answer_is_missed_after_ten_seconds(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, DAMP FIRST, &p);
        fixture_write(f, "/damp", "1\n");
        fixture_write(f, "/first", "1\n");
        assert_true(producer_answer_usec(p.producer) == UINT64_MAX);
        read_and_send(&p, 3 * SEC);
        assert_int_equal(producer_answer_usec(p.producer), 13 * SEC);
        answer(&p, OK(1));
        producer_send(p.producer, p.client, 7 * SEC);
        /* The second was looked at from here on. */
        assert_int_equal(producer_answer_usec(p.producer), 17 * SEC);
        answer(&p, OK(2));
        assert_true(producer_answer_usec(p.producer) == UINT64_MAX);
}

static void test_an_answer_may_wait_for_room(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, DAMP FIRST "[queue]\npolicy = block\nput_timeout = 40s\n", &p);
        fixture_write(f, "/damp", "1\n");
        fixture_write(f, "/first", "1\n");
        read_and_send(&p, 3 * SEC);
        assert_int_equal(producer_answer_usec(p.producer), 53 * SEC);
        answer(&p, REFUSED(1, "queue_full"));
        producer_send(p.producer, p.client, 43 * SEC);
        assert_int_equal(producer_answer_usec(p.producer), 93 * SEC);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_after_a_restart_everything_is_due),
                FIXTURE_TEST(test_what_was_not_answered_is_asked_again_of_the_next_spored),
                FIXTURE_TEST(test_what_was_read_before_a_trouble_is_not_asked_again),
                FIXTURE_TEST(test_what_is_read_without_a_spored_is_counted),
                FIXTURE_TEST(test_being_turned_away_is_no_answer),
                FIXTURE_TEST(test_who_is_turned_away_reads_no_more_for_it),
                FIXTURE_TEST(test_an_answer_is_missed_after_ten_seconds),
                FIXTURE_TEST(test_an_answer_may_wait_for_room),
        };

        return cmocka_run_group_tests_name("sense-reconnect", tests, NULL, NULL);
}
