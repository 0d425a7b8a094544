/* A server on a loop of its own, and clients in the same process. */
#include "fixture.h"

#include "core/field-spec.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define TURNS_MAX 10000

static void fill_value(const Fixture *f, const Characteristic *c, ServerValue *ret) {
        const FixtureValue *value = &f->values[c->index];

        *ret = (ServerValue){
                value->data, value->size, value->seq, f->age_usec, f->stale, f->subscribed};
}

static void store(Fixture *f, const Characteristic *c, const uint8_t *data, size_t size) {
        FixtureValue *value = &f->values[c->index];

        memcpy(value->data, data, size);
        value->size = size;
        value->seq++;
}

static int stub_set(const Characteristic *c, const uint8_t *data, size_t size, ServerValue *ret,
        void *userdata) {
        Fixture *f = userdata;

        if (f->set_result < 0)
                return f->set_result;
        if (f->room == 0 && c->policy == QUEUE_BLOCK)
                return SERVER_E_WAIT;
        if (f->room == 0) {
                f->calls.sets_refused++;
                return SERVER_E_QUEUE_FULL;
        }
        f->room--;
        store(f, c, data, size);
        fill_value(f, c, ret);
        return 0;
}

static void stub_set_given_up(const Characteristic *c, void *userdata) {
        Fixture *f = userdata;

        f->calls.given_up++;
}

static int stub_will(const Characteristic *c, const uint8_t *data, size_t size, void *userdata) {
        Fixture *f = userdata;

        f->calls.wills++;
        store(f, c, data, size);
        return 0;
}

static void stub_get(const Characteristic *c, ServerValue *ret, void *userdata) {
        fill_value(userdata, c, ret);
}

static const Characteristic *stub_pending(uint64_t number, void *userdata) {
        const Fixture *f = userdata;

        return number > 0 && number == f->pending_number ? f->pending : NULL;
}

static void stub_verdict(uint64_t number, bool accept, unsigned code, void *userdata) {
        Fixture *f = userdata;

        f->calls.verdicts++;
        f->calls.number = number;
        f->calls.accept = accept;
        f->calls.code = code;
        f->pending_number = 0;
}

static void stub_unhandled(const Characteristic *c, void *userdata) {
        Fixture *f = userdata;

        f->calls.unhandled++;
        f->calls.unhandled_last = c;
}

static int stub_reload(ServerReload *ret, void *userdata) {
        const Fixture *f = userdata;

        *ret = f->reload;
        return f->reload_result;
}

static int stub_advertise(const char *name, char *why, size_t why_size, void *userdata) {
        Fixture *f = userdata;

        (void)snprintf(f->calls.advertised, sizeof(f->calls.advertised), "%s", name);
        (void)snprintf(why, why_size, "advertise is no");
        return f->advertise_result;
}

static int stub_metrics(char **ret, void *userdata) {
        const Fixture *f = userdata;

        *ret = strdup(f->metrics);
        return *ret ? 0 : -ENOMEM;
}

static void stub_status(ServerStatus *ret, void *userdata) {
        const Fixture *f = userdata;

        *ret = f->status;
}

static bool stub_device(size_t index, ServerDevice *ret, void *userdata) {
        const Fixture *f = userdata;

        if (index >= f->n_devices)
                return false;
        *ret = f->devices[index];
        return true;
}

static bool stub_advertisement(size_t index, ServerAdvertisement *ret, void *userdata) {
        const Fixture *f = userdata;

        if (index >= f->n_advertisements)
                return false;
        *ret = f->advertisements[index];
        return true;
}

static bool stub_way(const Characteristic *c, size_t index, ServerWay *ret, void *userdata) {
        const Fixture *f = userdata;

        if (index >= f->n_ways)
                return false;
        *ret = f->ways[index];
        return true;
}

static void stub_characteristic_status(
        const Characteristic *c, ServerCharacteristicStatus *ret, void *userdata) {
        const Fixture *f = userdata;

        *ret = f->characteristic_status;
}

static int stub_activate(bool active, char *why, size_t why_size, void *userdata) {
        Fixture *f = userdata;

        if (active)
                f->calls.activated++;
        else
                f->calls.deactivated++;
        (void)snprintf(why, why_size, "activate is no");
        return f->advertise_result;
}

