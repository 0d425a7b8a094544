/* One request: from a line to its answer. */
#pragma once

#include "socket/server.h"
#include "socket/status-json.h"

/* Owned by the server, shared by all its peers. */
typedef struct RequestContext {
        const Profile *profile; /* borrowed; NULL: nothing declared */
        const ServerEvents *events;
        void *userdata;
        ServerCounts counts;
} RequestContext;

/* What one peer wants to hear of. Starts as {}: nothing. */
typedef struct RequestWatch {
        bool writes;
        bool *wanted; /* owned: by Characteristic.index */
} RequestWatch;

/* Carries the request out, at once and wholly or not at all. *ret is the answer without its
 * newline, owned by the caller; NULL for a blank line. -ENOMEM. */
int request_answer(
        RequestContext *context, RequestWatch *watch, const char *line, size_t size, char **ret);
/* The answer to a line that was too long to be read. */
int request_answer_too_long(RequestContext *context, size_t line_max, char **ret);

bool request_watch_wants(const RequestWatch *watch, const Characteristic *c);
void request_watch_clear(RequestWatch *watch);
