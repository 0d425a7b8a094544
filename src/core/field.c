/* What the format, its codec and its parser know about one field. */
#include "core/field.h"

#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* How far a bound may miss a raw number and still mean it: more than the rounding of doubles
 * up to 2^32, less than anybody could mean. */
#define BOUND_SLACK 1e-5

static const struct {
        const char *name;
        size_t size;
        int64_t min, max;
} types[] = {
        [FIELD_U8] = {"u8", 1, 0, UINT8_MAX},
        [FIELD_U16] = {"u16", 2, 0, UINT16_MAX},
        [FIELD_U32] = {"u32", 4, 0, UINT32_MAX},
        [FIELD_I8] = {"i8", 1, INT8_MIN, INT8_MAX},
        [FIELD_I16] = {"i16", 2, INT16_MIN, INT16_MAX},
        [FIELD_I32] = {"i32", 4, INT32_MIN, INT32_MAX},
        [FIELD_PAD] = {"pad", 0, 0, 0},
        [FIELD_UTF8] = {"utf8", 0, 0, 0},
        [FIELD_BYTES] = {"bytes", 0, 0, 0},
};

size_t field_type_size(FieldType type) {
        return types[type].size;
}

int64_t field_type_min(FieldType type) {
        return types[type].min;
}

int64_t field_type_max(FieldType type) {
        return types[type].max;
}

const char *field_type_name(FieldType type) {
        return types[type].name;
}

bool field_type_from_name(FieldType *ret, const char *text) {
        for (size_t i = 0; i < ELEMENTS(types); i++)
                if (parse_same_word(types[i].name, text)) {
                        *ret = (FieldType)i;
                        return true;
                }
        return false;
}

void field_raw_bounds(const Field *field, int64_t *ret_low, int64_t *ret_high) {
        double low = ceil(field->min * field->divisor / field->scale - BOUND_SLACK);
        double high = floor(field->max * field->divisor / field->scale + BOUND_SLACK);
        double type_min = (double)field_type_min(field->type);
        double type_max = (double)field_type_max(field->type);

        *ret_low = (int64_t)fmin(fmax(low, type_min), type_max);
        *ret_high = (int64_t)fmin(fmax(high, type_min), type_max);
}

double field_value_of_raw(const Field *field, int64_t raw) {
        return (double)raw * field->scale / field->divisor;
}

int64_t field_raw(const Field *field, const uint8_t *data) {
        size_t size = field_type_size(field->type);
        int64_t raw = bytes_get_le(data, size);

        return raw > field_type_max(field->type) ? raw - (INT64_C(1) << (8 * size)) : raw;
}

const FieldLabel *field_label_of_number(const Field *field, uint32_t number) {
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

uint32_t field_named_bits(const Field *field) {
        uint32_t bits = 0;

        for (size_t i = 0; i < field->n_labels; i++)
                bits |= UINT32_C(1) << field->labels[i].number;
        return bits;
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
