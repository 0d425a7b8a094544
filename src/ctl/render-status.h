/* The answer to status as text for people, 80 columns wide. Control characters are shown as
 * escapes. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* One line: on air as what, or why not and what mends it. -EPROTO: it says neither. */
int render_on_air(FILE *out, const json_t *object);
/* That line, one on the socket, then a table of the characteristics; what is out of the ordinary
 * stands below each. -EPROTO: not the answer to status. */
int render_status(FILE *out, const json_t *answer);
