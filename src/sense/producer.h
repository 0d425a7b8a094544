/* All sources together: reads those that are due and sets what they say. */
#pragma once

#include "config/config.h"
#include "sense/connection.h"

typedef struct Producer Producer;

/* sources are borrowed. Everything is due at once, as after producer_restart(). -ENOMEM */
int producer_new(Producer **ret, const ValueSource *sources, size_t n);
Producer *producer_free(Producer *producer);
DEFINE_CLEANUP(Producer *, producer_free);

/* Everything is due now: spored may have forgotten all values. */
void producer_restart(Producer *producer, uint64_t now_usec);
/* Reads what is due. A source that cannot be read is told of when that begins and when it ends. */
void producer_read(Producer *producer, uint64_t now_usec);
/* Sets what has been read and not been set; what belongs to one characteristic at once. A value
 * that is refused is told of like one that cannot be read. 0, or the negative errno of the
 * connection with a sentence in why: what is left is forgotten. */
int producer_send(Producer *producer, Connection *connection, char why[static CONNECTION_WHY_SIZE]);
/* When something is due next, on the clock of now_usec. */
uint64_t producer_next_usec(const Producer *producer);
/* Sources that could not be read, or whose last value was refused. */
size_t producer_troubles(const Producer *producer);

/* Reads everything and prints "NAME = value unit" for each source, as a central would see it. */
void producer_print(Producer *producer, FILE *out);
