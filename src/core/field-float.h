/* One floating point number between value and bytes: f32, f64, medfloat16, medfloat32. */
#pragma once

#include "core/format.h"

/* The largest finite number of the type, as it is decoded; the least is as far below zero. */
double field_float_max(FieldType type);
/* What becomes of a number that is not beyond field_float_max(), there and back. */
double field_float_nearest(FieldType type, double number);
/* As field_encode(), of one element; out has room for the type. Numbers are rounded to the
 * nearest that the type holds. "NaN", "+INF" and "-INF", of medfloats "NRes" too, are texts. */
int field_float_encode(const Field *field, const FieldValue *value, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]);
/* The number of an f32 is the shortest decimal that is rounded to it: 21.4. */
void field_float_decode(const Field *field, const uint8_t *data, FieldValue *ret);
/* As format_check(), of one element. */
int field_float_check(const Field *field, const uint8_t *data, char why[static FORMAT_WHY_SIZE]);
