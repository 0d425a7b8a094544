/* The value of a Characteristic Presentation Format descriptor, 0x2904. */
#pragma once

#include "core/format.h"

#define PRESENTATION_FORMAT_SIZE 7

/* Says in the SIG's numbers what one field is (Core Specification, Vol 3, Part G, 3.3.3.5): its
 * type, the power of ten of its scale, its unit; namespace 1 (the SIG), description 0. A field
 * without unit is unitless. -ENOTSUP with a sentence in why, which begins with a small letter and
 * does not name the field: the type, scale or unit cannot be said in it. */
int presentation_format(const Field *field, uint8_t out[static PRESENTATION_FORMAT_SIZE],
        char why[static FORMAT_WHY_SIZE]);
