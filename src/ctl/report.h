/* What goes wrong, as lines on stderr. */
#pragma once

#include "spored/client.h"

/* "sporectl: name: detail". name may be NULL. Returns the exit status. */
int report_refused(const char *name, const char *detail);
/* Why spored refused: its sentence, or at least its word. */
const char *report_reason(const SporedMessage *error);
/* An answer that makes no sense, with its beginning. Returns the exit status. */
int report_protocol_error(const char *line);

#define EXIT_REFUSED 1
