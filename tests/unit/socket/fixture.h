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

#define FIXTURE_VALUES 8

typedef struct FixtureValue {
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;
        uint64_t seq;
} FixtureValue;

typedef struct Fixture {
        struct ev_loop *loop;
        Profile *profile;
        char directory[32];
        char path[64];
        ServerParameters parameters; /* change, then fixture_restart() */
        Server *server;
        FixtureValue values[FIXTURE_VALUES];
        int set_result;
        bool subscribed;
        ServerStatus status;
        ServerCharacteristicStatus characteristic_status;
        char *line; /* of client_line() */
} Fixture;

int fixture_setup(void **state);
int fixture_teardown(void **state);
void fixture_restart(Fixture *f);
void fixture_turn(Fixture *f, unsigned turns);
const Characteristic *fixture_characteristic(const Fixture *f, const char *name);

int client_connect(Fixture *f);
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
