/* The answer to "status". */
#pragma once

#include "socket/session.h"

#include <jansson.h>

#define STATUS_PROTOCOL 1

/* A new reference, or NULL: no memory. */
json_t *status_json(const SessionContext *context);
