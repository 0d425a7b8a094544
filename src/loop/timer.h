/* Timers in microseconds. */
#pragma once

#include <ev.h>
#include <stdint.h>

/* Starts timer anew, once, delay_usec from this moment; 0: when the loop turns. */
void timer_start_once(struct ev_loop *loop, struct ev_timer *timer, uint64_t delay_usec);
