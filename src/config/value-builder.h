/* The layout of a characteristic's value and the value it begins with. */
#pragma once

#include "config/section.h"

/* Fills format, single_value, sizes and initial of c from its section and from its [fields], which
 * may be NULL. What is wrong becomes a problem. -ENOMEM */
int value_build(Characteristic *c, const Section *section, const Section *fields,
        const CharacteristicValues *values, Problems *problems);
/* Fills format, data, size and size_max of d, which has its flags. As value_build(). */
int value_build_descriptor(
        Descriptor *d, const Section *section, const DescriptorValues *values, Problems *problems);
