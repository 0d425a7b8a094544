/* Where things are, as the configuration, the environment and the kind of run say. */
#pragma once

#include "config/config.h"
#include "daemon/daemon.h"

/* Paths are owned. */
typedef struct Places {
        char *socket;
        char *state; /* NULL: nothing says where */
} Places;

/* own_file: a file that the user has named is served. -ENAMETOOLONG, -ENOMEM; logged. */
int places_find(Places *ret, const Settings *settings, bool own_file);
void places_done(Places *places);
