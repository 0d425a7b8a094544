/* The line that declares a field. */
#include "core/field-spec.h"

#include "core/field-number.h"
#include "core/field-words.h"
#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
        return field_words_bool(words, ATTRIBUTE_JSON, &field->json, why);
}

/* What a field without default= begins with: zero if that is legal, else the least that is. */
static int set_least(Field *field, char why[static FORMAT_WHY_SIZE]) {
        const FieldValue zero = {.kind = FIELD_VALUE_INTEGER};
        const FieldValue least = {.kind = FIELD_VALUE_NUMBER, .number = field->min};
        size_t element_size = field_type_size(field->type), size;
        Field element = *field;

        if (element_size == 0)
                return 0;
        element.is_array = false;
        element.size_max = element_size;
        for (size_t i = 0; i < field->count_min; i++) {
                uint8_t *out = field->initial + i * element_size;

                if (field_encode(&element, &zero, out, &size, why) == 0)
                        continue;
                if (field_type_is_integer(field->type))
                        field_put_bits(field, out, integer_to_bits(field->raw_min));
                else if (field_encode(&element, &least, out, &size, why) != 0)
                        return -EINVAL;
        }
        return 0;
}

static int set_initial(Field *field, const FieldWords *words, char why[static FORMAT_WHY_SIZE]) {
        char name[] = "default";
        FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = words->values[ATTRIBUTE_DEFAULT]};
        Field as_default;

        field->initial = calloc(1, field->size_max > 0 ? field->size_max : 1);
        if (!field->initial)
                return -ENOMEM;
        field->initial_size = field->size_min;
        /* The sentence is about the default, and a default is not clamped. */
        as_default = *field;
        as_default.name = name;
        as_default.clamp = false;
        if (!value.text && !field->json)
                return set_least(&as_default, why);
        /* The shortest that is JSON, has room everywhere and says nothing. */
        if (!value.text)
                value.text = field->size_max < strlen("null") ? "0" : "null";
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
                r = field_number_read(&field, &words, why);
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
