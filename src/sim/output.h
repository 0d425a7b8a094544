/* Text on its way to a file that need not take it at once: a pipe that nobody reads, a terminal
 * that was stopped. Writing never waits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct Output Output;

/* fd stays the caller's; negative: nothing can be written. -ENOMEM */
int output_new(Output **ret, int fd);
/* What waits is lost. */
Output *output_free(Output *output);

/* Adds to what waits. False: no memory, and nothing was added. */
bool output_add(Output *output, const char *data, size_t size);
/* Bytes. */
size_t output_waiting(const Output *output);
/* Takes back what was added last, until this much waits, which is no more than does. */
void output_take_back(Output *output, size_t waiting);

/* Writes what the file takes now. 0, also if something still waits; or the negative errno of the
 * file, now and from then on. */
int output_write(Output *output);
/* To be waited for until output_write() can go on. Negative: it cannot. */
int output_fd(const Output *output);
/* Writes all that waits, unless stop_fd becomes readable or nothing was taken for timeout_msec. As
 * output_write(). */
int output_drain(Output *output, int stop_fd, int timeout_msec);
