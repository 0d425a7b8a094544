/* Sources that are read together, set through a spored that is played here. */
#include "fixture.h"

#include "config/config.h"
#include "sense/producer.h"
#include "util/cleanup.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PROFILE                                                                                    \
        "[service s]\nuuid = 181A\n"                                                               \
        "[characteristic temperature]\nuuid = 2A6E\nflags = read\n"                                \
        "type = i16 scale=0.01 unit=celsius\n"                                                     \
        "[characteristic air]\nuuid = 2A00\nflags = read\n"                                        \
        "[fields air]\nco2 = u16\nhumidity = u16 scale=0.1\nmode = u8 enum=OFF,ON\n"
#define FIRST  "[source first]\nfile = %s/first\nscale = 0.001\ntarget = temperature\n"
#define CO2    "[source co2]\nfile = %s/co2\ntarget = air.co2\n"
#define DAMP   "[source damp]\nfile = %s/damp\ninterval = 20s\ntarget = air.humidity\n"
#define SWITCH "[source switch]\nfile = %s/switch\ntarget = air.mode\n"

#define SEC UINT64_C(1000000)

typedef struct Play {
        Config *config;
        Producer *producer;
        SporedClient *client;
        char *path;    /* of the socket */
        int listen_fd; /* spored's */
        int fd;        /* spored's, of the connection */
} Play;

static void load(const Fixture *f, const char *text, Play *p) {
        static char *nothing[] = {NULL};
        _cleanup_free_ char *path = fixture_path(f, "/my.conf");
        ConfigSources sources = {.file = path, .environ_ = nothing};
        unsigned errors, warnings;
        const ValueSource *items;
        size_t n;

        fixture_write(f, "/my.conf", text);
        assert_int_equal(config_load(&p->config, &sources, stderr, &errors, &warnings), 0);
        assert_non_null(p->config);
        items = config_value_sources(p->config, &n);
        assert_int_equal(producer_new(&p->producer, items, n), 0);
}

