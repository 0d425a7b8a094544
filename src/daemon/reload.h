/* Another configuration while this one is served: loaded and checked whole first, then taken over
 * in place as far as that goes, and registered anew as far as it must. */
#pragma once

#include "daemon/owner.h"

/* From then on SIGHUP has it loaded anew. */
void reload_init(Daemon *d);
/* Loads it anew, from where it came from. The loop does not turn meanwhile. As ServerEvents.reload;
 * everything is logged. */
int reload_now(Daemon *d, ServerReload *ret);
void reload_done(Daemon *d);
