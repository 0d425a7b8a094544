/* Timers in microseconds. */
#pragma once

#include "util/clock.h"

#include <ev.h>
#include <stdint.h>

/* Starts timer anew, once, delay_usec from this moment; 0: when the loop turns. */
void timer_start_once(struct ev_loop *loop, struct ev_timer *timer, uint64_t delay_usec);

/* Likewise, at a time of clock_now_usec(), or when the loop turns if that is over; USEC_NEVER:
 * stops it. */
void timer_start_at(struct ev_loop *loop, struct ev_timer *timer, uint64_t at_usec);
