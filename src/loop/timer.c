#include "loop/timer.h"

#include "util/clock.h"

void timer_start_once(struct ev_loop *loop, struct ev_timer *timer, uint64_t delay_usec) {
        ev_timer_stop(loop, timer);
        /* libev counts from the time at which the loop woke up. */
        ev_now_update(loop);
        ev_timer_set(timer, (double)delay_usec / (double)USEC_PER_SEC, 0.);
        ev_timer_start(loop, timer);
}

void timer_start_at(struct ev_loop *loop, struct ev_timer *timer, uint64_t at_usec) {
        uint64_t now_usec = clock_now_usec();

        if (at_usec == USEC_NEVER)
                ev_timer_stop(loop, timer);
        else
                timer_start_once(loop, timer, at_usec > now_usec ? at_usec - now_usec : 0);
}
