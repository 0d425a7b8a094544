/* What the format, its codec and its parser know about one field. */
#pragma once

#include "core/format.h"

#include <stdbool.h>

/* A list of labels for a sentence; cut with dots. */
#define FIELD_LABEL_LIST_SIZE 100

/* Bytes on the air; 0 for types that are no integer. */
size_t field_type_size(FieldType type);
/* The first and last number an integer type holds. */
int64_t field_type_min(FieldType type);
int64_t field_type_max(FieldType type);
const char *field_type_name(FieldType type);
/* False if text is the name of no type. */
bool field_type_from_name(FieldType *ret, const char *text);

/* For an integer type: the first and last raw number whose value lies from min to max. */
void field_raw_bounds(const Field *field, int64_t *ret_low, int64_t *ret_high);
/* What a raw number stands for. */
double field_value_of_raw(const Field *field, int64_t raw);
/* The raw number of an integer field in data. */
int64_t field_raw(const Field *field, const uint8_t *data);

/* NULL if there is none. */
const FieldLabel *field_label_of_number(const Field *field, uint32_t number);
const FieldLabel *field_label_of_name(const Field *field, const char *name);
/* For LABELS_BITS: all bits that have a name. */
uint32_t field_named_bits(const Field *field);
/* "OFF, ON, CYCLE" */
void field_list_labels(const Field *field, char out[static FIELD_LABEL_LIST_SIZE]);

/* Writes a sentence; what came from outside is made printable. */
void field_why(char why[static FORMAT_WHY_SIZE], const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* "; write a decimal point" behind a number with a comma, else "". */
const char *field_number_hint(const char *text);
/* "name: 3 bytes, needs 4 to 8"; name NULL: the sentence is about the whole value. */
void field_why_length(
        char why[static FORMAT_WHY_SIZE], const char *name, size_t size, size_t min, size_t max);

/* Frees what the field owns, not the field. */
void field_done(Field *field);
