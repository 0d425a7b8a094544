/* The operations, and what they have in common. */
#pragma once

#include "socket/reply.h"
#include "socket/session.h"

/* Beside the ReplyErrors: the request must wait, and is carried out anew later. */
enum { REQUEST_WAITS = _REPLY_ERROR_MAX };

typedef struct Request {
        SessionContext *context;
        Session *session;
        json_t *members; /* owned: the object that came */
        json_t *id;      /* borrowed from it; NULL: none */
        json_t *answer;  /* owned: filled in by the operation */
        char detail[REPLY_DETAIL_SIZE];
} Request;

/* Each gives 0 and fills in answer; or REPLY_E_* with its sentence in detail, and in answer what is
 * to be told beside it; -ENOMEM, or REQUEST_WAITS. */
int operation_set(Request *request);
int operation_get(Request *request);
int operation_watch(Request *request);
int operation_handle(Request *request);
int operation_unhandle(Request *request);
int operation_verdict(Request *request);
int operation_will(Request *request);
int operation_status(Request *request);
int operation_metrics(Request *request);
int operation_devices(Request *request);
int operation_advertise(Request *request);
int operation_activate(Request *request);
int operation_deactivate(Request *request);
int operation_reload(Request *request);

/* {"ok":true} as the answer. 0 or -ENOMEM. */
int request_ok(Request *request);
/* The characteristic that the member of this name, or the text, names. */
int request_find_characteristic(
        Request *request, const json_t *members, const Characteristic **ret);
int request_find_name(Request *request, const char *name, const Characteristic **ret);
