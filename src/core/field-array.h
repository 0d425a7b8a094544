/* Arrays: several elements of one type behind one another. */
#pragma once

#include "core/format.h"

/* Encode or check one element, as field_encode() and format_check(). */
typedef int (*FieldElementEncode)(const Field *field, const FieldValue *value, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]);
typedef int (*FieldElementCheck)(
        const Field *field, const uint8_t *data, char why[static FORMAT_WHY_SIZE]);

/* As field_encode(): takes FIELD_VALUE_ARRAY and FIELD_VALUE_TEXT. FORMAT_E_LENGTH: a wrong number
 * of elements. */
int field_array_encode(const Field *field, FieldElementEncode encode, const FieldValue *value,
        uint8_t *out, size_t *ret_size, char why[static FORMAT_WHY_SIZE]);
/* As format_check(). */
int field_array_check(const Field *field, FieldElementCheck check, const uint8_t *data, size_t size,
        char why[static FORMAT_WHY_SIZE]);
