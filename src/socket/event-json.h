/* The lines of events, each without its newline and owned by the caller. */
#pragma once

#include "socket/server.h"

/* verdict: for the handler that must answer. -ENOMEM. */
int event_json_write(char **ret, const ServerWrite *write, bool verdict);
int event_json_descriptor_write(char **ret, const ServerDescriptorWrite *write);
int event_json_stale(char **ret, const Characteristic *c, bool stale, uint64_t age_usec);
int event_json_connection(char **ret, const ConnectionEvent *event);
int event_json_status(char **ret, const ServerStatus *status);
/* The characteristic is no more. */
int event_json_gone(char **ret, const char *name);
