/* What the files of libspored share. */
#pragma once

#include "client/connection.h"
#include "client/interests.h"
#include "client/message.h"
#include "client/requests.h"
#include "spored/client.h"

#define SPORED_BUSY_RETRY_MS 5000

struct SporedClient {
        SporedConnection *connection; /* owned */
        char *path;                   /* owned; NULL: the usual places */
        unsigned flags;
        SporedRequests requests;
        SporedInterests interests;
        SporedStateChanged changed; /* NULL: none */
        void *changed_userdata;
        SporedMessage *kept;    /* owned: what the last call has got; NULL: nothing */
        SporedMessage *refusal; /* owned; NULL: none */
        int64_t last_id;
        unsigned pause_ms; /* before the next attempt to connect */
        int error;         /* 0: connected */
        bool processing;
        bool keeps; /* the message that is called back goes to `kept` */
};

/* As spored_client_request(); an id is put into the object, which stays the caller's. */
int spored_client_send(
        SporedClient *client, json_t *request, SporedAnswered answered, void *userdata);
/* Connected again: asks for what is watched and handled. A negative errno. */
int spored_client_ask_again(SporedClient *client);
/* Asks again for what another handled. */
void spored_client_ask_busy(SporedClient *client);
