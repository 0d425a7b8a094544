/* All sources together: reads those that are due and has spored set what they say. */
#pragma once

#include "config/config.h"
#include "spored/client.h"
#include "util/cleanup.h"
#include "util/clock.h"

typedef struct Producer Producer;

/* sources are borrowed. Everything is due at once, as after producer_restart(). -ENOMEM */
int producer_new(Producer **ret, const ValueSource *sources, size_t n);
/* The client that values were sent with is freed before: it calls back. */
Producer *producer_free(Producer *producer);
DEFINE_CLEANUP(Producer *, producer_free);

/* Sources with events listen for them from the next reading on. Or a negative errno. */
int producer_listen(Producer *producer);
/* For poll(); -1: no source has events. Readable: producer_wake(). */
int producer_fd(const Producer *producer);
/* What the kernel has told of is due now. */
void producer_wake(Producer *producer);

/* Everything is due now: spored may have forgotten all values. But what was read within a minute,
 * of which no spored has answered anything since, waits to be set already. */
void producer_restart(Producer *producer, uint64_t now_usec);
/* Reads what is due. A source that cannot be read is told of when that begins and when it ends. */
void producer_read(Producer *producer, uint64_t now_usec);
/* Asks for what has been read and not been set, what belongs to one characteristic at once, and
 * without waiting for answers. But each characteristic has one request under way: what is read
 * until its answer waits, and the newest goes next. A value that is refused is told of like one
 * that cannot be read. */
void producer_send(Producer *producer, SporedClient *client, uint64_t now_usec);
/* When something is due next, on the clock of now_usec. */
uint64_t producer_next_usec(const Producer *producer);

/* When spored should have answered the oldest request, as it serves them in order and may let each
 * wait for its put_timeout; USEC_NEVER: there is none. */
uint64_t producer_answer_usec(const Producer *producer);
/* True if nothing is left to be set, and everything is answered. */
bool producer_is_settled(const Producer *producer);
/* Answers since the start; being turned away is none. */
uint64_t producer_answers(const Producer *producer);

#define PRODUCER_SUMMARY_SIZE 200
/* "3 sources, 1 of them not set; failed readings: 12": counts are since the start. */
void producer_summarize(const Producer *producer, char out[static PRODUCER_SUMMARY_SIZE]);
/* Sources that could not be read, or whose last value was refused. */
size_t producer_troubles(const Producer *producer);
/* Values that newer ones have overtaken before they were set, since the start. */
uint64_t producer_missed(const Producer *producer);
/* One line to the log for each source that something has gone wrong with since the start. */
void producer_report(const Producer *producer);

/* Reads everything and prints "NAME = value unit" for each source, as a central would see it. */
void producer_print(Producer *producer, FILE *out);
