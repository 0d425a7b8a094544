/* A GATT server on a loop of its own, an application behind a socket, and centrals. */
#pragma once

#include "fixture-application.h"
#include "loop/bus-source.h"
#include "sim/gatt/gatt-server.h"

#define OWNER ":1.7"

typedef struct Fixture {
        struct ev_loop *loop;
        GattServer *server;
        sd_bus *bus; /* bluetoothd's */
        BusSource *sources[2];
        FixtureApplication application;
} Fixture;

/* What a central heard. */
typedef struct FixtureCentral {
        GattLink *link;
        unsigned answers;
        uint8_t error;
        uint8_t data[600];
        size_t size;
        char log[2048]; /* "notified 0x0015 0102" or "indicated …", one a line; "closed" */
} FixtureCentral;

/* A simulated BlueZ of this version. */
void fixture_begin(Fixture *f, const char *version);
void fixture_end(Fixture *f);
/* Until nothing happens any more. */
void fixture_settle(Fixture *f);
/* Registers it at /app and frees m. Returns what the server says. */
int fixture_register(Fixture *f, sd_bus_message *m);
/* One service, /app/s, at 0x100 and on, with one characteristic, /app/s/c: its value is at 0x102,
 * its CCC, if it has one, at 0x103. */
void fixture_register_one(Fixture *f, const char *flags, bool acquired);
/* PropertiesChanged of Value at /app/s/c. */
void fixture_change(Fixture *f, const void *data, size_t size);

void central_connect(Fixture *f, FixtureCentral *c, const char *device, bool bonded);
/* Each waits for the answer and returns its error. */
uint8_t central_read(Fixture *f, FixtureCentral *c, uint16_t handle, uint16_t offset);
uint8_t central_write(
        Fixture *f, FixtureCentral *c, uint16_t handle, const void *data, size_t size);
uint8_t central_write_long(
        Fixture *f, FixtureCentral *c, uint16_t handle, const void *data, size_t size);
uint8_t central_subscribe(Fixture *f, FixtureCentral *c, uint16_t ccc, uint16_t value);
void central_leave(Fixture *f, FixtureCentral *c);
/* What it heard since the last time is this. */
void central_expect(FixtureCentral *c, const char *log);
/* Counts its answers too, for tests that do not wait. */
void central_answer(uint8_t error, const uint8_t *data, size_t size, void *userdata);
