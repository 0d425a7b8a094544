/* The line that declares a field: "i16 scale=0.1 min=-10 max=50 unit=celsius default=20". */
#pragma once

#include "core/format.h"

/* Appends a field to *format, which is made if it is NULL. spec is a type (field_type_list()) and
 * attributes; spored.conf(5), FIELDS, says what each means and which types it is for. -EINVAL with
 * a sentence in why: unknown type or attribute, an attribute that does not fit the type or another
 * one, a bound or default that the type does not hold, a name twice, a field behind a variable
 * one, a total above VALUE_SIZE_MAX. -ENOMEM. */
int format_add_field(
        Format **format, const char *name, const char *spec, char why[static FORMAT_WHY_SIZE]);
