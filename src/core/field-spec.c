/* The line that declares a field. */
#include "core/field-spec.h"

#include "core/field-labels.h"
#include "core/field-words.h"
#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define SCALE_MIN 1e-9
#define SCALE_MAX 1e9
/* How far 1 / scale may be from a whole number, relatively, and still mean it. */
#define SCALE_SLACK 1e-9

/* 1 and *ret if the attribute is given, 0 if not. */
static int read_number(const FieldWords *words, Attribute attribute, double *ret,
        char why[static FORMAT_WHY_SIZE]) {
        const char *text = words->values[attribute];

        if (!text)
                return 0;
        if (parse_number(ret, text) < 0) {
                field_why(why, "%s: \"%.60s\" is not a number%s", attribute_name(attribute), text,
                        field_number_hint(text));
                return -EINVAL;
        }
        return 1;
}

/* 0.1 is held as 1 / 10: dividing a whole number by ten gives the double nearest to the decimal,
 * multiplying by 0.1 does not. */
static int set_scale(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        double scale = 1, inverse;
        int r = read_number(words, ATTRIBUTE_SCALE, &scale, why);

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
        return 0;
}

/* One of min and max. *bound holds what the type can; given it may only be narrower. */
static int set_bound(const Field *field, const FieldWords *words, Attribute attribute,
        double *bound, char why[static FORMAT_WHY_SIZE]) {
        double number;
        int r = read_number(words, attribute, &number, why);

        if (r <= 0)
                return r;
        if (number < field->min || number > field->max) {
                field_why(why, "%s: %.12g is outside what %s holds here, %.12g to %.12g",
                        attribute_name(attribute), number, field_type_name(field->type), field->min,
                        field->max);
                return -EINVAL;
        }
        *bound = number;
        return 0;
}

static int set_bounds(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        double min, max;
        int64_t low, high;
        int r;

        min = field->min = field_value_of_raw(field, field_type_min(field->type));
        max = field->max = field_value_of_raw(field, field_type_max(field->type));
        r = set_bound(field, words, ATTRIBUTE_MIN, &min, why);
        if (r < 0)
                return r;
        r = set_bound(field, words, ATTRIBUTE_MAX, &max, why);
        if (r < 0)
                return r;
        field->min = min;
        field->max = max;
        field_raw_bounds(field, &low, &high);
        if (min > max || low > high) {
                field_why(why, "no value lies from min %.12g to max %.12g", min, max);
                return -EINVAL;
        }
        return 0;
}

/* min and max follow from the labels where only these are legal. */
static int check_labels(Field *field, char why[static FORMAT_WHY_SIZE]) {
        if (field->labels_kind == LABELS_ENUM) {
                field->min = field->max = field->labels[0].number;
                for (size_t i = 1; i < field->n_labels; i++) {
                        field->min = fmin(field->min, field->labels[i].number);
                        field->max = fmax(field->max, field->labels[i].number);
                }
        } else if (field->labels_kind == LABELS_BITS)
                field->max = field_named_bits(field);
        for (size_t i = 0; field->labels_kind == LABELS_NAMES && i < field->n_labels; i++)
                if (field->labels[i].number < field->min || field->labels[i].number > field->max) {
                        field_why(why, "names: %s is outside min and max", field->labels[i].name);
                        return -EINVAL;
                }
        return 0;
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
        return check_labels(field, why);
}

static int set_integer(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        const char *clamp = words->values[ATTRIBUTE_CLAMP];
        int r;

        field->size_min = field->size_max = field_type_size(field->type);
        if (clamp && parse_bool(&field->clamp, clamp) < 0) {
                field_why(why, "clamp: \"%s\" is neither yes nor no", clamp);
                return -EINVAL;
        }
        r = set_scale(field, words, why);
        if (r < 0)
                return r;
        r = set_bounds(field, words, why);
        if (r < 0)
                return r;
        r = set_labels(field, words, why);
        if (r < 0)
                return r;
        if (!words->values[ATTRIBUTE_UNIT])
                return 0;
        field->unit = strdup(words->values[ATTRIBUTE_UNIT]);
        return field->unit ? 0 : -ENOMEM;
}

