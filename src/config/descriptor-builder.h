/* Descriptors: those that have a section, and those that a characteristic's keys make. */
#pragma once

#include "config/builder.h"

/* Adds the descriptor of this section to its characteristic, unless that is switched off. What is
 * wrong becomes a problem. -ENOMEM */
int descriptor_build(ProfileBuilder *b, const Section *section);
/* Adds what `description` and `presentation` of the characteristic ask for, which is built but for
 * these. As descriptor_build(). */
int descriptor_build_own(ProfileBuilder *b, Characteristic *c, const Section *section,
        const CharacteristicValues *values);
