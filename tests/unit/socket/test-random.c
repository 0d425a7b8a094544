/* Bytes and orders of events that nobody has thought of. */
#include "fixture.h"

#include "../core/random.h"
#include "util/cleanup.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define LINE_ROOM 400
#define LINES     5000
#define STEPS     5000
#define PEERS     6

static const char *const seeds[] = {
        "{\"op\":\"set\",\"characteristic\":\"env\",\"fields\":{\"co2_ppm\":612},\"id\":1}",
        "{\"op\":\"set\",\"characteristic\":\"overrides\",\"fields\":{\"bits\":[]}}",
        "{\"op\":\"set\",\"characteristic\":\"temperature\",\"value\":-21.4e0}",
        "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"00ff10\",\"id\":\"\\u00e4\\n\"}",
        "{\"op\":\"get\",\"characteristic\":\"tail\",\"id\":null}",
        "{\"op\":\"watch\",\"events\":[\"write\",\"stale\"],\"characteristics\":[\"env\"]}",
        "{\"op\":\"handle\",\"characteristic\":\"note\"}",
        "{\"op\":\"verdict\",\"number\":7,\"accept\":false,\"code\":144}",
        "{\"op\":\"will\",\"values\":[{\"characteristic\":\"note\",\"value\":\"bye\"}]}",
        "{\"op\":\"advertise\",\"name\":\"x\"}",
        "{\"op\":\"deactivate\"}",
        "{\"op\":\"activate\"}",
        "[{\"op\":\"get\",\"characteristic\":\"raw\"},{\"op\":\"metrics\"}]",
};

/* Changes, drops or doubles a few bytes; never a line feed. */
static size_t mutate(Random *random, char *line, size_t size) {
        static const char spice[] = "{}[]\",:\\0e-9.\xff\x01 u";

        for (uint32_t n = random_below(random, 4); n > 0 && size > 1; n--) {
                size_t at = random_below(random, (uint32_t)size);

                switch (random_below(random, 3)) {
                case 0:
                        line[at] = spice[random_below(random, sizeof(spice))];
                        break;
                case 1:
                        memmove(line + at, line + at + 1, size - at - 1);
                        size--;
                        break;
                case 2:
                        memmove(line + at + 1, line + at, size - at);
                        size++;
                        break;
                }
        }
        return size;
}

/* Reads the answers up to the one to the request that comes behind; each is one JSON object that
 * is an answer. */
static unsigned count_answers(Fixture *f, int fd) {
        unsigned n = 0;

        for (;;) {
                json_t *answer = json_loads(client_line(f, fd), 0, NULL);
                const char *id = json_string_value(json_object_get(answer, "id"));
                bool last = id && strcmp(id, "the end") == 0;

                assert_true(json_is_object(answer));
                assert_true(json_is_true(json_object_get(answer, "ok")) ||
                            json_is_string(json_object_get(answer, "error")));
                json_decref(answer);
                if (last)
                        return n;
                n++;
        }
}

static void test_each_line_is_answered_whatever_it_is(void **state) {
        Fixture *f = *state;
        Random random = {.state = 4};
        int fd = client_connect(f);
        unsigned refused = 0;

        for (unsigned i = 0; i < LINES; i++) {
                char line[LINE_ROOM];
                const char *seed = seeds[random_below(&random, ELEMENTS(seeds))];
                size_t size = strlen(seed);

                memcpy(line, seed, size);
                size = mutate(&random, line, size);
                client_send_bytes(f, fd, line, size);
                client_send(f, fd,
                        "\n{\"op\":\"handle\",\"characteristic\":\"targets\",\"id\":\"the "
                        "end\"}\n");
                unsigned n = count_answers(f, fd);
                if (seed[0] == '{' && line[0] != '[' && n != 1)
                        fail_msg("%u answers to %.*s", n, (int)size, line);
                assert_true(n >= 1);
        }
        refused = (unsigned)server_counts(f->server).bad_requests;
        /* It is no test if nothing or everything is refused. */
        assert_in_range(refused, LINES / 10, LINES - LINES / 10);
        close(fd);
}

/* Who waits, first come first. */
typedef struct Model {
        int fds[PEERS];
        bool waits[PEERS];
        unsigned line[PEERS]; /* of those that wait */
        unsigned n;
        uint64_t seq;
        uint8_t value;
        uint8_t wanted[PEERS];
} Model;

static void model_remove(Model *m, unsigned place) {
        m->waits[m->line[place]] = false;
        m->n--;
        memmove(&m->line[place], &m->line[place + 1], (m->n - place) * sizeof(m->line[0]));
}

static void assert_set_answered(Fixture *f, const Model *m, unsigned peer) {
        char expected[80];

        (void)snprintf(expected, sizeof(expected),
                "{\"id\":%u,\"ok\":true,\"seq\":%llu,\"subscribed\":false}", m->wanted[peer],
                (unsigned long long)m->seq);
        assert_string_equal(client_line(f, m->fds[peer]), expected);
}

static void step_set(Fixture *f, Model *m, unsigned peer, uint8_t value) {
        char request[100];

        if (m->waits[peer])
                return;
        (void)snprintf(request, sizeof(request),
                "{\"op\":\"set\",\"characteristic\":\"raw\",\"hex\":\"%02x\",\"id\":%u}\n", value,
                value);
        client_send(f, m->fds[peer], request);
        fixture_turn(f, 2);
        m->wanted[peer] = value;
        m->waits[peer] = true;
        m->line[m->n++] = peer;
}

static void step_room(Fixture *f, Model *m, unsigned room) {
        fixture_make_room(f, "raw", room);
        for (; room > 0 && m->n > 0; room--) {
                unsigned peer = m->line[0];

                m->seq++;
                m->value = m->wanted[peer];
                assert_set_answered(f, m, peer);
                model_remove(m, 0);
        }
        fixture_turn(f, 2);
        f->room = 0;
}

static void step_leave(Fixture *f, Model *m, unsigned peer) {
        close(m->fds[peer]);
        for (unsigned i = 0; m->waits[peer]; i++)
                if (m->line[i] == peer)
                        model_remove(m, i);
        fixture_turn(f, 2);
        m->fds[peer] = client_connect(f);
        fixture_turn(f, 1);
}

static void test_whoever_waits_is_served_in_order_whatever_happens(void **state) {
        Fixture *f = *state;
        Random random = {.state = 8};
        Model m = {};
        unsigned served = 0;

        f->room = 0;
        for (unsigned i = 0; i < PEERS; i++)
                m.fds[i] = client_connect(f);
        for (unsigned i = 0; i < STEPS; i++) {
                unsigned peer = random_below(&random, PEERS);

                switch (random_below(&random, 8)) {
                case 0:
                        step_leave(f, &m, peer);
                        break;
                case 1:
                case 2:
                        step_room(f, &m, random_below(&random, 4));
                        break;
                default:
                        step_set(f, &m, peer, (uint8_t)random_below(&random, 256));
                }
                assert_int_equal(server_counts(f->server).waiting, m.n);
                assert_int_equal(fixture_value(f, "raw")->seq, m.seq);
                if (m.seq > 0)
                        assert_int_equal(fixture_value(f, "raw")->data[0], m.value);
        }
        served = (unsigned)m.seq;
        assert_in_range(served, STEPS / 20, STEPS);
        for (unsigned i = 0; i < PEERS; i++)
                close(m.fds[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_each_line_is_answered_whatever_it_is),
                TEST(test_whoever_waits_is_served_in_order_whatever_happens),
        };

        return cmocka_run_group_tests_name("socket-random", tests, NULL, NULL);
}
