/* A field's declaration, a value's text, and bytes from the air, a line each. What is declared
 * must encode and decode; what decodes must encode to what means the same. */
#include "core/field-spec.h"
#include "core/presentation-format.h"

#include "target.h"
#include "util/cleanup.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 2048

static void require(bool so) {
        if (!so)
                abort();
}

/* value is a copy, whose text and elements are put in place here. */
static void encode_decoded(const Field *field, const Format *format, FieldValue value) {
        uint8_t back[VALUE_SIZE_MAX + 1];
        char why[FORMAT_WHY_SIZE], text[VALUE_SIZE_MAX + 1];
        FieldValue elements[VALUE_SIZE_MAX];
        size_t size = 0;

        if (value.kind == FIELD_VALUE_TEXT) {
                require(value.size <= VALUE_SIZE_MAX);
                memcpy(text, value.text, value.size);
                text[value.size] = '\0';
                value.text = text;
        }
        if (value.kind == FIELD_VALUE_ARRAY) {
                require(value.size <= VALUE_SIZE_MAX);
                for (size_t i = 0; i < value.size; i++)
                        field_decode_element(field, value.data, i, &elements[i]);
                value.elements = elements;
        }
        require(field_encode(field, &value, back, &size, why) == 0);
        require(format_check(format, back, size, why) == 0);
}

/* Bytes that were checked decode, and what comes out encodes to bytes that are legal again. */
static void there_and_back(const Format *format, const uint8_t *data, size_t size) {
        const Field *field = &format->fields[0];
        char why[FORMAT_WHY_SIZE];
        FieldValue value = {0};
        bool can_decode = format_can_decode(format, data, size);

        if (field->type == FIELD_PAD || size > VALUE_SIZE_MAX)
                return;
        if (can_decode)
                field_decode(field, data, size, &value);
        if (format_check(format, data, size, why) != 0)
                return;
        require(can_decode);
        encode_decoded(field, format, value);
}

static void present(const Format *format) {
        uint8_t out[PRESENTATION_FORMAT_SIZE];
        char why[FORMAT_WHY_SIZE] = "";

        if (presentation_format(&format->fields[0], out, why) != 0)
                require(why[0] != '\0');
}

static void encode_text(const Format *format, const char *text) {
        const Field *field = &format->fields[0];
        const FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = text, .size = strlen(text)};
        uint8_t data[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE] = "";
        size_t size = 0;

        if (field->type == FIELD_PAD)
                return;
        if (field_encode(field, &value, data, &size, why) == 0)
                require(format_check(format, data, size, why) == 0);
        else
                require(why[0] != '\0' && memchr(why, '\0', sizeof(why)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        char input[INPUT_MAX + 1], why[FORMAT_WHY_SIZE] = "";
        Format *format = NULL;
        char *text, *bytes;

        if (size > INPUT_MAX)
                return 0;
        memcpy(input, data, size);
        input[size] = '\0';
        text = memchr(input, '\n', size);
        if (!text)
                return 0;
        *text++ = '\0';
        bytes = memchr(text, '\n', size - (size_t)(text - input));
        if (bytes)
                *bytes++ = '\0';
        if (format_add_field(&format, "value", input, why) == 0) {
                present(format);
                encode_text(format, text);
                if (bytes)
                        there_and_back(
                                format, (const uint8_t *)bytes, size - (size_t)(bytes - input));
        }
        format_free(format);
        return 0;
}
