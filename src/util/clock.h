/* Time. All times in spored are microseconds and end in _usec. */
#pragma once

#include <stdint.h>

#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_SEC  UINT64_C(1000000)
#define USEC_NEVER    UINT64_MAX /* of a time: none */

/* Microseconds of CLOCK_MONOTONIC: never set back, not counted during suspend. */
uint64_t clock_now_usec(void);
