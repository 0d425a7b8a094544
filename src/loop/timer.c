#include "loop/timer.h"

#include "util/clock.h"

void timer_start_once(struct ev_loop *loop, struct ev_timer *timer, uint64_t delay_usec) {
        ev_timer_stop(loop, timer);
        /* libev counts from the time at which the loop woke up. */
        ev_now_update(loop);
        ev_timer_set(timer, (double)delay_usec / (double)USEC_PER_SEC, 0.);
        ev_timer_start(loop, timer);
}
