/* What local programs ask of the daemon, over the socket. */
#pragma once

#include "daemon/owner.h"

extern const ServerEvents programs_events;

int programs_metrics(char **ret, void *userdata);
