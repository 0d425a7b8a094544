/* Pauses between attempts: each twice as long as the one before, between two bounds. */
#pragma once

#include <stdint.h>

typedef struct Backoff {
        uint64_t min_usec, max_usec; /* min_usec is above 0 and not above max_usec */
        uint64_t next_usec;
} Backoff;

void backoff_init(Backoff *backoff, uint64_t min_usec, uint64_t max_usec);
/* The pause before the next attempt. */
uint64_t backoff_next_usec(Backoff *backoff);
/* An attempt succeeded. */
void backoff_reset(Backoff *backoff);

/* Other bounds from now on. */
void backoff_set_bounds(Backoff *backoff, uint64_t min_usec, uint64_t max_usec);
