/* The end of the daemon: within shutdown_timeout of the signal, whatever does not answer. */
#pragma once

#include "daemon/owner.h"

/* SIGTERM and SIGINT end it. A second one does not wait for anything. Before anybody else takes
 * SIGHUP. */
void shutdown_init(Daemon *d);
/* At SIGHUP: false if it means a reload; if it came because the terminal from which spored was
 * started is gone, true, and spored ends. */
bool shutdown_at_hangup(Daemon *d);
/* Leaves the loop if all that it waits for is done. Nothing before the signal. */
void shutdown_end_if_done(Daemon *d);
