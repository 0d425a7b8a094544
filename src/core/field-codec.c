/* Fields to bytes and back, and the check of bytes that came from outside. */
#include "core/field.h"
#include "util/bytes.h"
#include "util/parse.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A value as a sentence shows it. */
#define SHOWN_SIZE 48

static bool label_is_legal(const Field *field, double raw) {
        if (raw < 0 || raw > (double)field_type_max(field->type) || raw != trunc(raw))
                return false;
        if (field->labels_kind == LABELS_ENUM)
                return field_label_of_number(field, (uint32_t)raw) != NULL;
        return ((uint32_t)raw & ~field_named_bits(field)) == 0;
}

/* raw may be outside the type. shown is what was given. */
static int check_raw(
        const Field *field, double raw, const char *shown, char why[static FORMAT_WHY_SIZE]) {
        char list[FIELD_LABEL_LIST_SIZE];
        int64_t low, high;

        if (field->labels_kind == LABELS_ENUM || field->labels_kind == LABELS_BITS) {
                if (label_is_legal(field, raw))
                        return 0;
                field_list_labels(field, list);
                field_why(why, "%s: %s %s %s", field->name, shown,
                        field->labels_kind == LABELS_ENUM ? "is none of" : "has bits other than",
                        list);
                return FORMAT_E_RANGE;
        }
        field_raw_bounds(field, &low, &high);
        if (raw >= (double)low && raw <= (double)high)
                return 0;
        if (raw < (double)low)
                field_why(why, "%s: %s is below its minimum %.12g", field->name, shown, field->min);
        else
                field_why(why, "%s: %s is above its maximum %.12g", field->name, shown, field->max);
        return FORMAT_E_RANGE;
}

static int number_from_plain_text(const Field *field, const char *text, double *ret) {
        uint64_t hex;

        if (parse_number(ret, text) == 0)
                return 0;
        if (parse_unsigned(&hex, text, 0, UINT32_MAX) < 0)
                return FORMAT_E_TYPE;
        *ret = (double)hex;
        return 0;
}

/* Names joined by ',' or '|'. NULL: all of them are bits of this field. Else the one that is
 * none, cut out of text into out. */
static const char *bits_from_names(
        const Field *field, const char *text, char *out, size_t room, double *ret) {
        uint32_t bits = 0;

        while (*text) {
                size_t length = strcspn(text, ",|");
                const FieldLabel *label;

                (void)snprintf(out, room, "%.*s", (int)length, text);
                label = length < room ? field_label_of_name(field, out) : NULL;
                if (!label)
                        return out;
                bits |= UINT32_C(1) << label->number;
                text += length;
                if (*text)
                        text++;
        }
        *ret = bits;
        return NULL;
}

static int number_from_text(
        const Field *field, const char *text, double *ret, char why[static FORMAT_WHY_SIZE]) {
        char list[FIELD_LABEL_LIST_SIZE], word[FORMAT_WHY_SIZE];
        const FieldLabel *label;
        const char *unknown = text;

        /* Names never begin with a digit or a sign, so a number is never one of them. */
        if (number_from_plain_text(field, text, ret) == 0)
                return 0;
        switch (field->labels_kind) {
        case LABELS_NONE:
                field_why(why, "%s: \"%.60s\" is not a number%s", field->name, text,
                        field_number_hint(text));
                return FORMAT_E_TYPE;
        case LABELS_ENUM:
        case LABELS_NAMES:
                label = field_label_of_name(field, text);
                if (label) {
                        *ret = label->number;
                        return 0;
                }
                break;
        case LABELS_BITS:
                unknown = bits_from_names(field, text, word, sizeof word, ret);
                if (!unknown)
                        return 0;
                break;
        }
        field_list_labels(field, list);
        field_why(why, "%s: \"%.60s\" is none of %s", field->name, unknown, list);
        return FORMAT_E_RANGE;
}

static int encode_number(const Field *field, double number, const char *shown, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        double raw = number * field->divisor / field->scale;
        int64_t low, high;
        int r;

        if (isnan(number)) {
                field_why(why, "%s: %s is not a number", field->name, shown);
                return FORMAT_E_RANGE;
        }
        /* Bits and the numbers of an enum are not quantities: 1.2 is not 1. */
        if (field->labels_kind != LABELS_ENUM && field->labels_kind != LABELS_BITS)
                raw = round(raw);
        if (field->clamp) {
                field_raw_bounds(field, &low, &high);
                raw = fmin(fmax(raw, (double)low), (double)high);
        }
        r = check_raw(field, raw, shown, why);
        if (r != 0)
                return r;
        bytes_put_le(out, field->size_max, (uint32_t)(int64_t)raw);
        return 0;
}

