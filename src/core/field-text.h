/* utf8 and bytes. */
#pragma once

#include "core/format.h"

/* As field_encode(). */
int field_text_encode(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]);
/* As format_check(). */
int field_text_check(
        const Field *field, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]);
