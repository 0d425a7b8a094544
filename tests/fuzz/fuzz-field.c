/* A field's declaration, a value's text, and bytes from the air, a line each. What is declared
 * must encode and decode; what decodes must encode to what means the same. */
#include "core/field-spec.h"

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

/* Bytes that were checked decode, and what comes out encodes to bytes that are legal again. */
static void there_and_back(const Format *format, const uint8_t *data, size_t size) {
        const Field *field = &format->fields[0];
        uint8_t back[VALUE_SIZE_MAX + 1];
        char why[FORMAT_WHY_SIZE], text[VALUE_SIZE_MAX + 1];
        FieldValue value = {0};
        size_t back_size = 0;

        if (size > VALUE_SIZE_MAX || format_check(format, data, size, why) != 0 ||
                field->type == FIELD_PAD)
                return;
        field_decode(field, data, size, &value);
        if (value.kind == FIELD_VALUE_TEXT) {
                require(value.size <= VALUE_SIZE_MAX);
                memcpy(text, value.text, value.size);
                text[value.size] = '\0';
                /* A text ends at its first NUL. */
                if (strlen(text) < value.size)
                        return;
                value.text = text;
        }
        require(field_encode(field, &value, back, &back_size, why) == 0);
        require(format_check(format, back, back_size, why) == 0);
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
                encode_text(format, text);
                if (bytes)
                        there_and_back(
                                format, (const uint8_t *)bytes, size - (size_t)(bytes - input));
        }
        format_free(format);
        return 0;
}
