/* What the program does with its own descriptors and signals before anything else. */
#pragma once

/* With 0, 1 or 2 closed the next file would take its place. *ret_output: the standard output;
 * negative: it was closed. A negative errno. */
int process_keep_standard_fds(int *ret_output);

/* SIGTERM, SIGINT and SIGHUP are blocked, and read from *ret_fd: none is lost before the loop runs.
 * SIGPIPE is ignored. A negative errno. */
int process_open_signals(int *ret_fd);
