/* The declaration of a number, a bool, or an array of them. */
#pragma once

#include "core/field-words.h"

/* Fills field, whose type is set, from its words: count, byte order, scale, bounds, labels, unit.
 * -EINVAL with a sentence in why. -ENOMEM. */
int field_number_read(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]);
