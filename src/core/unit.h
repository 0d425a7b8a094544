/* The units that the Bluetooth SIG has numbered (Assigned Numbers, Units). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define UNIT_UNITLESS 0x2700

typedef struct Unit {
        uint16_t number; /* 0x27xx, a UUID of 16 bits */
        int exponent;    /* one of what was named is 10^exponent of the SIG's: -3 for "mV" */
} Unit;

/* Finds a unit by symbol ("kPa", case matters) or by word ("kilopascals", case does not).
 * False: the SIG has none of this name. */
bool unit_find(Unit *ret, const char *name);
