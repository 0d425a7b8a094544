/* spored's answers as text for people. What others named or a central wrote cannot move the cursor
 * or start a new line: control characters are shown as escapes. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* "field value unit" lines, or the bare value if there is one only or field names one.
 * -ENOENT: there is no such field. -EPROTO: not the answer to get. */
int render_get(FILE *out, const json_t *answer, const char *field);
/* Why render_get() gave -ENOENT, with the fields that there are; the caller frees it. NULL: no
 * memory. */
char *render_unknown_field(const json_t *answer, const char *field);
/* "NAME from AA:BB:CC:DD:EE:FF: field=value field=value". -EPROTO: not a write event. */
int render_event(FILE *out, const json_t *event);
/* One line on the whole, then a table of the characteristics. -EPROTO: not the answer to
 * status. */
int render_status(FILE *out, const json_t *answer);
