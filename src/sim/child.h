/* The program that is run against the simulated BlueZ. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Starts words (NULL-terminated) with SPORED_BLUEZ_BUS and SPORED_BLUEZ_ADAPTER in its environment;
 * has_input: it has our standard input, else none. It has a process group of its own, and gets
 * SIGTERM if we end. Returns its process, or a negative errno if it could not be started. */
pid_t child_start(char *const *words, const char *bus_address, bool has_input);
/* The exit status of a program from what waitpid() says: 128 + n if it ended by a signal. */
int child_exit_status(int status);
