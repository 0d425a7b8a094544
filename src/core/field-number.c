/* The declaration of a number, a bool, or an array of them. */
#include "core/field-number.h"

#include "core/field-bits.h"
#include "core/field-float.h"
#include "core/field-labels.h"
#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define SCALE_MIN  1e-9
#define SCALE_MAX  1e9
#define OFFSET_MAX 1e12
/* How far 1 / scale may be from a whole number, relatively, and still mean it. */
#define SCALE_SLACK 1e-9
/* How far a bound may miss a raw number and still mean it: more than the rounding of doubles,
 * less than anybody could mean. */
#define BOUND_SLACK          1e-5
#define BOUND_SLACK_RELATIVE 0x1p-50

/* 0.1 is held as 1 / 10: dividing a whole number by ten gives the double nearest to the decimal,
 * multiplying by 0.1 does not. */
static int set_scale(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        double scale = 1, inverse;
        int r = field_words_number(words, ATTRIBUTE_SCALE, &scale, why);

        if (r < 0)
                return r;
        if (scale < SCALE_MIN || scale > SCALE_MAX) {
                field_why(
                        why, "scale: %.12g is not between %g and %g", scale, SCALE_MIN, SCALE_MAX);
                return -EINVAL;
        }
        inverse = round(1 / scale);
        field->scale = scale;
        field->divisor = 1;
        if (fabs(1 / scale - inverse) <= SCALE_SLACK * inverse) {
                field->scale = 1;
                field->divisor = inverse;
        }
        field->scaled = field->scale < field->divisor || field->scale > field->divisor;
        return 0;
}

/* Held in steps of the divisor, for the reason that set_scale() has. */
static int set_offset(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        double offset = 0;
        int r = field_words_number(words, ATTRIBUTE_OFFSET, &offset, why);

        if (r <= 0)
                return r;
        if (fabs(offset) > OFFSET_MAX) {
                field_why(why, "offset: %.12g is not between %g and %g", offset, -OFFSET_MAX,
                        OFFSET_MAX);
                return -EINVAL;
        }
        field->offset = offset * field->divisor;
        if (fabs(field->offset - round(field->offset)) <= SCALE_SLACK * fabs(field->offset))
                field->offset = round(field->offset);
        field->scaled = field->scaled || fabs(offset) > 0;
        return 0;
}

/* What the type can hold. */
static void set_limits(Field *field) {
        const Integer scaled_max = {.magnitude = (uint64_t)FIELD_SCALED_MAX};
        const Integer scaled_min = {.magnitude = (uint64_t)FIELD_SCALED_MAX, .negative = true};

        if (!field_type_is_integer(field->type)) {
                field->max = field_float_max(field->type);
                field->min = -field->max;
                return;
        }
        field->raw_min = field_type_min(field->type);
        field->raw_max = field_type_max(field->type);
        if (field->scaled && integer_compare(field->raw_max, scaled_max) > 0)
                field->raw_max = scaled_max;
        if (field->scaled && integer_compare(field->raw_min, scaled_min) < 0)
                field->raw_min = scaled_min;
        field->min = field_value_of_raw(field, field->raw_min);
        field->max = field_value_of_raw(field, field->raw_max);
}

/* The raw number at or inside of a bound. */
static Integer raw_of_bound(const Field *field, bool is_max, double bound) {
        double raw = field_raw_of_value(field, bound);
        double slack = fmax(BOUND_SLACK, fabs(raw) * BOUND_SLACK_RELATIVE);
        Integer result = is_max ? field->raw_max : field->raw_min;

        (void)integer_from_double(&result, is_max ? floor(raw + slack) : ceil(raw - slack));
        if (integer_compare(result, field->raw_max) > 0)
                return field->raw_max;
        return integer_compare(result, field->raw_min) < 0 ? field->raw_min : result;
}

static int refuse_bound(
        const Field *field, Attribute attribute, double number, char why[static FORMAT_WHY_SIZE]) {
        char low[FIELD_BOUND_SIZE], high[FIELD_BOUND_SIZE];

        field_why(why, "%s: %.12g is outside what %s holds here, %s to %s",
                attribute_name(attribute), number, field_type_name(field->type),
                field_show_bound(field, false, low), field_show_bound(field, true, high));
        return -EINVAL;
}

/* A bound that the type has to round would let its own value out. */
static int check_float_bound(
        const Field *field, Attribute attribute, double number, char why[static FORMAT_WHY_SIZE]) {
        double nearest = field_float_nearest(field->type, number);

        if (!(fabs(nearest - number) > 0))
                return 0;
        field_why(why, "%s: %.12g is rounded by %s; the nearest is %.12g",
                attribute_name(attribute), number, field_type_name(field->type), nearest);
        return -EINVAL;
}

/* One of min and max; both are still what the type can hold. *bound and *raw may become narrower.
 */
static int set_bound(const Field *field, const FieldWords *words, Attribute attribute,
        double *bound, Integer *raw, char why[static FORMAT_WHY_SIZE]) {
        Integer exact;
        double number;
        int r = field_words_number(words, attribute, &number, why);

        if (r <= 0)
                return r;
        if (number < field->min || number > field->max)
                return refuse_bound(field, attribute, number, why);
        *bound = number;
        if (!field_type_is_integer(field->type))
                return check_float_bound(field, attribute, number, why);
        r = integer_parse(&exact, words->values[attribute]);
        if (field->scaled || r == -EINVAL)
                exact = raw_of_bound(field, attribute == ATTRIBUTE_MAX, number);
        else if (r < 0 || integer_compare(exact, field->raw_min) < 0 ||
                 integer_compare(exact, field->raw_max) > 0)
                return refuse_bound(field, attribute, number, why);
        *raw = exact;
        return 0;
}

