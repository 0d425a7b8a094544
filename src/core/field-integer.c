/* One integer or bool between value and bytes. */
#include "core/field-integer.h"

#include "core/field-bits.h"
#include "core/field.h"
#include "util/parse.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A value as a sentence shows it. */
#define SHOWN_SIZE 48

/* What a value would be on the air, if it fits there. */
typedef struct Raw {
        Integer integer;
        int beyond;  /* -1 or 1: further than any Integer */
        bool broken; /* not whole, where only whole numbers mean anything */
} Raw;

static bool is_below(const Raw *raw, Integer least) {
        return raw->beyond < 0 || (raw->beyond == 0 && integer_compare(raw->integer, least) < 0);
}

static bool is_above(const Raw *raw, Integer most) {
        return raw->beyond > 0 || (raw->beyond == 0 && integer_compare(raw->integer, most) > 0);
}

/* An enum, bits or a bool: no quantity, so that 1.2 is not 1. */
static bool is_quantity(const Field *field) {
        return field->labels_kind != LABELS_ENUM && field->labels_kind != LABELS_BITS &&
               field->type != FIELD_BOOL;
}

static bool label_is_legal(const Field *field, const Raw *raw) {
        uint64_t bits = integer_to_bits(raw->integer);

        if (raw->broken || is_below(raw, field_type_min(field->type)) ||
                is_above(raw, field_type_max(field->type)))
                return false;
        if (field->labels_kind == LABELS_BITS)
                return (bits & ~field_named_bits(field)) == 0;
        return field_label_of_number(field, bits) != NULL;
}

/* What has a name is legal outside of min and max too, and not clamped: "not known" and the like.
 */
static bool is_named(const Field *field, const Raw *raw) {
        return field->labels_kind == LABELS_NAMES && label_is_legal(field, raw);
}

/* shown is what was given. */
static int check_raw(
        const Field *field, const Raw *raw, const char *shown, char why[static FORMAT_WHY_SIZE]) {
        char list[FIELD_LABEL_LIST_SIZE], bound[FIELD_BOUND_SIZE];

        if (field->labels_kind == LABELS_ENUM || field->labels_kind == LABELS_BITS) {
                if (label_is_legal(field, raw))
                        return 0;
                field_list_labels(field, list);
                field_why(why, "%s: %s %s %s", field->name, shown,
                        field->labels_kind == LABELS_ENUM ? "is none of" : "has bits other than",
                        list);
                return FORMAT_E_RANGE;
        }
        if (is_named(field, raw))
                return 0;
        if (raw->broken)
                field_why(why, "%s: %s is neither 0 nor 1", field->name, shown);
        else if (is_below(raw, field->raw_min))
                field_why(why, "%s: %s is below its minimum %s", field->name, shown,
                        field_show_bound(field, false, bound));
        else if (is_above(raw, field->raw_max))
                field_why(why, "%s: %s is above its maximum %s", field->name, shown,
                        field_show_bound(field, true, bound));
        else
                return 0;
        return FORMAT_E_RANGE;
}

static Raw raw_of_number(const Field *field, double number) {
        double raw = field_raw_of_value(field, number);
        Raw result = {};

        if (is_quantity(field))
                raw = round(raw);
        if (!integer_from_double(&result.integer, raw))
                result.beyond = raw < 0 ? -1 : 1;
        else
                result.broken = fabs(raw - trunc(raw)) > 0;
        return result;
}

static int encode_raw(const Field *field, Raw raw, const char *shown, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        bool clamp = field->clamp && !is_named(field, &raw);
        int r;

        if (clamp && is_below(&raw, field->raw_min))
                raw = (Raw){.integer = field->raw_min};
        else if (clamp && is_above(&raw, field->raw_max))
                raw = (Raw){.integer = field->raw_max};
        r = check_raw(field, &raw, shown, why);
        if (r != 0)
                return r;
        field_put_bits(field, out, integer_to_bits(raw.integer));
        return 0;
}

static int encode_number(const Field *field, double number, const char *shown, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        if (isnan(number)) {
                field_why(why, "%s: %s is not a number", field->name, shown);
                return FORMAT_E_RANGE;
        }
        return encode_raw(field, raw_of_number(field, number), shown, out, why);
}

static int encode_integer(const Field *field, Integer integer, const char *shown, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        if (field->scaled)
                return encode_number(field, integer_to_double(integer), shown, out, why);
        return encode_raw(field, (Raw){.integer = integer}, shown, out, why);
}

static Integer integer_of_label(const Field *field, const FieldLabel *label) {
        return integer_from_bits(label->number, 64, field_type_class(field->type) == CLASS_SIGNED);
}