/* pad, utf8 and bytes. used: the bytes of the fields before. */
static int set_length(
        Field *field, const FieldWords *words, size_t used, char why[static FORMAT_WHY_SIZE]) {
        const char *exact = words->values[ATTRIBUTE_SIZE];
        const char *text = exact ? exact : words->values[ATTRIBUTE_SIZE_MAX];
        const char *what = exact ? "size" : "size_max";
        uint64_t size = VALUE_SIZE_MAX - used;

        if (field->type == FIELD_PAD) {
                what = "pad";
                text = words->pad_size ? words->pad_size : "";
        }
        if (text && parse_unsigned(&size, text, 1, VALUE_SIZE_MAX) < 0) {
                field_why(why, "%s: \"%s\" is not a number of bytes from 1 to %d", what, text,
                        VALUE_SIZE_MAX);
                return -EINVAL;
        }
        field->size_max = (size_t)size;
        field->size_min = exact || field->type == FIELD_PAD ? field->size_max : 0;
        field->scale = field->divisor = 1;
        return 0;
}

/* Zero if that is legal, else the least. */
static double initial_number(const Field *field) {
        int64_t low, high;

        if (field->labels_kind == LABELS_ENUM)
                return field_label_of_number(field, 0) ? 0 : field->min;
        field_raw_bounds(field, &low, &high);
        return low <= 0 && high >= 0 ? 0 : field_value_of_raw(field, low);
}

static int set_initial(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        char name[] = "default";
        FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = words->values[ATTRIBUTE_DEFAULT]};
        Field as_default;

        field->initial = calloc(1, field->size_max > 0 ? field->size_max : 1);
        if (!field->initial)
                return -ENOMEM;
        field->initial_size = field->size_min;
        if (!value.text) {
                if (field_type_size(field->type) == 0)
                        return 0;
                value = (FieldValue){.kind = FIELD_VALUE_NUMBER, .number = initial_number(field)};
        }
        /* The sentence is about the default, and a default is not clamped. */
        as_default = *field;
        as_default.name = name;
        as_default.clamp = false;
        if (field_encode(&as_default, &value, field->initial, &field->initial_size, why) != 0)
                return -EINVAL;
        return 0;
}

static int check_place(const Format *format, const char *name, const Field *field, size_t used,
        char why[static FORMAT_WHY_SIZE]) {
        const Field *last =
                format && format->n_fields > 0 ? &format->fields[format->n_fields - 1] : NULL;

        for (size_t i = 0; format && i < format->n_fields; i++)
                if (strcmp(format->fields[i].name, name) == 0) {
                        field_why(why, "there already is a field %s", name);
                        return -EINVAL;
                }
        if (last && last->size_min != last->size_max) {
                field_why(why, "stands behind %s, whose length varies", last->name);
                return -EINVAL;
        }
        if (used + field->size_max > VALUE_SIZE_MAX || field->size_max == 0) {
                field_why(why, "does not fit: a value has at most %d bytes, %zu are taken",
                        VALUE_SIZE_MAX, used);
                return -EINVAL;
        }
        return 0;
}

/* Takes what field owns. */
static int append(Format **format, Field *field) {
        Format *target = *format ? *format : calloc(1, sizeof *target);
        Field *grown;

        if (!target)
                return -ENOMEM;
        grown = reallocarray(target->fields, target->n_fields + 1, sizeof *grown);
        if (!grown) {
                if (!*format)
                        free(target);
                return -ENOMEM;
        }
        target->fields = grown;
        grown[target->n_fields++] = *field;
        *field = (Field){};
        *format = target;
        return 0;
}

int format_add_field(
        Format **format, const char *name, const char *spec, char why[static FORMAT_WHY_SIZE]) {
        _cleanup_(field_words_done) FieldWords words = {};
        _cleanup_(field_done) Field field = {};
        size_t used = *format ? format_size_max(*format) : 0;
        int r;

        r = field_words_read(&words, spec, why);
        if (r < 0)
                return r;
        field.type = words.type;
        if (field_type_size(field.type) > 0)
                r = set_integer(&field, &words, why);
        else
                r = set_length(&field, &words, used, why);
        if (r < 0)
                return r;
        r = check_place(*format, name, &field, used, why);
        if (r < 0)
                return r;
        r = set_initial(&field, &words, why);
        if (r < 0)
                return r;
        field.name = strdup(name);
        return field.name ? append(format, &field) : -ENOMEM;
}
