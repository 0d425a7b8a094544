/* When a notification may go, and whose. Three brakes: a window of outstanding signals that a Ping
 * round trip to bluetoothd opens again (what was sent before the Ping has then been read; a
 * bluetoothd that has stopped thus fills our queues and not the bus), a token bucket for the
 * adapter, and for each lane one of its own and an interval. A lane is a characteristic's way out.
 * Among the lanes that may go the highest priority is first, and equals take turns. Lanes come and
 * go: what fills up by itself (a socket) needs no window. */
#pragma once

#include "core/profile.h"
#include "util/clock.h"

#include <stdbool.h>

typedef struct PacerParameters {
        unsigned window; /* 1 or more */
        Rate rate;       /* of the adapter */
} PacerParameters;

typedef struct PacerLane {
        Rate rate;
        uint64_t min_interval_usec;
        Priority priority;
        bool unwindowed; /* the window is not for it */
} PacerLane;

typedef struct Pacer Pacer;

/* lanes: n_lanes of them, copied. -ENOMEM. */
int pacer_new(
        Pacer **ret, const PacerParameters *parameters, const PacerLane *lanes, size_t n_lanes);
Pacer *pacer_free(Pacer *pacer);

/* A new lane, with its tokens whole. Its number is one that is not in use. -ENOMEM. */
int pacer_add_lane(Pacer *pacer, const PacerLane *lane, size_t *ret_lane);
/* Its number may be given to another. */
void pacer_remove_lane(Pacer *pacer, size_t lane);

/* Other parameters from now on: what is outstanding, and what the rates have counted, stays. */
void pacer_reconfigure(Pacer *pacer, const PacerParameters *parameters, uint64_t now_usec);
void pacer_reconfigure_lane(Pacer *pacer, size_t lane, const PacerLane *to, uint64_t now_usec);

/* bluetoothd has a new owner: nothing is outstanding any more. The answer of a Ping under way must
 * not be reported. What the rates have counted stays: the air is the same. */
void pacer_reset(Pacer *pacer);

/* This lane may have something now: pacer_next() asks those alone, until they have nothing. */
void pacer_stir(Pacer *pacer, size_t lane);
/* The lane to serve now, of those that `waits` says have something: 1 and *ret_lane. 0: none may
 * go; *ret_again_usec is when one may by time alone, USEC_NEVER if none waits or if only a Ping's
 * answer helps. */
int pacer_next(Pacer *pacer, bool (*waits)(size_t lane, void *userdata), void *userdata,
        uint64_t now_usec, size_t *ret_lane, uint64_t *ret_again_usec);
/* Something of this lane was handed to BlueZ. */
void pacer_sent(Pacer *pacer, size_t lane, uint64_t now_usec);

/* True once half of the window is outstanding and no Ping is under way. */
bool pacer_wants_ping(const Pacer *pacer);
void pacer_ping_sent(Pacer *pacer);
/* answered: the Ping came back; otherwise it failed and another one is wanted. Ignored if no Ping
 * is under way. */
void pacer_ping_done(Pacer *pacer, bool answered);