/* A label or the names of bits. */
static int integer_from_names(
        const Field *field, const char *text, Integer *ret, char why[static FORMAT_WHY_SIZE]) {
        char list[FIELD_LABEL_LIST_SIZE];
        const FieldLabel *label;

        if (field->labels_kind == LABELS_BITS) {
                *ret = (Integer){};
                return field_bits_from_text(field, text, &ret->magnitude, why);
        }
        label = field_label_of_name(field, text);
        if (label) {
                *ret = integer_of_label(field, label);
                return 0;
        }
        field_list_labels(field, list);
        if (field->labels_kind == LABELS_NAMES)
                field_why(why, "%s: \"%.60s\" is neither a number nor one of %s%s", field->name,
                        text, list, field_number_hint(text));
        else
                field_why(why, "%s: \"%.60s\" is none of %s", field->name, text, list);
        return FORMAT_E_RANGE;
}

static int encode_word(
        const Field *field, const char *text, uint8_t *out, char why[static FORMAT_WHY_SIZE]) {
        Integer integer;
        bool yes;
        int r;

        if (field->type == FIELD_BOOL && parse_bool(&yes, text) == 0) {
                out[0] = yes;
                return 0;
        }
        if (field->labels_kind == LABELS_NONE) {
                field_why(why, "%s: \"%.60s\" is %s%s", field->name, text,
                        field->type == FIELD_BOOL ? "neither yes nor no" : "not a number",
                        field_number_hint(text));
                return FORMAT_E_TYPE;
        }
        r = integer_from_names(field, text, &integer, why);
        return r == 0 ? encode_raw(field, (Raw){.integer = integer}, text, out, why) : r;
}

static int encode_text(
        const Field *field, const char *text, uint8_t *out, char why[static FORMAT_WHY_SIZE]) {
        char shown[SHOWN_SIZE];
        Integer integer;
        double number;

        (void)snprintf(shown, sizeof shown, "%s", text);
        /* Names never begin with a digit or a sign, so a number is never one of them. */
        if (integer_parse(&integer, text) == 0)
                return encode_integer(field, integer, shown, out, why);
        if (parse_number(&number, text) == 0)
                return encode_number(field, number, shown, out, why);
        return encode_word(field, text, out, why);
}

int field_integer_encode(const Field *field, const FieldValue *value, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        char shown[SHOWN_SIZE];

        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
                (void)snprintf(shown, sizeof shown, "%.12g", value->number);
                return encode_number(field, value->number, shown, out, why);
        case FIELD_VALUE_INTEGER:
                return encode_integer(
                        field, value->integer, integer_format(value->integer, shown), out, why);
        case FIELD_VALUE_LABEL:
        case FIELD_VALUE_BITS:
                return encode_raw(field, (Raw){.integer = value->integer},
                        integer_format(value->integer, shown), out, why);
        case FIELD_VALUE_BOOL:
                if (field->type == FIELD_BOOL)
                        return encode_number(field, value->number, "", out, why);
                field_why(why, "%s: yes or no where a number is needed", field->name);
                return FORMAT_E_TYPE;
        case FIELD_VALUE_TEXT:
                return encode_text(field, value->text, out, why);
        case FIELD_VALUE_ARRAY:
                field_why(why, "%s: an array where one number is needed", field->name);
                return FORMAT_E_TYPE;
        case FIELD_VALUE_BYTES:
                break;
        }
        field_why(why, "%s: bytes where a number is needed", field->name);
        return FORMAT_E_TYPE;
}

static Integer read_raw(const Field *field, const uint8_t *data) {
        return integer_from_bits(field_get_bits(field, data),
                (unsigned)(8 * field_type_size(field->type)),
                field_type_class(field->type) == CLASS_SIGNED);
}

void field_integer_decode(const Field *field, const uint8_t *data, FieldValue *ret) {
        Integer raw = read_raw(field, data);
        const FieldLabel *label = NULL;

        *ret = (FieldValue){.kind = field->scaled ? FIELD_VALUE_NUMBER : FIELD_VALUE_INTEGER,
                .integer = raw,
                .number = field_value_of_raw(field, raw)};
        if (field->type == FIELD_BOOL)
                ret->kind = FIELD_VALUE_BOOL;
        else if (field->labels_kind == LABELS_BITS)
                ret->kind = FIELD_VALUE_BITS;
        else if (field->labels_kind != LABELS_NONE)
                label = field_label_of_number(field, integer_to_bits(raw));
        if (label) {
                ret->kind = FIELD_VALUE_LABEL;
                ret->text = label->name;
                ret->size = strlen(label->name);
        }
}

int field_integer_check(const Field *field, const uint8_t *data, char why[static FORMAT_WHY_SIZE]) {
        const Raw raw = {.integer = read_raw(field, data)};
        char shown[SHOWN_SIZE];

        if (field->scaled)
                (void)snprintf(
                        shown, sizeof shown, "%.12g", field_value_of_raw(field, raw.integer));
        else
                integer_format(raw.integer, shown);
        return check_raw(field, &raw, shown, why);
}
