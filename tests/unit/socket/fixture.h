/* A server on a loop of its own, values in memory behind it, and clients in the same process.
 * Nothing waits: a turn of the loop serves what is there. */
#pragma once

#include "socket/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIXTURE_VALUES 12

typedef struct FixtureValue {
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;
        uint64_t seq;
} FixtureValue;

/* What the server has handed up last, and how often. */
typedef struct FixtureCalls {
        unsigned sets_refused, given_up, wills, unhandled, verdicts;
        const Characteristic *unhandled_last;
        uint64_t number; /* of the last verdict */
        bool accept;
        unsigned code;
        char advertised[300];
        unsigned activated, deactivated;
} FixtureCalls;

typedef struct Fixture {
        struct ev_loop *loop;
        Profile *profile;
        char directory[32];
        char path[64];
        ServerParameters parameters; /* change, then fixture_restart() */
        Server *server;
        FixtureValue values[FIXTURE_VALUES];
        int set_result;
        unsigned room; /* sets that are still taken, of all characteristics */
        FixtureCalls calls;
        uint64_t pending_number; /* waits for a verdict; 0: none does */
        const Characteristic *pending;
        int advertise_result, reload_result;
        ServerReload reload;
        const char *metrics;
        uint64_t age_usec;
        bool subscribed, stale;
        ServerStatus status;
        const ServerDevice *devices;
        size_t n_devices;
        const ServerAdvertisement *advertisements;
        size_t n_advertisements;
        ServerCharacteristicStatus characteristic_status;
        ServerWay ways[2];
        size_t n_ways;
        char *line; /* of client_line() */
} Fixture;

int fixture_setup(void **state);
int fixture_teardown(void **state);
void fixture_restart(Fixture *f);
/* As server_new(). */
int fixture_try_start(Fixture *f);
void fixture_turn(Fixture *f, unsigned turns);
const Characteristic *fixture_characteristic(const Fixture *f, const char *name);
const FixtureValue *fixture_value(const Fixture *f, const char *name);
/* There is room for n more sets, and the server is told. */
void fixture_make_room(Fixture *f, const char *name, unsigned n);

int client_connect(Fixture *f);
int client_connect_to(const char *path);
/* Sends all of it, with turns of the loop in between. */
void client_send(Fixture *f, int fd, const char *text);
void client_send_bytes(Fixture *f, int fd, const char *data, size_t size);
/* The next line without its newline, valid until the next call; NULL if the server has closed.
 * Fails the test if none comes. */
const char *client_line(Fixture *f, int fd);
/* True if there is nothing to read after some turns. */
bool client_hears_nothing(Fixture *f, int fd);

/* Sends a request and returns its answer. */
const char *ask(Fixture *f, int fd, const char *request);
/* The request is refused with this word, and the detail contains part. */
void assert_refused(Fixture *f, int fd, const char *request, const char *word, const char *part);
/* The number in a member of the answer to status. */
long long status_number(Fixture *f, int fd, const char *member);