static int set_bounds(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        Integer raw_min, raw_max;
        double min, max;
        int r;

        set_limits(field);
        min = field->min;
        max = field->max;
        raw_min = field->raw_min;
        raw_max = field->raw_max;
        r = set_bound(field, words, ATTRIBUTE_MIN, &min, &raw_min, why);
        if (r < 0)
                return r;
        r = set_bound(field, words, ATTRIBUTE_MAX, &max, &raw_max, why);
        if (r < 0)
                return r;
        field->min = min;
        field->max = max;
        field->raw_min = raw_min;
        field->raw_max = raw_max;
        field->bounded = words->values[ATTRIBUTE_MIN] || words->values[ATTRIBUTE_MAX];
        if (min > max || integer_compare(raw_min, raw_max) > 0) {
                field_why(why, "no value lies from min %.12g to max %.12g", min, max);
                return -EINVAL;
        }
        return 0;
}

/* An integer must come back from the value that it becomes. */
static int check_resolution(const Field *field, char why[static FORMAT_WHY_SIZE]) {
        const Integer ends[] = {field->raw_min, field->raw_max};

        for (size_t i = 0; field->scaled && i < ELEMENTS(ends); i++) {
                double raw = field_raw_of_value(field, field_value_of_raw(field, ends[i]));

                if (fabs(raw - integer_to_double(ends[i])) > 0.25) {
                        field_why(why, "offset: with this scale it needs more digits than a "
                                       "number has");
                        return -EINVAL;
                }
        }
        return 0;
}

static Integer integer_of_label(const Field *field, const FieldLabel *label) {
        return integer_from_bits(label->number, 64, field_type_class(field->type) == CLASS_SIGNED);
}

/* Where only the labels are legal. */
static void set_bounds_of_labels(Field *field) {
        for (size_t i = 0; i < field->n_labels && field->labels_kind == LABELS_ENUM; i++) {
                Integer number = integer_of_label(field, &field->labels[i]);

                if (i == 0)
                        field->raw_min = field->raw_max = number;
                if (integer_compare(number, field->raw_min) < 0)
                        field->raw_min = number;
                if (integer_compare(number, field->raw_max) > 0)
                        field->raw_max = number;
        }
        if (field->labels_kind == LABELS_BITS)
                field->raw_max = (Integer){.magnitude = field_named_bits(field)};
        if (field->labels_kind == LABELS_ENUM || field->labels_kind == LABELS_BITS) {
                field->min = integer_to_double(field->raw_min);
                field->max = integer_to_double(field->raw_max);
        }
}

static int set_labels(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        static const struct {
                Attribute attribute;
                FieldLabels kind;
        } kinds[] = {
                {ATTRIBUTE_ENUM, LABELS_ENUM},
                {ATTRIBUTE_NAMES, LABELS_NAMES},
                {ATTRIBUTE_BITS, LABELS_BITS},
        };
        int r;

        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                const char *text = words->values[kinds[i].attribute];

                if (!text)
                        continue;
                field->labels_kind = kinds[i].kind;
                r = field_labels_parse(field, text, why);
                if (r < 0)
                        return r;
        }
        set_bounds_of_labels(field);
        return 0;
}

static int set_endian(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        const char *endian = words->values[ATTRIBUTE_ENDIAN];

        if (!endian)
                return 0;
        if (field_type_size(field->type) == 1) {
                field_why(why, "endian: %s is one byte", field_type_name(field->type));
                return -EINVAL;
        }
        field->big_endian = parse_same_word(endian, "big");
        if (!field->big_endian && !parse_same_word(endian, "little")) {
                field_why(why, "endian: \"%.40s\" is neither big nor little", endian);
                return -EINVAL;
        }
        return 0;
}

static int set_count(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        size_t size = field_type_size(field->type);
        const char *exact = words->values[ATTRIBUTE_COUNT];
        const char *text = exact ? exact : words->values[ATTRIBUTE_COUNT_MAX];
        uint64_t count = 1;

        if (text && parse_unsigned(&count, text, 1, VALUE_SIZE_MAX / size) < 0) {
                field_why(why, "%s: \"%.40s\" is not a number of elements from 1 to %zu",
                        exact ? "count" : "count_max", text, VALUE_SIZE_MAX / size);
                return -EINVAL;
        }
        field->is_array = text != NULL;
        field->count_max = (size_t)count;
        field->count_min = text && !exact ? 0 : field->count_max;
        field->size_min = field->count_min * size;
        field->size_max = field->count_max * size;
        return 0;
}

int field_number_read(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        static int (*const steps[])(Field *, const FieldWords *, char[static FORMAT_WHY_SIZE]) = {
                set_count, set_endian, set_scale, set_offset, set_bounds, set_labels};
        int r = field_words_bool(words, ATTRIBUTE_CLAMP, &field->clamp, why);

        for (size_t i = 0; r >= 0 && i < ELEMENTS(steps); i++)
                r = steps[i](field, words, why);
        if (r >= 0)
                r = check_resolution(field, why);
        if (r < 0 || !words->values[ATTRIBUTE_UNIT])
                return r;
        field->unit = strdup(words->values[ATTRIBUTE_UNIT]);
        return field->unit ? 0 : -ENOMEM;
}
