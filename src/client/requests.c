/* The requests that were sent and not answered. */
#include "client/requests.h"

#include <stdlib.h>

struct SporedRequest {
        SporedRequest *next;
        int64_t id;
        SporedAnswered answered; /* NULL: nobody looks at it */
        void *userdata;
};

SporedRequest *spored_request_new(int64_t id, SporedAnswered answered, void *userdata) {
        SporedRequest *request = malloc(sizeof(*request));

        if (request)
                *request = (SporedRequest){.id = id, .answered = answered, .userdata = userdata};
        return request;
}

void spored_requests_add(SporedRequests *requests, SporedRequest *request) {
        if (requests->last)
                requests->last->next = request;
        else
                requests->first = request;
        requests->last = request;
        requests->n++;
}

/* The link that points to it; to NULL behind the last one if there is none. *ret_before: the one
 * before, or NULL. spored answers in order, so it is nearly always the first. */
static SporedRequest **find(SporedRequests *requests, int64_t id, SporedRequest **ret_before) {
        SporedRequest **link = &requests->first;

        *ret_before = NULL;
        while (*link && (*link)->id != id) {
                *ret_before = *link;
                link = &(*link)->next;
        }
        return link;
}

/* NULL: there is none. The caller frees it. */
static SporedRequest *take(SporedRequests *requests, int64_t id) {
        SporedRequest *before, **link = find(requests, id, &before), *request = *link;

        if (!request)
                return NULL;
        *link = request->next;
        if (requests->last == request)
                requests->last = before;
        requests->n--;
        return request;
}

bool spored_requests_answer(
        SporedRequests *requests, int64_t id, SporedClient *client, const SporedMessage *answer) {
        SporedRequest *request = take(requests, id);
        SporedAnswered answered;
        void *userdata;

        if (!request)
                return false;
        answered = request->answered;
        userdata = request->userdata;
        free(request);
        if (answered)
                answered(client, answer, userdata);
        return true;
}

bool spored_requests_answer_oldest(
        SporedRequests *requests, SporedClient *client, const SporedMessage *answer) {
        return requests->first &&
               spored_requests_answer(requests, requests->first->id, client, answer);
}

void spored_requests_ignore(SporedRequests *requests, int64_t id) {
        SporedRequest *before, *request = *find(requests, id, &before);

        if (request)
                request->answered = NULL;
}

void spored_requests_done(SporedRequests *requests) {
        while (requests->first)
                free(take(requests, requests->first->id));
}
