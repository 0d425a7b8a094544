/* Why it is not on air, in one line, and what to do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct StandingFacts {
        bool on_air;
        bool bus_answered;         /* the bus has said whether there is a bluetoothd */
        bool bluetoothd;           /* org.bluez has an owner */
        uint64_t silent_usec;      /* since it was last heard, if it does not answer; else 0 */
        bool objects_known;        /* and has listed its objects */
        const char *objects_error; /* why it could not; NULL: nothing is wrong */
        size_t n_adapters;
        const char *select;  /* the configured adapter */
        const char *adapter; /* the chosen one; NULL: none fits */
        bool ours;           /* and no other spored has it */
        pid_t holder;        /* the one that has; 0: not known */
        pid_t predecessor;   /* has ended, and must leave the bus first; 0: none */
        const char *awaited; /* the one before, until another is taken; NULL: none is */
        bool powered, power_on, blocked;
        const char *power_error;
        bool has_managers;
        const char *advertisement_unfit;                     /* why nothing of it fits; or NULL */
        bool advertisement_over;                             /* its own timeout has ended it */
        const char *application_error, *advertisement_error; /* NULL: none */
} StandingFacts;

/* Writes one line each; both are empty on air, and fix where nothing is to be done. */
void standing_explain(
        const StandingFacts *facts, char *why, size_t why_size, char *fix, size_t fix_size);
