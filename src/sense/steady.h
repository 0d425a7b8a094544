/* Whether a number has changed, or only flickers. */
#pragma once

#include "util/clock.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Steady {
        uint64_t debounce_usec; /* a change counts when it has lasted so long; 0: at once */
        double min_change;      /* what is smaller is no change; 0: whatever differs is one */
        bool known;             /* there was a number */
        bool changing;
        double value;        /* that counts; meaningless unless known */
        double candidate;    /* that may come to count; meaningless unless changing */
        uint64_t since_usec; /* when it was read first */
} Steady;

void steady_init(Steady *steady, uint64_t debounce_usec, double min_change);
/* The first number counts at once, also behind this. */
void steady_forget(Steady *steady);
/* Takes a number that was read, and returns the one that counts. */
double steady_take(Steady *steady, double number, uint64_t now_usec);
/* When the change will have lasted, if it does; USEC_NEVER: there is none. */
uint64_t steady_due_usec(const Steady *steady);
