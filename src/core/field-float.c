/* One floating point number between value and bytes. */
#include "core/field-float.h"

#include "core/field.h"
#include "core/medfloat.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A value as a sentence shows it. */
#define SHOWN_SIZE 48

/* A number, or what stands in its place. */
typedef struct Given {
        Special special;
        double number;
} Given;

/* The first name of each is the one that is shown. */
static const struct {
        const char *name;
        Special special;
} names[] = {
        {"NaN", SPECIAL_NAN},
        {"NRes", SPECIAL_NRES},
        {"+INF", SPECIAL_PLUS_INF},
        {"INF", SPECIAL_PLUS_INF},
        {"-INF", SPECIAL_MINUS_INF},
};

static const Medfloat *medfloat_of(FieldType type) {
        return type == FIELD_MEDFLOAT16 ? &medfloat16 : &medfloat32;
}

static bool is_medfloat(FieldType type) {
        return field_type_class(type) == CLASS_MEDFLOAT;
}

static Given given_of_number(double number) {
        if (isnan(number))
                return (Given){SPECIAL_NAN, NAN};
        if (isinf(number))
                return (Given){number > 0 ? SPECIAL_PLUS_INF : SPECIAL_MINUS_INF, number};
        return (Given){SPECIAL_NONE, number};
}

static double number_of_special(Special special) {
        switch (special) {
        case SPECIAL_PLUS_INF:
                return INFINITY;
        case SPECIAL_MINUS_INF:
                return -INFINITY;
        case SPECIAL_NONE:
        case SPECIAL_NAN:
        case SPECIAL_NRES:
                break;
        }
        return NAN;
}

static const char *name_of(Special special) {
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (names[i].special == special)
                        return names[i].name;
        return "";
}

static int given_of_text(
        const Field *field, const char *text, Given *ret, char why[static FORMAT_WHY_SIZE]) {
        Integer integer;
        double number;

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcasecmp(names[i].name, text) == 0 &&
                        (is_medfloat(field->type) || names[i].special != SPECIAL_NRES)) {
                        *ret = (Given){names[i].special, number_of_special(names[i].special)};
                        return 0;
                }
        if (parse_number(&number, text) == 0)
                *ret = given_of_number(number);
        else if (integer_parse(&integer, text) == 0)
                *ret = given_of_number(integer_to_double(integer));
        else {
                field_why(why, "%s: \"%.60s\" is not a number%s", field->name, text,
                        field_number_hint(text));
                return FORMAT_E_TYPE;
        }
        return 0;
}

static int given_of_value(
        const Field *field, const FieldValue *value, Given *ret, char why[static FORMAT_WHY_SIZE]) {
        const char *what = "bytes";

        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
                *ret = given_of_number(value->number);
                return 0;
        case FIELD_VALUE_INTEGER:
        case FIELD_VALUE_BITS:
                *ret = given_of_number(integer_to_double(value->integer));
                return 0;
        case FIELD_VALUE_LABEL:
        case FIELD_VALUE_TEXT:
                return given_of_text(field, value->text, ret, why);
        case FIELD_VALUE_BOOL:
                what = "yes or no";
                break;
        case FIELD_VALUE_ARRAY:
                what = "an array";
                break;
        case FIELD_VALUE_BYTES:
                break;
        }
        field_why(why, "%s: %s where a number is needed", field->name, what);
        return FORMAT_E_TYPE;
}

/* What is no number lies between no bounds. */
static int check_given(const Field *field, const Given *given, char why[static FORMAT_WHY_SIZE]) {
        char shown[SHOWN_SIZE], bound[FIELD_BOUND_SIZE];
        bool above = given->number > field->max;

        if (given->special != SPECIAL_NONE && !field->bounded)
                return 0;
        if (isnan(given->number)) {
                field_why(why, "%s: %s is not between its minimum and its maximum", field->name,
                        name_of(given->special));
                return FORMAT_E_RANGE;
        }
        if (!above && given->number >= field->min)
                return 0;
        (void)snprintf(shown, sizeof shown, "%.12g", given->number);
        field_why(why, "%s: %s is %s %s", field->name, shown,
                above ? "above its maximum" : "below its minimum",
                field_show_bound(field, above, bound));
        return FORMAT_E_RANGE;
}

