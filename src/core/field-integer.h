/* One integer or bool between value and bytes. */
#pragma once

#include "core/format.h"

/* As field_encode(), of one element; out has room for the type. */
int field_integer_encode(const Field *field, const FieldValue *value, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]);
void field_integer_decode(const Field *field, const uint8_t *data, FieldValue *ret);
/* As format_check(), of one element. */
int field_integer_check(const Field *field, const uint8_t *data, char why[static FORMAT_WHY_SIZE]);