static void listen_as_spored(const Fixture *f, Play *p) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        p->path = fixture_path(f, "/spored.sock");
        strcpy(address.sun_path, p->path);
        p->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(p->listen_fd >= 0);
        assert_int_equal(bind(p->listen_fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(listen(p->listen_fd, 1), 0);
}

/* Loads PROFILE and the sections, and connects. */
static void play(const Fixture *f, const char *sections, Play *ret) {
        _cleanup_free_ char *text = NULL;
        const char *mark;
        char *to;

        *ret = (Play){.listen_fd = -1, .fd = -1};
        /* Each %s is the root. */
        text = calloc(1, sizeof(PROFILE) + strlen(sections) + 10 * sizeof(f->root));
        assert_non_null(text);
        strcpy(text, PROFILE);
        to = text + strlen(text);
        while ((mark = strstr(sections, "%s"))) {
                to += sprintf(to, "%.*s%s", (int)(mark - sections), sections, f->root);
                sections = mark + 2;
        }
        strcpy(to, sections);
        load(f, text, ret);
        listen_as_spored(f, ret);
        assert_int_equal(spored_client_new(&ret->client, ret->path, 0), 0);
        ret->fd = accept4(ret->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        assert_true(ret->fd >= 0);
}

static void play_done(Play *p) {
        spored_client_free(p->client);
        producer_free(p->producer);
        config_free(p->config);
        free(p->path);
        close(p->fd);
        close(p->listen_fd);
}

/* Spored's lines, which are taken at once. */
static void answer(Play *p, const char *lines) {
        assert_int_equal(write(p->fd, lines, strlen(lines)), (ssize_t)strlen(lines));
        (void)spored_client_process(p->client);
}

static void lose_spored(Play *p) {
        assert_int_equal(shutdown(p->fd, SHUT_RDWR), 0);
        assert_int_equal(spored_client_process(p->client), -ECONNRESET);
}

/* Exactly this was asked since the last time. */
static void expect_asked(const Play *p, const char *expected) {
        char text[2048];
        ssize_t n = recv(p->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

        text[n > 0 ? n : 0] = '\0';
        assert_string_equal(text, expected);
}

static void read_and_send(Play *p, uint64_t now_usec) {
        producer_read(p->producer, now_usec);
        producer_send(p->producer, p->client, now_usec);
}

/* What is left to be asked for once answers have come. */
static void send_more(Play *p) {
        producer_send(p->producer, p->client, 0);
}

static void expect_summary(const Play *p, const char *expected) {
        char text[PRODUCER_SUMMARY_SIZE];

        producer_summarize(p->producer, text);
        assert_string_equal(text, expected);
}

#define SET(id, characteristic, what)                                                              \
        "{\"op\":\"set\",\"characteristic\":\"" characteristic "\"," what ",\"id\":" #id "}\n"
#define VALUE(text)      "\"value\":\"" text "\""
#define CO2_IS(text)     "\"co2\":\"" text "\""
#define DAMP_IS(text)    "\"humidity\":\"" text "\""
#define SWITCH_IS(text)  "\"mode\":\"" text "\""
#define FIELDS(fields)   "\"fields\":{" fields "}"
#define OK(id)           "{\"id\":" #id ",\"ok\":true}\n"
#define REFUSED(id, why) "{\"id\":" #id ",\"error\":\"" why "\",\"detail\":\"no\"}\n"

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
        assert_true(producer_asked_usec(p.producer) == 3 * SEC);
        answer(&p, OK(1) OK(2));
        assert_true(producer_asked_usec(p.producer) == UINT64_MAX);
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

static void test_what_was_not_answered_is_asked_again_of_the_next_spored(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "500\n");
        read_and_send(&p, 0);
        lose_spored(&p);
        assert_false(producer_is_settled(p.producer));
        assert_true(producer_asked_usec(p.producer) == UINT64_MAX);
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

static void test_what_is_read_without_a_spored_is_counted(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "500\n");
        read_and_send(&p, 0);
        lose_spored(&p);
        read_and_send(&p, 10 * SEC);
        read_and_send(&p, 20 * SEC);
        assert_int_equal(producer_missed(p.producer), 2);
        /* What is out of date is not set when its sensor has gone meanwhile. */
        fixture_remove(f, "/first");
        read_and_send(&p, 30 * SEC);
        assert_int_equal(producer_missed(p.producer), 3);
        assert_true(producer_is_settled(p.producer));
}

static void expect_turned_away(const Fixture *f, const char *line) {
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        read_and_send(&p, 0);
        answer(&p, line);
        assert_int_equal(producer_answers(p.producer), 0);
        assert_int_equal(producer_troubles(p.producer), 1);
        fixture_remove(f, "/spored.sock");
}

static void test_being_turned_away_is_no_answer(void **state) {
        const Fixture *f = *state;

        expect_turned_away(
                f, "{\"error\":\"too_many\",\"detail\":\"64 programs are connected\"}\n");
        expect_turned_away(f, "{\"error\":\"unavailable\",\"detail\":\"serve = no\"}\n");
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
        assert_int_equal(producer_next_usec(p.producer), 0);
        read_and_send(&p, 1 * SEC);
        expect_asked(&p, SET(3, "temperature", VALUE("2")));
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
                FIXTURE_TEST(test_after_a_restart_everything_is_due),
                FIXTURE_TEST(test_a_source_that_cannot_be_read_does_not_stop_the_others),
                FIXTURE_TEST(test_a_value_out_of_range_does_not_stop_the_others),
                FIXTURE_TEST(test_a_value_too_large_for_any_number_is_not_set),
                FIXTURE_TEST(test_fields_that_are_refused_together_are_set_one_by_one),
                FIXTURE_TEST(test_a_full_queue_is_full_for_each_field),
                FIXTURE_TEST(test_a_set_that_is_refused_is_not_asked_again_at_once),
                FIXTURE_TEST(test_what_was_not_answered_is_asked_again_of_the_next_spored),
                FIXTURE_TEST(test_what_is_read_without_a_spored_is_counted),
                FIXTURE_TEST(test_being_turned_away_is_no_answer),
                FIXTURE_TEST(test_a_change_that_does_not_last_is_not_set),
                FIXTURE_TEST(test_a_change_that_is_too_small_is_not_set),
                FIXTURE_TEST(test_a_file_that_is_written_is_read_at_once),
                FIXTURE_TEST(test_without_events_nothing_listens),
                FIXTURE_TEST(test_values_are_printed_as_a_central_sees_them),
        };

        return cmocka_run_group_tests_name("sense-producer", tests, NULL, NULL);
}
