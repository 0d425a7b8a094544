/* The monotonic clock in microseconds. */
#include "util/clock.h"

#include <time.h>

uint64_t clock_now_usec(void) {
        struct timespec now;

        /* Cannot fail: the clock exists and the address is ours. */
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}
