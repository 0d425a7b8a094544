/* spored on a simulated BlueZ: sporesim runs instead, and runs spored. */
#pragma once

#include <stdbool.h>

typedef struct Simulation {
        const char *file;       /* the main file */
        char *const *overrides; /* of -o, NULL-terminated */
        const char *bluez;      /* a version of BlueZ; NULL: sporesim's default */
        bool own_socket;        /* nothing says where spored's socket is: it gets a place */
} Simulation;

/* Becomes sporesim. Returns only if it cannot: an exit status, and why is said on standard
 * error. */
int simulate(const Simulation *simulation);
