/* A client, and in the place of spored a socket that the test speaks for. */
#pragma once

#include "spored/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT_MS 20000 /* what takes longer has failed */

typedef struct Fixture {
        char directory[32];
        char path[64];
        int listener; /* -1: closed */
        int peer;     /* spored's end; -1: none */
        SporedClient *client;
        char heard[4096]; /* what was called back, one line each */
} Fixture;

/* A callback's userdata: what is called is noted in the fixture's `heard` under a name. */
typedef struct Note {
        Fixture *f;
        const char *name;
} Note;

int fixture_setup(void **state);
/* As setup, with SPORED_CLIENT_RECONNECT. */
int fixture_setup_reconnect(void **state);
/* Without a client. */
int fixture_setup_alone(void **state);
int fixture_teardown(void **state);

void fixture_listen(Fixture *f);
void fixture_stop_listening(Fixture *f);
void fixture_accept(Fixture *f);
void fixture_hang_up(Fixture *f);
/* spored sends. */
void fixture_says(const Fixture *f, const char *text);
/* spored reads the next line; it stays valid until the next. */
const char *fixture_reads(const Fixture *f);
/* A signal that never comes ends in a failure: waits and processes once. */
void fixture_turn(const Fixture *f);
/* spored sends, and the client hears it. */
void fixture_tell(const Fixture *f, const char *text);

/* "name: line", "name: lost". */
void fixture_answered(SporedClient *client, const SporedMessage *answer, void *userdata);
/* "name: line". */
void fixture_event(SporedClient *client, const SporedMessage *event, void *userdata);
/* "state 0", "state ECONNRESET". userdata: the fixture. */
void fixture_state(SporedClient *client, int error, void *userdata);
/* All that was heard since the last time. */
void fixture_expect(Fixture *f, const char *heard);

#define TEST_WITH(name, setup) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
#define TEST(name)             TEST_WITH(name, fixture_setup)
#define TEST_RECONNECT(name)   TEST_WITH(name, fixture_setup_reconnect)
