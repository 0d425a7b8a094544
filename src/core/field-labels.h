/* The lists of enum=, names= and bits=. */
#pragma once

#include "core/format.h"

/* Reads "A,B:5,C", of bits also "D:6-7", into field->labels; field->type and labels_kind are set.
 * Numbers run from 0 or from the label before. -EINVAL with a sentence in why: a name that is
 * empty, begins like a number or comes twice, a number that the type does not hold or that comes
 * twice. -ENOMEM. */
int field_labels_parse(Field *field, const char *text, char why[static FORMAT_WHY_SIZE]);
