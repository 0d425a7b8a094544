/* The end of the daemon: within shutdown_timeout of the signal, whatever does not answer. */
#pragma once

#include "daemon/owner.h"

/* SIGTERM and SIGINT end it. A second one does not wait for anything. */
void shutdown_init(Daemon *d);
/* Leaves the loop if all that it waits for is done. Nothing before the signal. */
void shutdown_end_if_done(Daemon *d);
