/* What the format, its codec and its parser know about one field. */
#include "core/field.h"

#include "util/bytes.h"
#include "util/integer.h"
#include "util/parse.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool field_takes_number(const Field *field) {
        return !field->is_array && field_type_size(field->type) > 0;
}

double field_value_of_raw(const Field *field, Integer raw) {
        return (integer_to_double(raw) * field->scale + field->offset) / field->divisor;
}

double field_raw_of_value(const Field *field, double value) {
        return (value * field->divisor - field->offset) / field->scale;
}

void field_put_bits(const Field *field, uint8_t *out, uint64_t bits) {
        if (field->big_endian)
                bytes_put_be(out, field_type_size(field->type), bits);
        else
                bytes_put_le(out, field_type_size(field->type), bits);
}

uint64_t field_get_bits(const Field *field, const uint8_t *data) {
        if (field->big_endian)
                return bytes_get_be(data, field_type_size(field->type));
        return bytes_get_le(data, field_type_size(field->type));
}

const FieldLabel *field_label_of_number(const Field *field, uint64_t number) {
        for (size_t i = 0; i < field->n_labels; i++)
                if (field->labels[i].number == number)
                        return &field->labels[i];
        return NULL;
}

const FieldLabel *field_label_of_name(const Field *field, const char *name) {
        for (size_t i = 0; i < field->n_labels; i++)
                if (parse_same_word(field->labels[i].name, name))
                        return &field->labels[i];
        return NULL;
}

void field_list_labels(const Field *field, char out[static FIELD_LABEL_LIST_SIZE]) {
        size_t used = 0;

        out[0] = '\0';
        for (size_t i = 0; i < field->n_labels; i++) {
                const char *name = field->labels[i].name;

                /* Room is kept for ", ..." behind what has been written. */
                if (used + strlen(name) + sizeof ", , ..." > FIELD_LABEL_LIST_SIZE) {
                        strcpy(out + used, used > 0 ? ", ..." : "...");
                        return;
                }
                used += (size_t)sprintf(out + used, "%s%s", used > 0 ? ", " : "", name);
        }
}

void field_why(char why[static FORMAT_WHY_SIZE], const char *format, ...) {
        va_list args;

        va_start(args, format);
        (void)vsnprintf(why, FORMAT_WHY_SIZE, format, args);
        va_end(args);
        bytes_make_printable(why);
}

/* Twelve digits are enough for quantities; a whole number is told whole. */
const char *field_show_bound(const Field *field, bool is_max, char out[static FIELD_BOUND_SIZE]) {
        double bound = is_max ? field->max : field->min;
        Integer raw = is_max ? field->raw_max : field->raw_min;

        if (!field->scaled && field_type_is_integer(field->type) &&
                fabs(bound - integer_to_double(raw)) < 1e-9)
                return integer_format(raw, out);
        (void)snprintf(out, FIELD_BOUND_SIZE, "%.12g", bound);
        return out;
}

const char *field_number_hint(const char *text) {
        if (!strchr(text, ',') || text[strspn(text, "0123456789+-.,")] != '\0')
                return "";
        return "; write a decimal point";
}

void field_why_length(
        char why[static FORMAT_WHY_SIZE], const char *name, size_t size, size_t min, size_t max) {
        char needed[48];

        if (min == max)
                (void)snprintf(needed, sizeof needed, "%zu", min);
        else
                (void)snprintf(needed, sizeof needed, "%zu to %zu", min, max);
        field_why(why, "%s%s%zu byte%s, needs %s", name ? name : "", name ? ": " : "", size,
                size == 1 ? "" : "s", needed);
}

void field_done(Field *field) {
        for (size_t i = 0; i < field->n_labels; i++)
                free(field->labels[i].name);
        free(field->labels);
        free(field->name);
        free(field->unit);
        free(field->initial);
        *field = (Field){};
}
