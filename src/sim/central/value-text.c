/* The bytes of a value as a person reads them. */
#include "sim/central/value-text.h"

#include "core/field.h"
#include "util/bytes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DECIMALS_MAX   6
#define DECIMALS_SLACK 1e-9

/* As many decimals as the field's scale has: "21.40" for hundredths. */
static int count_decimals(const Field *field) {
        double step = field->scale / field->divisor;
        int decimals = 0;

        while (decimals < DECIMALS_MAX && fabs(step - round(step)) > DECIMALS_SLACK * step) {
                step *= 10;
                decimals++;
        }
        return decimals;
}

static const char *bit_name(const Field *field, uint32_t position) {
        for (size_t i = 0; i < field->n_labels; i++)
                if (field->labels[i].number == position)
                        return field->labels[i].name;
        return NULL;
}

/* Names with | between; a bit without a name is told by its position. */
static void print_bits(FILE *out, const Field *field, uint32_t bits) {
        const char *between = "";

        if (bits == 0)
                (void)fputs("none", out);
        for (uint32_t position = 0; position < 32; position++) {
                const char *name = bit_name(field, position);

                if (!(bits >> position & 1))
                        continue;
                if (name)
                        fprintf(out, "%s%s", between, name);
                else
                        fprintf(out, "%s%u", between, position);
                between = "|";
        }
}

static void print_value(FILE *out, const Field *field, const FieldValue *value) {
        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
                fprintf(out, "%.*f", count_decimals(field), value->number);
                break;
        case FIELD_VALUE_LABEL:
                (void)fputs(value->text, out);
                break;
        case FIELD_VALUE_BITS:
                print_bits(out, field, (uint32_t)value->number);
                break;
        case FIELD_VALUE_TEXT:
                (void)fwrite(value->text, 1, value->size, out);
                break;
        case FIELD_VALUE_BYTES:
                for (size_t i = 0; i < value->size; i++)
                        fprintf(out, "%02x", value->data[i]);
                break;
        }
        if (field->unit)
                fprintf(out, " %s", field->unit);
}

/* False if these bytes are none of the format's. */
static bool is_readable(const Format *format, const uint8_t *data, size_t size) {
        size_t offset = 0;

        if (size < format_size_min(format) || size > format_size_max(format))
                return false;
        for (size_t i = 0; i < format->n_fields; i++) {
                if (format->fields[i].type == FIELD_UTF8 &&
                        !bytes_is_utf8(data + offset, size - offset))
                        return false;
                offset += format->fields[i].size_min;
        }
        return true;
}

static void print_fields(
        FILE *out, const Format *format, bool single, const uint8_t *data, size_t size) {
        const char *between = "";
        size_t offset = 0;

        for (size_t i = 0; i < format->n_fields; i++) {
                const Field *field = &format->fields[i];
                FieldValue value = {};

                if (field->type != FIELD_PAD) {
                        field_decode(field, data + offset, size - offset, &value);
                        (void)fputs(between, out);
                        if (!single)
                                fprintf(out, "%s=", field->name);
                        print_value(out, field, &value);
                        between = ", ";
                }
                offset += field->size_min;
        }
}

char *value_text(const Format *format, bool single, const uint8_t *data, size_t size) {
        char *text = NULL;
        size_t length;

        if (!is_readable(format, data, size))
                return NULL;
        FILE *out = open_memstream(&text, &length);
        if (!out)
                return NULL;
        print_fields(out, format, single, data, size);
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}
