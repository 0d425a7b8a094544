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
/* A line: "NAME from AA:BB:CC:DD:EE:FF: field=value field=value"; what has become stale; being on
 * air; who has connected, subscribed or left. -EPROTO: no event that is known. */
int render_event(FILE *out, const json_t *event);
/* "NAME is stale: not set for 95s", of a stale event or the answer to get. -EPROTO: it is none. */
int render_stale(FILE *out, const char *name, const json_t *object);
/* The text as it is. -EPROTO: not the answer to metrics. */
int render_metrics(FILE *out, const json_t *answer);
