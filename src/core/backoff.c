#include "core/backoff.h"

void backoff_init(Backoff *backoff, uint64_t min_usec, uint64_t max_usec) {
        *backoff = (Backoff){.min_usec = min_usec, .max_usec = max_usec, .next_usec = min_usec};
}

uint64_t backoff_next_usec(Backoff *backoff) {
        uint64_t pause_usec = backoff->next_usec;

        backoff->next_usec =
                pause_usec < backoff->max_usec / 2 ? pause_usec * 2 : backoff->max_usec;
        return pause_usec;
}

void backoff_reset(Backoff *backoff) {
        backoff->next_usec = backoff->min_usec;
}

void backoff_set_bounds(Backoff *backoff, uint64_t min_usec, uint64_t max_usec) {
        backoff->min_usec = min_usec;
        backoff->max_usec = max_usec;
        if (backoff->next_usec < min_usec)
                backoff->next_usec = min_usec;
        if (backoff->next_usec > max_usec)
                backoff->next_usec = max_usec;
}
