/* The layout of a value: fields in order, packed. Translates between bytes and
 * named field values; knows nothing of JSON or INI. */
#pragma once

#include "util/integer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_SIZE_MAX  512 /* Core Specification, Vol 3, Part F, 3.2.9 */
#define FORMAT_WHY_SIZE 200

/* Named outcomes: handled by the direct caller, never forwarded. */
enum {
        FORMAT_E_LENGTH = 1, /* the number of bytes is wrong */
        FORMAT_E_RANGE,      /* outside the type, min, max, the enum or the named bits */
        FORMAT_E_TYPE,       /* text where a number is needed, or the reverse */
};

typedef enum FieldType {
        FIELD_U8,
        FIELD_U16,
        FIELD_U24,
        FIELD_U32,
        FIELD_U48,
        FIELD_U64,
        FIELD_I8,
        FIELD_I16,
        FIELD_I24,
        FIELD_I32,
        FIELD_I48,
        FIELD_I64,
        FIELD_BOOL,       /* one byte, 0 or 1 */
        FIELD_F32,        /* IEEE 754 */
        FIELD_F64,        /* IEEE 754 */
        FIELD_MEDFLOAT16, /* IEEE 11073 SFLOAT */
        FIELD_MEDFLOAT32, /* IEEE 11073 FLOAT */
        FIELD_UTF8,       /* variable length; only as the last field */
        FIELD_BYTES,      /* variable length, or exact with size=; last if variable */
        FIELD_PAD,        /* written as zero, ignored when read */
} FieldType;

typedef enum FieldLabels {
        LABELS_NONE,
        LABELS_ENUM,  /* only the labelled numbers are legal */
        LABELS_NAMES, /* names for some numbers, which are legal beyond min and max too */
        LABELS_BITS,  /* a set of named bits; only these are legal */
} FieldLabels;

typedef struct FieldLabel {
        char *name;
        uint64_t number; /* what is on the air, as two's complement; for LABELS_BITS the lowest bit
                          */
        unsigned width;  /* LABELS_BITS: bits; a part of more than one is a number */
} FieldLabel;

typedef struct Field {
        char *name;
        FieldType type;
        size_t size_min, size_max; /* bytes on the air; equal unless the length is variable */
        bool big_endian;
        bool is_array;
        size_t count_min, count_max; /* elements of an array; else 1 */
        double scale;                /* value = (raw * scale + offset) / divisor */
        double offset;
        double divisor;
        bool scaled;              /* one of the three does something */
        double min, max;          /* of the value, inside what the type can hold */
        Integer raw_min, raw_max; /* integers and bool: of what is on the air */
        bool bounded;             /* min or max was given */
        bool clamp;               /* a set outside the range takes the nearest legal value */
        bool json;                /* utf8: the text is well-formed JSON */
        char *unit;               /* NULL: none */
        FieldLabels labels_kind;
        FieldLabel *labels;
        size_t n_labels;
        uint8_t *initial; /* the default, encoded */
        size_t initial_size;
} Field;

typedef struct Format {
        Field *fields; /* owned */
        size_t n_fields;
} Format;

typedef enum FieldValueKind {
        FIELD_VALUE_NUMBER,
        FIELD_VALUE_INTEGER, /* decode: of integers without scale; number is the nearest double */
        FIELD_VALUE_BOOL,    /* number is 0 or 1 */
        FIELD_VALUE_LABEL,   /* decode only: text is the label's name, or "NaN", "NRes", "+INF" or
                              * "-INF" of a float; integer and number are what it stands for */
        FIELD_VALUE_BITS,    /* decode only: integer is the set of bits; names: field->labels */
        FIELD_VALUE_TEXT,    /* encode: the text form of any type; decode: utf8 only */
        FIELD_VALUE_BYTES,   /* decode only */
        FIELD_VALUE_ARRAY,   /* encode: elements; decode: see field_decode_element() */
} FieldValueKind;

typedef struct FieldValue FieldValue;
struct FieldValue {
        FieldValueKind kind;
        double number;
        Integer integer;
        const char *text;           /* encode: NUL-terminated, borrowed. decode: borrowed, for
                                     * FIELD_VALUE_TEXT not NUL-terminated: see size */
        const uint8_t *data;        /* FIELD_VALUE_BYTES, decoded FIELD_VALUE_ARRAY: borrowed */
        const FieldValue *elements; /* FIELD_VALUE_ARRAY to encode: borrowed */
        size_t size;                /* of text or data in bytes; elements of an array */
};

Format *format_free(Format *format);

/* The fixed part plus the least or most of the last field. A value outside is FORMAT_E_LENGTH. */
size_t format_size_min(const Format *format);
size_t format_size_max(const Format *format);

/* NULL if there is none of that name; pad fields cannot be found. Sets *ret_offset, in bytes. */
const Field *format_find(const Format *format, const char *name, size_t *ret_offset);

/* Writes the default of every field; data has room for format_size_max(). */
void format_initial(const Format *format, uint8_t *data, size_t *ret_size);

/* Encodes value at out, which has room for field->size_max. A FIELD_VALUE_TEXT is parsed as the
 * type's text form: a number, yes or no, a label, bit names joined by ',' or '|' (none: ""), the
 * elements of an array joined by ',' (none: ""), UTF-8, hex for bytes. 0 or FORMAT_E_*, with a
 * sentence in why that names field, value and bounds. */
int field_encode(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]);
/* Decodes one field; size is what is left of the value for a variable last field. The caller has
 * checked the length. */
void field_decode(const Field *field, const uint8_t *data, size_t size, FieldValue *ret);
/* One element of the data that field_decode() gave for an array; index is below its size. */
void field_decode_element(const Field *field, const uint8_t *data, size_t index, FieldValue *ret);

/* True if bytes that may break the bounds can be decoded: the length is right, arrays have whole
 * elements and texts are UTF-8. */
bool format_can_decode(const Format *format, const uint8_t *data, size_t size);

/* Checks bytes that came from outside: length first, then each field. As field_encode(). */
int format_check(
        const Format *format, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]);
