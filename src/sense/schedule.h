/* When something is due that is done every so often. The time comes from outside. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Schedule {
        uint64_t interval_usec; /* above 0 */
        uint64_t due_usec;
} Schedule;

/* Due at once, and then each interval from now on. */
void schedule_start(Schedule *schedule, uint64_t interval_usec, uint64_t now_usec);
/* True if it is due; then it is due again a whole number of intervals later, after now_usec. What
 * was missed is not made up for, and what began together stays together. */
bool schedule_take(Schedule *schedule, uint64_t now_usec);
