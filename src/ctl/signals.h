/* Signals as something to wait for. */
#pragma once

#include <stdbool.h>

/* SIGTERM, SIGINT, SIGHUP and SIGCHLD are blocked and read from the descriptor that is returned,
 * the caller's; SIGPIPE is ignored, and what was, as by nohup, stays so. Or a negative errno. */
int signals_open(void);
/* Does not wait. True: one of those that end a program has come. */
bool signals_take(int fd);
