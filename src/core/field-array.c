/* Arrays: several elements of one type behind one another. */
#include "core/field-array.h"

#include "core/field.h"

#include <stdio.h>
#include <string.h>

#define ELEMENT_NAME_SIZE 80
#define WORD_SIZE         256 /* of one element in a text */

/* An element as sentences name it: "levels[2]". */
static Field make_element(const Field *field, size_t index, char name[static ELEMENT_NAME_SIZE]) {
        Field element = *field;

        (void)snprintf(name, ELEMENT_NAME_SIZE, "%.64s[%zu]", field->name, index);
        element.name = name;
        return element;
}

static int check_count(const Field *field, size_t n, char why[static FORMAT_WHY_SIZE]) {
        char needed[48];

        if (n >= field->count_min && n <= field->count_max)
                return 0;
        if (field->count_min == field->count_max)
                (void)snprintf(needed, sizeof needed, "%zu", field->count_max);
        else
                (void)snprintf(
                        needed, sizeof needed, "%zu to %zu", field->count_min, field->count_max);
        field_why(why, "%s: %zu element%s, needs %s", field->name, n, n == 1 ? "" : "s", needed);
        return FORMAT_E_LENGTH;
}

static int encode_elements(const Field *field, FieldElementEncode encode,
        const FieldValue *elements, size_t n, uint8_t *out, char why[static FORMAT_WHY_SIZE]) {
        for (size_t i = 0; i < n; i++) {
                char name[ELEMENT_NAME_SIZE];
                Field element = make_element(field, i, name);
                int r = encode(&element, &elements[i], out + i * field_type_size(field->type), why);

                if (r != 0)
                        return r;
        }
        return 0;
}

static size_t count_words(const char *text) {
        size_t n = *text ? 1 : 0;

        for (; *text; text++)
                n += *text == ',';
        return n;
}

/* Cuts the next word of *text, without spaces before it. */
static int take_word(const Field *field, const char **text, char out[static WORD_SIZE],
        char why[static FORMAT_WHY_SIZE]) {
        size_t length;

        *text += strspn(*text, " ");
        length = strcspn(*text, ",");
        if (length >= WORD_SIZE) {
                field_why(why, "%s: \"%.60s...\" is too long", field->name, *text);
                return FORMAT_E_TYPE;
        }
        memcpy(out, *text, length);
        out[length] = '\0';
        *text += length + ((*text)[length] == ',');
        return 0;
}

static int encode_words(const Field *field, FieldElementEncode encode, const char *text, size_t n,
        uint8_t *out, char why[static FORMAT_WHY_SIZE]) {
        char name[ELEMENT_NAME_SIZE], word[WORD_SIZE];

        for (size_t i = 0; i < n; i++) {
                const FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = word};
                Field element = make_element(field, i, name);
                int r = take_word(&element, &text, word, why);

                if (r == 0)
                        r = encode(&element, &value, out + i * field_type_size(field->type), why);
                if (r != 0)
                        return r;
        }
        return 0;
}

int field_array_encode(const Field *field, FieldElementEncode encode, const FieldValue *value,
        uint8_t *out, size_t *ret_size, char why[static FORMAT_WHY_SIZE]) {
        bool is_text = value->kind == FIELD_VALUE_TEXT;
        size_t n = is_text ? count_words(value->text) : value->size;
        int r;

        if (!is_text && value->kind != FIELD_VALUE_ARRAY) {
                field_why(why, "%s: one value where an array is needed", field->name);
                return FORMAT_E_TYPE;
        }
        r = check_count(field, n, why);
        if (r != 0)
                return r;
        r = is_text ? encode_words(field, encode, value->text, n, out, why)
                    : encode_elements(field, encode, value->elements, n, out, why);
        if (r == 0)
                *ret_size = n * field_type_size(field->type);
        return r;
}

int field_array_check(const Field *field, FieldElementCheck check, const uint8_t *data, size_t size,
        char why[static FORMAT_WHY_SIZE]) {
        size_t element_size = field_type_size(field->type);
        int r;

        if (size % element_size != 0) {
                field_why(why, "%s: %zu byte%s, not a multiple of %zu", field->name, size,
                        size == 1 ? "" : "s", element_size);
                return FORMAT_E_LENGTH;
        }
        r = check_count(field, size / element_size, why);
        for (size_t i = 0; r == 0 && i < size / element_size; i++) {
                char name[ELEMENT_NAME_SIZE];
                Field element = make_element(field, i, name);

                r = check(&element, data + i * element_size, why);
        }
        return r;
}
