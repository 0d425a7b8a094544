/* Requests: from a line to its answers. */
#pragma once

#include "socket/session.h"

/* Carries out the request of a line, or the next one if the line is an array of requests: at once
 * and wholly or not at all. *ret is the answer without its newline, owned by the caller; NULL for a
 * blank line, and if the request must wait. -ENOMEM: then there is a next line, too. */
int request_answer(SessionContext *context, Session *session, const char *line, size_t size,
        char **ret, PeerNext *ret_next);
/* The answer to a line that was too long to be read. */
int request_answer_too_long(SessionContext *context, size_t line_max, char **ret);
