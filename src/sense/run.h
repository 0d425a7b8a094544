/* The producer and spored: as a service, and once. */
#pragma once

#include "sense/producer.h"

/* Reads and sets until stop_fd becomes readable; connects, waits and connects again by itself.
 * path NULL: where sporectl looks too. 0, or a negative errno if it cannot even wait. */
int run(Producer *producer, const char *path, int stop_fd);
/* Reads and sets everything once. True if everything could be; else it is told why. */
bool run_once(Producer *producer, const char *path);
