/* What the format, its codec and its parser know about one field. */
#pragma once

#include "core/field-type.h"
#include "core/format.h"

#include <stdbool.h>

/* A list of labels for a sentence; cut with dots. */
#define FIELD_LABEL_LIST_SIZE 100
#define FIELD_BOUND_SIZE      32

/* Beyond this a scaled integer could not be told from its neighbour in a double. */
#define FIELD_SCALED_MAX 0x1p48

/* True if a number can be set: not an array, text, bytes or padding. */
bool field_takes_number(const Field *field);
/* What a raw number stands for, and the reverse, not rounded. */
double field_value_of_raw(const Field *field, Integer raw);
double field_raw_of_value(const Field *field, double value);

/* The bytes of one element in its order. */
void field_put_bits(const Field *field, uint8_t *out, uint64_t bits);
uint64_t field_get_bits(const Field *field, const uint8_t *data);

/* NULL if there is none. */
const FieldLabel *field_label_of_number(const Field *field, uint64_t number);
const FieldLabel *field_label_of_name(const Field *field, const char *name);
/* "OFF, ON, CYCLE" */
void field_list_labels(const Field *field, char out[static FIELD_LABEL_LIST_SIZE]);

/* Writes a sentence; what came from outside is made printable. */
void field_why(char why[static FORMAT_WHY_SIZE], const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* The bound that value misses, for a sentence: "0", "3276.7". */
const char *field_show_bound(const Field *field, bool is_max, char out[static FIELD_BOUND_SIZE]);
/* "; write a decimal point" behind a number with a comma, else "". */
const char *field_number_hint(const char *text);
/* "name: 3 bytes, needs 4 to 8"; name NULL: the sentence is about the whole value. */
void field_why_length(
        char why[static FORMAT_WHY_SIZE], const char *name, size_t size, size_t min, size_t max);

/* Frees what the field owns, not the field. */
void field_done(Field *field);
