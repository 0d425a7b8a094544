/* The commoner of the appearances that the Bluetooth SIG has assigned (Assigned Numbers, 2.6): each
 * category, and of the sensors each kind. The names are the SIG's, in lower case with '_' between
 * the words. */
#pragma once

#include "core/assigned-numbers.h"

/* -1: there is no such name here. Case does not matter, and '-' is as '_'. */
int assigned_appearance_find(const char *name);
/* All rows, by number; NULL behind the last. */
const AssignedNumber *assigned_appearance_at(size_t i);
