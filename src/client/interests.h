/* What the client has asked to be told: one watch, and the characteristics that it handles. It is
 * asked for again after each reconnection, so the requests are kept. */
#pragma once

#include "spored/client.h"

#include <jansson.h>

typedef struct SporedInterest SporedInterest;

struct SporedInterest {
        SporedInterest *next;
        json_t *request;      /* owned; NULL: not asked for, or no longer */
        char *characteristic; /* owned; NULL: the watch */
        SporedEvent called;
        void *userdata;
        bool busy; /* refused so: another handles it */
};

typedef struct SporedInterests {
        SporedInterest watch;
        SporedInterest *handles; /* owned */
} SporedInterests;

void spored_interests_done(SporedInterests *interests);
/* The one for this characteristic, made if need be; it stays until the client's end, because an
 * answer may be under way to it. NULL: no memory. */
SporedInterest *spored_interests_handle(SporedInterests *interests, const char *characteristic);
/* NULL: there is none. */
SporedInterest *spored_interests_find(const SporedInterests *interests, const char *characteristic);
/* Calls back for an event. */
void spored_interests_event(
        SporedInterests *interests, SporedClient *client, const SporedMessage *event);
