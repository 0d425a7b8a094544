/* Characteristics are too many for one file. */
#pragma once

#include "core/assigned-numbers.h"

typedef struct AssignedTable {
        const AssignedNumber *rows; /* by number */
        size_t n;
} AssignedTable;

extern const AssignedTable assigned_2a, assigned_2b;
