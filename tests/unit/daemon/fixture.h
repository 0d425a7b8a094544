/* A profile made by hand, its values, and a clock that is set by hand. */
#pragma once

#include "daemon/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define START_USEC    UINT64_C(1000000)
#define FIXTURE_ROOM  8 /* bytes of each value */
#define FIXTURE_DEPTH 2

typedef struct Fixture {
        Profile *profile;
        Values *values;
        Characteristic *level, *alarm; /* notify, two values may wait */
        Characteristic *plain;         /* is only read; starts as 01 */
} Fixture;

/* For cmocka. The values are made by fixture_start(), so that a test can change the profile. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
void fixture_start(Fixture *f);

/* One byte, at a time. */
int fixture_set(Fixture *f, const Characteristic *c, uint8_t byte, uint64_t now_usec);
void assert_value(Fixture *f, const Characteristic *c, const char *hex);
