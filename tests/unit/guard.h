/* Ends a loop that would wait for ever for something that is lost. */
#pragma once

#include <ev.h>
#include <stdbool.h>

#define GUARD_SECONDS 20. /* never reached unless something is lost */

typedef struct Guard {
        struct ev_timer timer;
        bool expired;
} Guard;

static inline void guard_on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Guard *guard = w->data;

        guard->expired = true;
        ev_break(loop, EVBREAK_ALL);
}

static inline void guard_start(Guard *guard, struct ev_loop *loop) {
        ev_timer_init(&guard->timer, guard_on_timer, GUARD_SECONDS, 0.);
        guard->timer.data = guard;
        ev_timer_start(loop, &guard->timer);
}

static inline void guard_stop(Guard *guard, struct ev_loop *loop) {
        ev_timer_stop(loop, &guard->timer);
}