static const ServerEvents stub_events = {
        .set = stub_set,
        .set_given_up = stub_set_given_up,
        .will = stub_will,
        .get = stub_get,
        .pending = stub_pending,
        .verdict = stub_verdict,
        .unhandled = stub_unhandled,
        .advertise = stub_advertise,
        .activate = stub_activate,
        .reload = stub_reload,
        .status = stub_status,
        .device = stub_device,
        .advertisement = stub_advertisement,
        .characteristic_status = stub_characteristic_status,
        .way = stub_way,
        .metrics = stub_metrics,
};

typedef struct FieldLine {
        const char *characteristic, *name, *spec;
} FieldLine;

static const FieldLine field_lines[] = {
        {"env", "co2_ppm", "u16 unit=ppm"},
        {"env", "temperature_c", "i16 scale=0.1 unit=celsius"},
        {"targets", "mode", "u8 enum=OFF,ON,CYCLE"},
        {"targets", "species", "u8 names=Oyster:1,Custom:99"},
        {"targets", "reserved", "pad 2"},
        {"targets", "minimum", "i16 scale=0.1 min=-10 max=50"},
        {"overrides", "bits", "u16 bits=LIGHT:0,FAN:1,STOP:15"},
        {"temperature", "value", "i16 scale=0.01 unit=celsius"},
        {"note", "value", "utf8 size_max=20"},
        {"tail", "kind", "u8"},
        {"tail", "rest", "bytes size_max=4"},
        {"wide", "count", "u64"},
        {"wide", "delta", "i64"},
        {"wide", "on", "bool"},
        {"wide", "level", "f32"},
        {"wide", "gain", "medfloat16"},
        {"wide", "bits", "u64 bits=A,PART:4-6,Z:63"},
        {"wide", "samples", "i16 scale=0.1 count_max=3"},
        {"json", "value", "utf8 json=yes size_max=20"},
};

static void add_characteristic(Fixture *f, Service *service, const char *name) {
        Characteristic *c = profile_add_characteristic(f->profile, service, name);
        char why[FORMAT_WHY_SIZE];

        assert_non_null(c);
        for (size_t i = 0; i < ELEMENTS(field_lines); i++)
                if (strcmp(field_lines[i].characteristic, name) == 0)
                        assert_int_equal(format_add_field(&c->format, field_lines[i].name,
                                                 field_lines[i].spec, why),
                                0);
        c->single_value = c->format && strcmp(c->format->fields[0].name, "value") == 0;
        c->size_min = c->format ? format_size_min(c->format) : 1;
        c->size_max = c->format ? format_size_max(c->format) : 4;
        c->policy = strcmp(name, "raw") == 0 || strcmp(name, "env") == 0 ? QUEUE_BLOCK
                                                                         : QUEUE_DROP_NEWEST;
        c->put_timeout_usec = 3600 * USEC_PER_SEC;
        if (strcmp(name, "targets") == 0 || strcmp(name, "note") == 0)
                c->flags = CHARACTERISTIC_WRITE;
        if (c->format)
                format_initial(c->format, f->values[c->index].data, &f->values[c->index].size);
        else
                f->values[c->index].size = 1;
}

static void make_profile(Fixture *f) {
        static const char *const names[] = {"env", "targets", "overrides", "temperature", "note",
                "tail", "raw", "wide", "json"};
        Service *service;

        assert_int_equal(profile_new(&f->profile), 0);
        service = profile_add_service(f->profile, "test");
        assert_non_null(service);
        for (size_t i = 0; i < ELEMENTS(names); i++)
                add_characteristic(f, service, names[i]);
}

int fixture_setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        strcpy(f->directory, "/tmp/spored-test-XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        (void)snprintf(f->path, sizeof(f->path), "%s/s", f->directory);
        f->loop = ev_loop_new(EVFLAG_AUTO);
        assert_non_null(f->loop);
        make_profile(f);
        f->room = UINT_MAX;
        f->metrics = "";
        f->parameters = (ServerParameters){.place = {.path = f->path, .mode = 0600, .fd = -1},
                .read_only = {.fd = -1},
                .peers_max = 8,
                .line_max = 4096,
                .output_max = 16384,
                .requests_per_turn = 8,
                .profile = f->profile};
        fixture_restart(f);
        *state = f;
        return 0;
}

