/* What goes wrong, as lines on stderr. */
#pragma once

#include "ctl/arguments.h"

/* "sporectl: name: detail". name may be NULL. Returns the exit status. */
int report_refused(const char *name, const char *detail);
/* An answer that makes no sense, with its beginning. Returns the exit status. */
int report_protocol_error(const char *line);

#define EXIT_REFUSED 1
