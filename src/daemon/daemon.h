/* The one owner: values, socket, peripheral, signals, shutdown. */
#pragma once

#include "config/config.h"

typedef struct DaemonPlace {
        const char *path; /* NULL: none */
        int fd;           /* systemd listens there already; it is the daemon's. -1: not so */
} DaemonPlace;

typedef struct DaemonPlaces {
        DaemonPlace socket, read_only;
        const char *state; /* the file that keeps values; NULL: no place is known */
} DaemonPlaces;

/* Runs until SIGTERM or SIGINT. config and places are borrowed. Returns 0, or a negative errno,
 * logged, if it could not start. */
int daemon_run(const Config *config, const DaemonPlaces *places);
