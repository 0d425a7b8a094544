/* LABELS_BITS: one integer made of named bits, and of parts of several bits that are numbers. */
#pragma once

#include "core/format.h"

/* What is set of one label, or a bit that has none. */
typedef struct FieldBits {
        const FieldLabel *label; /* NULL: none */
        unsigned position;       /* of the lowest bit */
        uint64_t value;          /* of a part; else 1 */
} FieldBits;

/* The bits that a label stands for. */
uint64_t field_bits_of_label(const FieldLabel *label);
/* All bits that have a name. */
uint64_t field_named_bits(const Field *field);
/* Takes what the lowest set bit belongs to out of *bits. False: none is set. */
bool field_bits_next(const Field *field, uint64_t *bits, FieldBits *ret);

/* Names joined by ',' or '|', a part as NAME=NUMBER: "FAN,LEVEL=3". As field_encode(). */
int field_bits_from_text(
        const Field *field, const char *text, uint64_t *ret, char why[static FORMAT_WHY_SIZE]);
