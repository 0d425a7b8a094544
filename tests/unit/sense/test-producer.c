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
#define OK  "{\"ok\":true}\n"

typedef struct Play {
        Config *config;
        Producer *producer;
        Connection *connection;
        char *path;    /* of the socket */
        int listen_fd; /* spored's */
        int fd;        /* spored's, of the connection */
        char why[CONNECTION_WHY_SIZE];
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
        assert_int_equal(connection_new(&ret->connection, ret->path, -1), 0);
        assert_int_equal(connection_open(ret->connection, ret->why), 0);
        ret->fd = accept4(ret->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        assert_true(ret->fd >= 0);
}

static void play_done(Play *p) {
        connection_free(p->connection);
        producer_free(p->producer);
        config_free(p->config);
        free(p->path);
        close(p->fd);
        close(p->listen_fd);
}

/* Answers are written before they are asked for: the socket keeps them. */
static void answer(const Play *p, const char *lines) {
        assert_int_equal(write(p->fd, lines, strlen(lines)), (ssize_t)strlen(lines));
}

/* Exactly this was asked since the last time. */
static void expect_asked(const Play *p, const char *expected) {
        char text[2048];
        ssize_t n = recv(p->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

        text[n > 0 ? n : 0] = '\0';
        assert_string_equal(text, expected);
}

static int read_and_send(Play *p, uint64_t now_usec) {
        producer_read(p->producer, now_usec);
        return producer_send(p->producer, p->connection, p->why);
}

#define SET(characteristic) "{\"op\":\"set\",\"characteristic\":\"" characteristic "\","

static void test_a_single_value_is_scaled_and_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST "offset = 273\n", &p);
        fixture_write(f, "/first", "500\n");
        answer(&p, OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p, SET("temperature") "\"value\":273.5}\n");
        assert_int_equal(producer_troubles(p.producer), 0);
}

static void test_fields_that_are_due_together_are_one_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 FIRST DAMP, &p);
        fixture_write(f, "/first", "500\n");
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/damp", "87.5\n");
        answer(&p, OK OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"co2\":612,\"humidity\":87.5}}\n" SET(
                                 "temperature") "\"value\":0.5}\n");
}

static void test_only_what_is_due_is_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 DAMP, &p);
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/damp", "87.5\n");
        answer(&p, OK OK OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        assert_int_equal(producer_next_usec(p.producer), 10 * SEC);
        expect_asked(&p, SET("air") "\"fields\":{\"co2\":612,\"humidity\":87.5}}\n");
        assert_int_equal(read_and_send(&p, 9 * SEC), 0);
        expect_asked(&p, "");
        assert_int_equal(read_and_send(&p, 10 * SEC), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"co2\":612}}\n");
        assert_int_equal(read_and_send(&p, 20 * SEC), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"co2\":612,\"humidity\":87.5}}\n");
}

static void test_after_a_restart_everything_is_due(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, DAMP, &p);
        fixture_write(f, "/damp", "1\n");
        answer(&p, OK OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        producer_restart(p.producer, 3 * SEC);
        assert_int_equal(read_and_send(&p, 3 * SEC), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"humidity\":1}}\n" SET(
                                 "air") "\"fields\":{\"humidity\":1}}\n");
        assert_int_equal(producer_next_usec(p.producer), 23 * SEC);
}

static void test_a_source_that_cannot_be_read_does_not_stop_the_others(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH, &p);
        fixture_write(f, "/switch", "1\n");
        answer(&p, OK OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"mode\":1}}\n");
        assert_int_equal(producer_troubles(p.producer), 1);
        fixture_write(f, "/co2", "400\n");
        assert_int_equal(read_and_send(&p, 10 * SEC), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"co2\":400,\"mode\":1}}\n");
        assert_int_equal(producer_troubles(p.producer), 0);
}

static void test_a_value_out_of_range_does_not_stop_the_others(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 SWITCH, &p);
        fixture_write(f, "/co2", "70000\n");
        fixture_write(f, "/switch", "1\n");
        answer(&p, OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p, SET("air") "\"fields\":{\"mode\":1}}\n");
        assert_int_equal(producer_troubles(p.producer), 1);
}

static void test_a_value_too_large_for_any_number_is_not_set(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, CO2 "scale = 1e300\n", &p);
        fixture_write(f, "/co2", "1e300\n");
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p, "");
        assert_int_equal(producer_troubles(p.producer), 1);
}

