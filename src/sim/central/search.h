/* A central that listens for an advertisement. */
#pragma once

#include "sim/bluetoothd/bluez.h"

typedef struct Search Search;

typedef struct SearchWanted {
        const char *name;      /* NULL: any. Copied */
        const Uuid *service;   /* likewise */
        uint64_t timeout_usec; /* 0: none */
} SearchWanted;

/* r is 0, and heard what was found (borrowed): returns true if that was the one, false to go on.
 * r is -ETIMEDOUT or -ECANCELED: the search has ended. Must not start the next one itself. */
typedef bool (*SearchFound)(int r, const Heard *heard, void *userdata);

int search_new(Search **ret, struct ev_loop *loop, const Bluez *bluez);
/* Ends one that is running, with -ECANCELED. */
Search *search_free(Search *search);

/* Looks at once, from the loop. -EBUSY: it is running. */
int search_start(Search *search, const SearchWanted *wanted, SearchFound found, void *userdata);
/* What is on the air has changed. */
void search_heard(Search *search);
