#include "sense/schedule.h"

void schedule_start(Schedule *schedule, uint64_t interval_usec, uint64_t now_usec) {
        *schedule = (Schedule){.interval_usec = interval_usec, .due_usec = now_usec};
}

bool schedule_take(Schedule *schedule, uint64_t now_usec) {
        uint64_t late_usec = now_usec - schedule->due_usec;

        if (now_usec < schedule->due_usec)
                return false;
        schedule->due_usec += (late_usec / schedule->interval_usec + 1) * schedule->interval_usec;
        return true;
}