static void test_fields_that_are_refused_together_are_set_one_by_one(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;
        const char *refused = "{\"error\":\"unknown_field\",\"detail\":\"no field co2\"}\n";
        _cleanup_free_ char *answers = NULL;

        play(f, CO2 SWITCH FIRST, &p);
        fixture_write(f, "/co2", "612\n");
        fixture_write(f, "/switch", "1\n");
        fixture_write(f, "/first", "0\n");
        assert_true(asprintf(&answers, "%s%s%s%s", refused, refused, OK, OK) > 0);
        answer(&p, answers);
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p,
                SET("air") "\"fields\":{\"co2\":612,\"mode\":1}}\n" SET(
                        "air") "\"fields\":{\"co2\":612}}\n" SET("air") "\"fields\":{\"mode\":"
                                                                        "1}}\n" SET("temperatur"
                                                                                    "e") "\"val"
                                                                                         "ue\":"
                                                                                         "0}"
                                                                                         "\n");
        assert_int_equal(producer_troubles(p.producer), 1);
}

static void test_a_set_that_is_refused_is_not_asked_again_at_once(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        answer(&p, "{\"error\":\"unknown_characteristic\"}\n" OK);
        assert_int_equal(read_and_send(&p, 0), 0);
        expect_asked(&p, SET("temperature") "\"value\":0}\n");
        assert_int_equal(producer_troubles(p.producer), 1);
        assert_int_equal(read_and_send(&p, 10 * SEC), 0);
        assert_int_equal(producer_troubles(p.producer), 0);
}

static void test_a_spored_that_goes_is_told(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        assert_int_equal(shutdown(p.fd, SHUT_RDWR), 0);
        assert_true(read_and_send(&p, 0) < 0);
        assert_string_equal(p.why, "spored has closed the connection");
        assert_false(connection_is_open(p.connection));
}

static void test_being_one_too_many_ends_the_connection(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        answer(&p, "{\"error\":\"too_many\",\"detail\":\"64 programs are connected\"}\n");
        assert_int_equal(read_and_send(&p, 0), -EBUSY);
        assert_string_equal(p.why, "64 programs are connected");
        assert_false(connection_is_open(p.connection));
}

static void test_an_answer_that_is_none_ends_the_connection(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        answer(&p, "hello\n");
        assert_int_equal(read_and_send(&p, 0), -EPROTO);
        assert_false(connection_is_open(p.connection));
}

static void test_a_place_where_nobody_listens_is_named(void **state) {
        const Fixture *f = *state;
        _cleanup_free_ char *path = fixture_path(f, "/nobody");
        _cleanup_(connection_freep) Connection *connection = NULL;
        char why[CONNECTION_WHY_SIZE];

        assert_int_equal(connection_new(&connection, path, -1), 0);
        assert_int_equal(connection_open(connection, why), -ENOENT);
        assert_non_null(strstr(why, path));
        assert_int_equal(connection_fd(connection), -1);
}

static void test_waiting_for_an_answer_ends_when_it_is_told_to(void **state) {
        const Fixture *f = *state;
        _cleanup_(play_done) Play p;
        int ends[2];

        play(f, FIRST, &p);
        fixture_write(f, "/first", "0\n");
        assert_int_equal(pipe(ends), 0);
        close(ends[1]);
        connection_free(p.connection);
        assert_int_equal(connection_new(&p.connection, p.path, ends[0]), 0);
        assert_int_equal(connection_open(p.connection, p.why), 0);
        assert_int_equal(read_and_send(&p, 0), -ECANCELED);
        close(ends[0]);
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
                FIXTURE_TEST(test_fields_that_are_due_together_are_one_set),
                FIXTURE_TEST(test_only_what_is_due_is_set),
                FIXTURE_TEST(test_after_a_restart_everything_is_due),
                FIXTURE_TEST(test_a_source_that_cannot_be_read_does_not_stop_the_others),
                FIXTURE_TEST(test_a_value_out_of_range_does_not_stop_the_others),
                FIXTURE_TEST(test_a_value_too_large_for_any_number_is_not_set),
                FIXTURE_TEST(test_fields_that_are_refused_together_are_set_one_by_one),
                FIXTURE_TEST(test_a_set_that_is_refused_is_not_asked_again_at_once),
                FIXTURE_TEST(test_a_spored_that_goes_is_told),
                FIXTURE_TEST(test_being_one_too_many_ends_the_connection),
                FIXTURE_TEST(test_an_answer_that_is_none_ends_the_connection),
                FIXTURE_TEST(test_a_place_where_nobody_listens_is_named),
                FIXTURE_TEST(test_waiting_for_an_answer_ends_when_it_is_told_to),
                FIXTURE_TEST(test_values_are_printed_as_a_central_sees_them),
        };

        return cmocka_run_group_tests_name("sense-producer", tests, NULL, NULL);
}
