/* The one owner: values, socket, peripheral, signals, shutdown. */
#pragma once

#include "config/config.h"

/* Runs until SIGTERM or SIGINT. socket_path is where it listens. config is borrowed. Returns 0,
 * or a negative errno, logged, if it could not start. */
int daemon_run(const Config *config, const char *socket_path);
