/* The answer to "status". */
#pragma once

#include "socket/server.h"

#include <jansson.h>

#define STATUS_PROTOCOL 1

/* What the server itself counts. */
typedef struct ServerCounts {
        uint64_t peers;         /* connected now */
        uint64_t bad_requests;  /* answered with an error */
        uint64_t peers_refused; /* beyond peers_max */
        uint64_t peers_cut_off; /* did not read */
} ServerCounts;

/* A new reference, or NULL: no memory. profile may be NULL. */
json_t *status_json(const Profile *profile, const ServerCounts *counts, const ServerEvents *events,
        void *userdata);
