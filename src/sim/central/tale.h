/* How attributes and their values are told: by a profile's names and units, as far as it goes. */
#pragma once

#include "sim/central/remote-table.h"

/* Adds `characteristic=NAME`, or `uuid=…`, or `handle=…` if the central does not know it; of a
 * descriptor `descriptor=NAME` or its UUID too. profile may be NULL. */
void tale_add_target(const Profile *profile, const Target *target);
/* Adds `value=…` if the profile can read it, and `hex=…`. */
void tale_add_value(const Profile *profile, const Target *target, const uint8_t *data, size_t size);