static int encode_integer(const Field *field, const FieldValue *value, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        char shown[SHOWN_SIZE];
        double number;
        int r;

        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
        case FIELD_VALUE_LABEL:
        case FIELD_VALUE_BITS:
                (void)snprintf(shown, sizeof shown, "%.12g", value->number);
                return encode_number(field, value->number, shown, out, why);
        case FIELD_VALUE_TEXT:
                r = number_from_text(field, value->text, &number, why);
                if (r != 0)
                        return r;
                (void)snprintf(shown, sizeof shown, "%s", value->text);
                return encode_number(field, number, shown, out, why);
        case FIELD_VALUE_BYTES:
                break;
        }
        field_why(why, "%s: bytes where a number is needed", field->name);
        return FORMAT_E_TYPE;
}

/* utf8 and bytes, once they are bytes. */
static int check_bytes(
        const Field *field, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]) {
        if (size < field->size_min || size > field->size_max) {
                field_why_length(why, field->name, size, field->size_min, field->size_max);
                return FORMAT_E_LENGTH;
        }
        if (field->type == FIELD_UTF8 && !bytes_is_utf8(data, size)) {
                field_why(why, "%s: is not UTF-8", field->name);
                return FORMAT_E_RANGE;
        }
        return 0;
}

static int encode_bytes(const Field *field, const uint8_t *data, size_t size, uint8_t *out,
        size_t *ret_size, char why[static FORMAT_WHY_SIZE]) {
        int r = check_bytes(field, data, size, why);

        if (r != 0)
                return r;
        if (size > 0)
                memcpy(out, data, size);
        *ret_size = size;
        return 0;
}

static int encode_hex(const Field *field, const char *text, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;
        int r = bytes_from_hex(data, sizeof data, text, &size);

        if (r == -EMSGSIZE) {
                field_why(why, "%s: more than %zu bytes", field->name, field->size_max);
                return FORMAT_E_LENGTH;
        }
        if (r < 0) {
                field_why(why, "%s: \"%.60s\" is not hex", field->name, text);
                return FORMAT_E_TYPE;
        }
        return encode_bytes(field, data, size, out, ret_size, why);
}

static int encode_text(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        switch (value->kind) {
        case FIELD_VALUE_TEXT:
                if (field->type == FIELD_BYTES)
                        return encode_hex(field, value->text, out, ret_size, why);
                return encode_bytes(field, (const uint8_t *)value->text, strlen(value->text), out,
                        ret_size, why);
        case FIELD_VALUE_BYTES:
                return encode_bytes(field, value->data, value->size, out, ret_size, why);
        case FIELD_VALUE_NUMBER:
        case FIELD_VALUE_LABEL:
        case FIELD_VALUE_BITS:
                break;
        }
        field_why(why, "%s: a number where text is needed", field->name);
        return FORMAT_E_TYPE;
}

int field_encode(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        int r;

        if (field->type == FIELD_UTF8 || field->type == FIELD_BYTES)
                return encode_text(field, value, out, ret_size, why);
        if (field->type == FIELD_PAD) {
                field_why(why, "%s: padding takes no value", field->name);
                return FORMAT_E_TYPE;
        }
        r = encode_integer(field, value, out, why);
        if (r == 0)
                *ret_size = field->size_max;
        return r;
}

static void decode_integer(const Field *field, const uint8_t *data, FieldValue *ret) {
        int64_t raw = field_raw(field, data);
        const FieldLabel *label = NULL;

        *ret = (FieldValue){.kind = FIELD_VALUE_NUMBER, .number = field_value_of_raw(field, raw)};
        if (field->labels_kind == LABELS_BITS)
                ret->kind = FIELD_VALUE_BITS;
        else if (field->labels_kind != LABELS_NONE && raw >= 0)
                label = field_label_of_number(field, (uint32_t)raw);
        if (label) {
                ret->kind = FIELD_VALUE_LABEL;
                ret->text = label->name;
                ret->size = strlen(label->name);
        }
}

void field_decode(const Field *field, const uint8_t *data, size_t size, FieldValue *ret) {
        if (field->size_min == field->size_max)
                size = field->size_max;
        if (field_type_size(field->type) > 0)
                decode_integer(field, data, ret);
        else if (field->type == FIELD_UTF8)
                *ret = (FieldValue){
                        .kind = FIELD_VALUE_TEXT, .text = (const char *)data, .size = size};
        else
                *ret = (FieldValue){.kind = FIELD_VALUE_BYTES, .data = data, .size = size};
}

static int check_field(
        const Field *field, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]) {
        char shown[SHOWN_SIZE];
        int64_t raw;

        if (field->type == FIELD_PAD)
                return 0;
        if (field->type == FIELD_UTF8 || field->type == FIELD_BYTES)
                return check_bytes(field, data, size, why);
        raw = field_raw(field, data);
        (void)snprintf(shown, sizeof shown, "%.12g", field_value_of_raw(field, raw));
        return check_raw(field, (double)raw, shown, why);
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
                const Field *field = &format->fields[i];
                /* Only the last field can vary, so what is left belongs to it. */
                size_t field_size = i + 1 < format->n_fields ? field->size_max : size - offset;
                int r = check_field(field, data + offset, field_size, why);

                if (r != 0)
                        return r;
                offset += field_size;
        }
        return 0;
}
