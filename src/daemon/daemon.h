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

/* Runs until SIGTERM or SIGINT. Takes config, which comes from sources and is loaded from there
 * anew at SIGHUP and when a program asks for it; the rest is borrowed. Returns 0, or a negative
 * errno, logged, if it could not start. */
int daemon_run(Config *config, const ConfigSources *sources, const DaemonPlaces *places);
