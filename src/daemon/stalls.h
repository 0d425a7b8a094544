/* For whoever waits for room in a queue: tells when a notifier that holds it back will be found
 * stalled, so that another try gets through. */
#pragma once

#include "daemon/values.h"

#include <ev.h>

typedef struct Stalls Stalls;

typedef struct StallsEvents {
        /* Try again; and say so if it is to be told once more. From the loop. */
        void (*due)(const Characteristic *c, void *userdata);
} StallsEvents;

/* profile and values are borrowed for its life. */
int stalls_new(Stalls **ret, struct ev_loop *loop, const Profile *profile, Values *values,
        const StallsEvents *events, void *userdata);
Stalls *stalls_free(Stalls *stalls);

/* Another profile, or another stall_after. */
void stalls_reconfigure(Stalls *stalls, const Profile *profile);
/* Somebody waits for room in this characteristic's queue. */
void stalls_watch(Stalls *stalls, const Characteristic *c);
