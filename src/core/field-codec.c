/* Fields to bytes and back, and the check of bytes that came from outside. */
#include "core/field-array.h"
#include "core/field-float.h"
#include "core/field-integer.h"
#include "core/field-text.h"
#include "core/field.h"
#include "util/bytes.h"

static bool is_text(const Field *field) {
        return field->type == FIELD_UTF8 || field->type == FIELD_BYTES;
}

int field_encode(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        FieldElementEncode encode =
                field_type_is_integer(field->type) ? field_integer_encode : field_float_encode;
        int r;

        if (is_text(field))
                return field_text_encode(field, value, out, ret_size, why);
        if (field->type == FIELD_PAD) {
                field_why(why, "%s: padding takes no value", field->name);
                return FORMAT_E_TYPE;
        }
        if (field->is_array)
                return field_array_encode(field, encode, value, out, ret_size, why);
        r = encode(field, value, out, why);
        if (r == 0)
                *ret_size = field->size_max;
        return r;
}

void field_decode_element(const Field *field, const uint8_t *data, size_t index, FieldValue *ret) {
        data += index * field_type_size(field->type);
        if (field_type_is_integer(field->type))
                field_integer_decode(field, data, ret);
        else
                field_float_decode(field, data, ret);
}

void field_decode(const Field *field, const uint8_t *data, size_t size, FieldValue *ret) {
        size_t element_size = field_type_size(field->type);

        if (field->size_min == field->size_max)
                size = field->size_max;
        if (field->is_array)
                *ret = (FieldValue){
                        .kind = FIELD_VALUE_ARRAY, .data = data, .size = size / element_size};
        else if (element_size > 0)
                field_decode_element(field, data, 0, ret);
        else if (field->type == FIELD_UTF8)
                *ret = (FieldValue){
                        .kind = FIELD_VALUE_TEXT, .text = (const char *)data, .size = size};
        else
                *ret = (FieldValue){.kind = FIELD_VALUE_BYTES, .data = data, .size = size};
}

static int check_field(
        const Field *field, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]) {
        FieldElementCheck check =
                field_type_is_integer(field->type) ? field_integer_check : field_float_check;

        if (field->type == FIELD_PAD)
                return 0;
        if (is_text(field))
                return field_text_check(field, data, size, why);
        if (field->is_array)
                return field_array_check(field, check, data, size, why);
        return check(field, data, why);
}

/* Only the last field can vary, so what is left belongs to it. */
static size_t size_of_field(const Format *format, size_t index, size_t left) {
        return index + 1 < format->n_fields ? format->fields[index].size_max : left;
}

int format_check(
        const Format *format, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]) {
        size_t min = format_size_min(format), max = format_size_max(format);
        size_t offset = 0;

        if (size < min || size > max) {
                field_why_length(why, NULL, size, min, max);
                return FORMAT_E_LENGTH;
        }
        /* An empty value may come without an address. */
        if (size == 0)
                data = (const uint8_t *)"";
        for (size_t i = 0; i < format->n_fields; i++) {
                size_t field_size = size_of_field(format, i, size - offset);
                int r = check_field(&format->fields[i], data + offset, field_size, why);

                if (r != 0)
                        return r;
                offset += field_size;
        }
        return 0;
}

bool format_can_decode(const Format *format, const uint8_t *data, size_t size) {
        size_t offset = 0;

        if (size < format_size_min(format) || size > format_size_max(format))
                return false;
        for (size_t i = 0; i < format->n_fields; i++) {
                const Field *field = &format->fields[i];
                size_t field_size = size_of_field(format, i, size - offset);

                if (field->type == FIELD_UTF8 && !bytes_is_utf8(data + offset, field_size))
                        return false;
                if (field->is_array && field_size % field_type_size(field->type) != 0)
                        return false;
                offset += field_size;
        }
        return true;
}