int fixture_teardown(void **state) {
        Fixture *f = *state;

        server_free(f->server);
        profile_free(f->profile);
        ev_loop_destroy(f->loop);
        (void)unlink(f->path);
        assert_int_equal(rmdir(f->directory), 0);
        free(f->line);
        free(f);
        return 0;
}

int fixture_try_start(Fixture *f) {
        return server_new(&f->server, f->loop, &f->parameters, &stub_events, f);
}

void fixture_restart(Fixture *f) {
        f->server = server_free(f->server);
        assert_int_equal(fixture_try_start(f), 0);
}

void fixture_turn(Fixture *f, unsigned turns) {
        for (unsigned i = 0; i < turns; i++)
                ev_run(f->loop, EVRUN_NOWAIT);
}

const Characteristic *fixture_characteristic(const Fixture *f, const char *name) {
        const Characteristic *c = profile_find(f->profile, name);

        assert_non_null(c);
        return c;
}

const FixtureValue *fixture_value(const Fixture *f, const char *name) {
        return &f->values[fixture_characteristic(f, name)->index];
}

void fixture_make_room(Fixture *f, const char *name, unsigned n) {
        f->room = n;
        server_room(f->server, fixture_characteristic(f, name));
}

int client_connect_to(const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        assert_true(fd >= 0);
        strcpy(address.sun_path, path);
        assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

int client_connect(Fixture *f) {
        return client_connect_to(f->path);
}

void client_send_bytes(Fixture *f, int fd, const char *data, size_t size) {
        for (size_t sent = 0, turns = 0; sent < size; turns++) {
                ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL);

                assert_true(n >= 0 || errno == EAGAIN);
                assert_true(turns < TURNS_MAX);
                sent += n > 0 ? (size_t)n : 0;
                if (n < 0)
                        fixture_turn(f, 1);
        }
}

void client_send(Fixture *f, int fd, const char *text) {
        client_send_bytes(f, fd, text, strlen(text));
}

/* Byte by byte, so that nothing of the next line is taken. */
const char *client_line(Fixture *f, int fd) {
        size_t size = 0, turns = 0;
        FILE *out;

        free(f->line);
        f->line = NULL;
        out = open_memstream(&f->line, &size);
        assert_non_null(out);
        while (turns < TURNS_MAX) {
                char c;
                ssize_t n = recv(fd, &c, 1, 0);

                if (n == 1 && c != '\n') {
                        fputc(c, out);
                        continue;
                }
                if (n < 0 && errno == EAGAIN) {
                        fixture_turn(f, 1);
                        turns++;
                        continue;
                }
                fclose(out);
                return n == 1 ? f->line : NULL;
        }
        fclose(out);
        fail_msg("no line came after %s", f->line);
        return NULL;
}

bool client_hears_nothing(Fixture *f, int fd) {
        char c;

        fixture_turn(f, 20);
        return recv(fd, &c, 1, MSG_PEEK) < 0 && errno == EAGAIN;
}

const char *ask(Fixture *f, int fd, const char *request) {
        const char *line;

        client_send(f, fd, request);
        client_send(f, fd, "\n");
        line = client_line(f, fd);
        assert_non_null(line);
        return line;
}

void assert_refused(Fixture *f, int fd, const char *request, const char *word, const char *part) {
        const char *line = ask(f, fd, request);
        char expected[100];

        (void)snprintf(expected, sizeof(expected), "{\"error\":\"%s\",\"detail\":\"", word);
        if (strncmp(line, expected, strlen(expected)) != 0 || !strstr(line, part))
                fail_msg("%s\n  gave %s\n  and not %s...%s", request, line, expected, part);
}

long long status_number(Fixture *f, int fd, const char *member) {
        json_t *answer = json_loads(ask(f, fd, "{\"op\":\"status\"}"), 0, NULL);
        const json_t *number = json_object_get(answer, member);
        long long n = json_integer_value(number);

        assert_true(json_is_integer(number));
        json_decref(answer);
        return n;
}
