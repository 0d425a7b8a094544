/* Keeps values across restarts: restores them at the start, and writes them when they change. */
#pragma once

#include "daemon/values.h"

#include <ev.h>

typedef struct PersistParameters {
        const char *path;       /* its directories are made if missing */
        uint64_t interval_usec; /* from a change until it is written, at most */
} PersistParameters;

typedef struct PersistEvents {
        /* After persist_finish(): it is busy no longer. */
        void (*finished)(void *userdata);
} PersistEvents;

typedef struct Persist Persist;

/* Restores what the file has; may wait for a disk. loop is the default one. profile and values are
 * borrowed for its life. */
int persist_new(Persist **ret, struct ev_loop *loop, const Profile *profile, Values *values,
        const PersistParameters *parameters, const PersistEvents *events, void *userdata);
Persist *persist_free(Persist *persist);

/* Another interval, and perhaps another profile: what is to be kept now and was set is written,
 * what is not any more is left out. */
void persist_reconfigure(Persist *persist, const Profile *profile, uint64_t interval_usec);

/* The value was set; does nothing if it is not to be kept. */
void persist_changed(Persist *persist, const Characteristic *c);
/* Writes what has changed, at once, now and from now on. */
void persist_finish(Persist *persist);
/* Something is being written, or is still to be. */
bool persist_busy(const Persist *persist);
