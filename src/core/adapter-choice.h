/* Which adapter is served on. A name means whatever has it, an address the one of it wherever it
 * is, "auto" the lowest index that can serve, and later the one that was served on before: after a
 * crash of bluetoothd the others may be there first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ADAPTER_CHOICE_TEXT_MAX 18 /* an address with its end */
#define ADAPTER_CHOICE_NONE     ((size_t)-1)

typedef struct AdapterCandidate {
        const char *name;    /* "hci0" */
        const char *address; /* NULL: not said */
        int index;           /* of its name; those without one have the highest */
        bool serves;         /* it can be a peripheral */
} AdapterCandidate;

/* Embedded in its owner; only adapter_choice_* write it. */
typedef struct AdapterChoice {
        char name[ADAPTER_CHOICE_TEXT_MAX],
                address[ADAPTER_CHOICE_TEXT_MAX]; /* the last; or empty */
} AdapterChoice;

/* The one to serve on now, or ADAPTER_CHOICE_NONE. select: "auto", a name or an address in any
 * case. chosen: the one that is served on, which stays while it serves, or ADAPTER_CHOICE_NONE.
 * ret_waits: there are others, but the last one is waited for; patient: it may be. */
size_t adapter_choice_make(const AdapterChoice *choice, const char *select,
        const AdapterCandidate *candidates, size_t n, size_t chosen, bool patient, bool *ret_waits);
/* It is the last from now on. Returns whether it has another address than the last one, of the same
 * name. */
bool adapter_choice_note(AdapterChoice *choice, const AdapterCandidate *candidate);
