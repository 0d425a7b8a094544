/* Whole lines to the standard output. */
#pragma once

#include <stddef.h>

/* Writes all of data, by one write() if the file takes it: a pipe's reader never sees half of a
 * short line. Waits for it. 0 or a negative errno. */
int output_write(int fd, const char *data, size_t size);
