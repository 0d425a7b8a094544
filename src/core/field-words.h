/* The words of a field's declaration, before they are understood. */
#pragma once

#include "core/format.h"

typedef enum Attribute {
        ATTRIBUTE_SCALE,
        ATTRIBUTE_OFFSET,
        ATTRIBUTE_MIN,
        ATTRIBUTE_MAX,
        ATTRIBUTE_UNIT,
        ATTRIBUTE_DEFAULT,
        ATTRIBUTE_CLAMP,
        ATTRIBUTE_SIZE,
        ATTRIBUTE_SIZE_MAX,
        ATTRIBUTE_ENUM,
        ATTRIBUTE_NAMES,
        ATTRIBUTE_BITS,
        ATTRIBUTE_ENDIAN,
        ATTRIBUTE_COUNT,
        ATTRIBUTE_COUNT_MAX,
        ATTRIBUTE_JSON,
        _ATTRIBUTE_MAX,
} Attribute;

typedef struct FieldWords {
        FieldType type;
        char *pad_size;               /* owned; the N of "pad N", else NULL */
        char *values[_ATTRIBUTE_MAX]; /* owned; NULL: not given */
} FieldWords;

/* Cuts spec into words. -EINVAL with a sentence in why: an unknown type or attribute, one that
 * comes twice, does not fit the type or contradicts another. -ENOMEM. In any case the caller
 * calls field_words_done(). */
int field_words_read(FieldWords *words, const char *spec, char why[static FORMAT_WHY_SIZE]);
void field_words_done(FieldWords *words);

/* Read an attribute that may be missing; then *ret stays. -EINVAL with a sentence in why. */
int field_words_bool(
        const FieldWords *words, Attribute attribute, bool *ret, char why[static FORMAT_WHY_SIZE]);
/* As above; 1: it was given. */
int field_words_number(const FieldWords *words, Attribute attribute, double *ret,
        char why[static FORMAT_WHY_SIZE]);

/* "min" */
const char *attribute_name(Attribute attribute);
