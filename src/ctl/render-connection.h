/* Devices and what becomes of them as text for people. Control characters are shown as escapes. */
#pragma once

#include <jansson.h>
#include <stdio.h>

/* A line for an event of the kind connection. -ENOENT: it is none; -EPROTO: it says too little. */
int render_connection(FILE *out, const json_t *event);
/* A table, 80 columns wide but for names. -EPROTO: not the answer to devices. */
int render_devices(FILE *out, const json_t *answer);
