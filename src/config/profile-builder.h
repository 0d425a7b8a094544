/* From the sections in effect to what is served. */
#pragma once

#include "config/section.h"

/* Builds what is switched on and checks how it fits together; *ret is NULL if that is nothing.
 * What is wrong becomes a problem. -ENOMEM */
int profile_build(
        Profile **ret, const SectionList *sections, const PlainValues *plain, Problems *problems);
