/* The types that a field can have. */
#pragma once

#include "core/format.h"

typedef enum FieldClass {
        CLASS_UNSIGNED,
        CLASS_SIGNED,
        CLASS_BOOL,
        CLASS_FLOAT,    /* binary, IEEE 754 */
        CLASS_MEDFLOAT, /* decimal, IEEE 11073 */
        CLASS_UTF8,
        CLASS_BYTES,
        CLASS_PAD,
} FieldClass;

#define FIELD_TYPE_LIST_SIZE 120

FieldClass field_type_class(FieldType type);
/* Bytes on the air of one element; 0 for types that have no size of their own. */
size_t field_type_size(FieldType type);
const char *field_type_name(FieldType type);
/* False if text is the name of no type. */
bool field_type_from_name(FieldType *ret, const char *text);
/* "u8 u16 ... or pad N" */
void field_type_list(char out[static FIELD_TYPE_LIST_SIZE]);
/* An integer of either kind or a bool: has an Integer on the air. */
bool field_type_is_integer(FieldType type);
/* The first and last number such a type holds. */
Integer field_type_min(FieldType type);
Integer field_type_max(FieldType type);
/* The SIG's number of it (Assigned Numbers, Format Types). 0: there is none. */
uint8_t field_type_presentation(FieldType type);