static uint64_t bits_of_binary(FieldType type, double number) {
        float single = (float)number;
        uint32_t bits32;
        uint64_t bits64;

        if (type == FIELD_F32) {
                memcpy(&bits32, &single, sizeof bits32);
                return bits32;
        }
        memcpy(&bits64, &number, sizeof bits64);
        return bits64;
}

static uint64_t bits_of_given(FieldType type, const Given *given) {
        uint32_t bits = 0;

        if (!is_medfloat(type))
                return bits_of_binary(type, given->number);
        if (given->special != SPECIAL_NONE)
                return medfloat_encode_special(medfloat_of(type), given->special);
        (void)medfloat_encode(medfloat_of(type), given->number, &bits);
        return bits;
}

/* So that 21.4 is shown as 21.4, and not as what is nearest to it in 24 bits. */
static double shortest(float number) {
        char text[SHOWN_SIZE];
        double found = (double)number;

        for (int digits = 1; digits <= FLT_DECIMAL_DIG; digits++) {
                (void)snprintf(text, sizeof text, "%.*g", digits, (double)number);
                found = strtod(text, NULL);
                if (bits_of_binary(FIELD_F32, found) == bits_of_binary(FIELD_F32, (double)number))
                        break;
        }
        return found;
}

static double binary_of_bits(FieldType type, uint64_t bits) {
        uint32_t bits32 = (uint32_t)bits;
        double number;
        float single;

        if (type == FIELD_F32) {
                memcpy(&single, &bits32, sizeof single);
                return isfinite(single) ? shortest(single) : (double)single;
        }
        memcpy(&number, &bits, sizeof number);
        return number;
}

/* False: a pattern that stands for nothing. */
static bool read_given(const Field *field, const uint8_t *data, Given *ret) {
        uint64_t bits = field_get_bits(field, data);

        if (!is_medfloat(field->type)) {
                *ret = given_of_number(binary_of_bits(field->type, bits));
                return true;
        }
        if (!medfloat_decode(medfloat_of(field->type), (uint32_t)bits, &ret->special, &ret->number))
                return false;
        if (ret->special != SPECIAL_NONE)
                ret->number = number_of_special(ret->special);
        return true;
}

double field_float_max(FieldType type) {
        if (is_medfloat(type))
                return medfloat_max(medfloat_of(type));
        return type == FIELD_F32 ? shortest(FLT_MAX) : DBL_MAX;
}

double field_float_nearest(FieldType type, double number) {
        const Field field = {.type = type};
        Given given = given_of_number(number);
        uint8_t data[sizeof(uint64_t)];

        field_put_bits(&field, data, bits_of_given(type, &given));
        (void)read_given(&field, data, &given);
        return given.number;
}

int field_float_encode(const Field *field, const FieldValue *value, uint8_t *out,
        char why[static FORMAT_WHY_SIZE]) {
        Given given;
        int r = given_of_value(field, value, &given, why);

        if (r != 0)
                return r;
        if (field->clamp && !isnan(given.number))
                given = given_of_number(fmin(fmax(given.number, field->min), field->max));
        r = check_given(field, &given, why);
        if (r == 0)
                field_put_bits(field, out, bits_of_given(field->type, &given));
        return r;
}

void field_float_decode(const Field *field, const uint8_t *data, FieldValue *ret) {
        Given given = {};

        (void)read_given(field, data, &given);
        *ret = (FieldValue){.kind = FIELD_VALUE_NUMBER, .number = given.number};
        if (given.special != SPECIAL_NONE) {
                ret->kind = FIELD_VALUE_LABEL;
                ret->text = name_of(given.special);
                ret->size = strlen(ret->text);
        }
}

int field_float_check(const Field *field, const uint8_t *data, char why[static FORMAT_WHY_SIZE]) {
        Given given = {};

        if (!read_given(field, data, &given)) {
                field_why(why, "%s: is none of the numbers of %s", field->name,
                        field_type_name(field->type));
                return FORMAT_E_RANGE;
        }
        return check_given(field, &given, why);
}
