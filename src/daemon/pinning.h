/* Carries out core/handle-pins.h: whether BlueZ is told the handles, and what is said of that. */
#pragma once

#include "core/bluez-version.h"
#include "core/handle-pins.h"
#include "daemon/serving.h"

#include <sys/types.h>

/* Embedded in Presence; only pinning_* write it. */
typedef struct Pinning {
        Serving *serving; /* borrowed */
        HandlePins pins;
        BluezVersion version;
} Pinning;

/* tries: with pins, before they are given up. */
void pinning_init(Pinning *pinning, Serving *serving, const Profile *profile, unsigned tries);
/* A BlueZ, or an adapter, that holds nothing of ours. */
void pinning_begin(Pinning *pinning, BluezVersion version);
/* The application was refused, in BlueZ's words. */
void pinning_refused(Pinning *pinning, const char *error);
/* A process that has ended may hold the handles for good. */
void pinning_stuck(Pinning *pinning, pid_t pid);
void pinning_set_tries(Pinning *pinning, unsigned tries);
bool pinning_set(const Pinning *pinning);
