/* Where things are, as the configuration, the environment and the kind of run say. */
#pragma once

#include "config/config.h"
#include "daemon/daemon.h"

/* Paths are owned. */
typedef struct Places {
        char *socket;
        char *state; /* NULL: nothing says where */
} Places;

/* file: that the user has named to be served; NULL: the default. -ENAMETOOLONG, -ENOMEM; logged. */
int places_find(Places *ret, const Settings *settings, const char *file);
void places_done(Places *places);
