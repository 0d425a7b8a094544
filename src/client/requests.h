/* The requests that were sent and not answered, oldest first. */
#pragma once

#include "spored/client.h"

#include <stdbool.h>
#include <stdint.h>

#define SPORED_UNANSWERED_MAX 65536

typedef struct SporedRequest SporedRequest;

typedef struct SporedRequests {
        SporedRequest *first, *last; /* owned */
        size_t n;
} SporedRequests;

/* free() it, or add it. NULL: no memory. */
SporedRequest *spored_request_new(int64_t id, SporedAnswered answered, void *userdata);
/* Takes request over. */
void spored_requests_add(SporedRequests *requests, SporedRequest *request);
/* Forgets the one with this id and calls back with its answer. False: there is none. */
bool spored_requests_answer(
        SporedRequests *requests, int64_t id, SporedClient *client, const SporedMessage *answer);
/* The same for the oldest. */
bool spored_requests_answer_oldest(
        SporedRequests *requests, SporedClient *client, const SporedMessage *answer);
/* The answer to this one will not be looked at. */
void spored_requests_ignore(SporedRequests *requests, int64_t id);
/* Forgets all, without a word. */
void spored_requests_done(SporedRequests *requests);
