/* An application at the other end of the bus: what it lists, and what it answers. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define APPLICATION_LOG_SIZE 8192
#define SOCKETS_MAX          8

/* How the next calls are answered. */
typedef enum Answering {
        ANSWERING_WELL,
        ANSWERING_ERROR,
        ANSWERING_HOLD, /* never, or by application_reply_held() */
        ANSWERING_ODDLY,
} Answering;

typedef struct FixtureApplication {
        sd_bus *bus;
        Answering answering;
        const char *error, *text; /* of ANSWERING_ERROR */
        const void *value;        /* what ReadValue() gives */
        size_t value_size;
        sd_bus_message *held;
        int sockets[SOCKETS_MAX]; /* its ends of those that it gave, in that order */
        size_t n_sockets;
        char log[APPLICATION_LOG_SIZE]; /* the calls, one a line */
} FixtureApplication;

/* Takes the bus's reference. */
void application_start(FixtureApplication *a, sd_bus *bus);
void application_stop(FixtureApplication *a);
/* The call that was held is answered well. */
void application_reply_held(FixtureApplication *a);
/* The calls since the last time are these. */
void application_expect(FixtureApplication *a, const char *log);

/* What GetManagedObjects() gives, in the order in which it is added. */
sd_bus_message *objects_new(sd_bus *bus);
/* handle negative: there is no such property. */
void objects_add_service(sd_bus_message *m, const char *path, const char *uuid, int handle);
/* flags are separated by spaces. */
void objects_add_characteristic(sd_bus_message *m, const char *path, const char *service,
        const char *uuid, const char *flags, int handle, bool acquired);
void objects_add_descriptor(sd_bus_message *m, const char *path, const char *characteristic,
        const char *uuid, const char *flags);
/* An object with one interface and no properties. */
void objects_add_other(sd_bus_message *m, const char *path, const char *interface);
/* Now it can be read. */
void objects_seal(sd_bus_message *m);
