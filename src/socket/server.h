/* The socket for local programs: one JSON object a line, in both directions. Translates requests
 * and hands them up; decides nothing. */
#pragma once

#include "core/bluez-version.h"
#include "core/profile.h"

#include <ev.h>

typedef struct ServerParameters {
        const char *path;  /* at most 107 bytes; its directory is made if missing */
        const char *group; /* NULL: leave as it is */
        unsigned mode;
        size_t peers_max;
        size_t line_max;            /* bytes of one request, without the newline */
        size_t output_max;          /* bytes that may wait for a peer that does not read */
        unsigned requests_per_turn; /* of one peer, before the loop turns */
        const Profile *profile;     /* borrowed for the server's life; NULL: nothing declared */
} ServerParameters;

typedef struct ServerValue {
        const uint8_t *data; /* borrowed until the loop turns */
        size_t size;
        uint64_t seq;    /* counts the values of this characteristic; 0: none has been set */
        bool subscribed; /* somebody is notified of it */
} ServerValue;

typedef struct ServerCharacteristicStatus {
        bool subscribed;
        QueueCounters queue;
        uint64_t sets, writes, writes_refused, reads;
} ServerCharacteristicStatus;

/* All strings borrowed; NULL where there is nothing to say. */
typedef struct ServerStatus {
        bool on_air;
        const char *name;    /* as advertised, else the adapter's alias */
        const char *adapter; /* "hci0" */
        const char *address;
        BluezVersion bluez;
        const char *why, *fix; /* one line each, if not on air */
        uint64_t uptime_usec;
        uint64_t calls_refused; /* bus calls from others than BlueZ */
        uint64_t log_dropped;
} ServerStatus;

typedef struct ServerEvents {
        /* Makes data, already checked, the characteristic's value. 0 and *ret, or a negative
         * errno. */
        int (*set)(const Characteristic *c, const uint8_t *data, size_t size, ServerValue *ret,
                void *userdata);
        void (*get)(const Characteristic *c, ServerValue *ret, void *userdata);
        void (*status)(ServerStatus *ret, void *userdata);
        void (*characteristic_status)(
                const Characteristic *c, ServerCharacteristicStatus *ret, void *userdata);
} ServerEvents;

typedef struct Server Server;

/* Listens. -EADDRINUSE: another daemon answers on path; a socket file that nobody answers on is
 * replaced. Any other errno from the directory, bind, group or mode; each is logged here, with its
 * place. */
int server_new(Server **ret, struct ev_loop *loop, const ServerParameters *parameters,
        const ServerEvents *events, void *userdata);
/* Closes every peer and removes the socket file. */
Server *server_free(Server *server);

/* A central wrote: tells the peers that watch this characteristic. device is its address, or
 * NULL. */
void server_emit_write(Server *server, const Characteristic *c, const char *device,
        const uint8_t *data, size_t size);
