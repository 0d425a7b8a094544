/* sporesense as a service: reads and sets until it is told to stop. */
#pragma once

#include "sense/producer.h"

/* stop_fd becomes readable when it is to end. Connects, waits and connects again by itself. 0, or a
 * negative errno if it cannot even wait. */
int run(Producer *producer, size_t n_sources, Connection *connection, int stop_fd);
