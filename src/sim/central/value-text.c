/* The bytes of a value as a person reads them. */
#include "sim/central/value-text.h"

#include "core/field-bits.h"
#include "core/field.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DECIMALS_MAX   6
#define DECIMALS_SLACK 1e-9

/* As many decimals as a step has: two of hundredths. */
static int count_decimals(double step) {
        int decimals = 0;

        while (decimals < DECIMALS_MAX && fabs(step - round(step)) > DECIMALS_SLACK * fabs(step)) {
                step *= 10;
                decimals++;
        }
        return decimals;
}

/* Names with | between; a bit without a name is told by its position. */
static void print_bits(FILE *out, const Field *field, uint64_t bits) {
        const char *between = "";
        FieldBits bit;

        if (bits == 0)
                (void)fputs("none", out);
        while (field_bits_next(field, &bits, &bit)) {
                if (!bit.label)
                        fprintf(out, "%s%u", between, bit.position);
                else if (bit.label->width == 1)
                        fprintf(out, "%s%s", between, bit.label->name);
                else
                        fprintf(out, "%s%s=%" PRIu64, between, bit.label->name, bit.value);
                between = "|";
        }
}

/* "21.40" of hundredths; of a float as few digits as say it. */
static void print_number(FILE *out, const Field *field, double number) {
        int decimals = count_decimals(field->scale / field->divisor);
        int more = count_decimals(field->offset / field->divisor);

        if (field_type_is_integer(field->type))
                fprintf(out, "%.*f", decimals > more ? decimals : more, number);
        else
                fprintf(out, "%.12g", number);
}

static void print_element(FILE *out, const Field *field, const FieldValue *value) {
        char text[INTEGER_TEXT_SIZE];

        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
                print_number(out, field, value->number);
                break;
        case FIELD_VALUE_INTEGER:
                (void)fputs(integer_format(value->integer, text), out);
                break;
        case FIELD_VALUE_BOOL:
                (void)fputs(value->number > 0 ? "true" : "false", out);
                break;
        case FIELD_VALUE_LABEL:
                (void)fputs(value->text, out);
                break;
        case FIELD_VALUE_BITS:
                print_bits(out, field, integer_to_bits(value->integer));
                break;
        case FIELD_VALUE_TEXT:
                (void)fwrite(value->text, 1, value->size, out);
                break;
        case FIELD_VALUE_BYTES:
                for (size_t i = 0; i < value->size; i++)
                        fprintf(out, "%02x", value->data[i]);
                break;
        case FIELD_VALUE_ARRAY:
                break;
        }
}

static void print_value(FILE *out, const Field *field, const FieldValue *value) {
        if (value->kind != FIELD_VALUE_ARRAY)
                print_element(out, field, value);
        for (size_t i = 0; value->kind == FIELD_VALUE_ARRAY && i < value->size; i++) {
                FieldValue element;

                field_decode_element(field, value->data, i, &element);
                (void)fputs(i > 0 ? "," : "", out);
                print_element(out, field, &element);
        }
        if (field->unit)
                fprintf(out, " %s", field->unit);
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

        if (!format_can_decode(format, data, size))
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
