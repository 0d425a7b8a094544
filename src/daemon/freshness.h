/* Tells when a value has become stale, because nobody has set it for its max_age, and when it is
 * fresh again: once each. */
#pragma once

#include "daemon/values.h"

#include <ev.h>

typedef struct Freshness Freshness;

typedef struct FreshnessEvents {
        /* Logged already. age_usec: since it was last set, or since the start. */
        void (*changed)(const Characteristic *c, bool stale, uint64_t age_usec, void *userdata);
} FreshnessEvents;

/* values are borrowed for its life. */
int freshness_new(Freshness **ret, struct ev_loop *loop, Values *values,
        const FreshnessEvents *events, void *userdata);
Freshness *freshness_free(Freshness *freshness);

/* Another max_age, or another profile: what is no longer stale is told. */
void freshness_reconfigure(Freshness *freshness);
/* The value was set. `changed` may be called from inside. */
void freshness_taken(Freshness *freshness, const Characteristic *c);
