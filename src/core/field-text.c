/* utf8 and bytes. */
#include "core/field-text.h"

#include "core/field.h"
#include "util/bytes.h"
#include "util/json-text.h"

#include <errno.h>
#include <string.h>

int field_text_check(
        const Field *field, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]) {
        char json_why[JSON_TEXT_WHY_SIZE];

        if (size < field->size_min || size > field->size_max) {
                field_why_length(why, field->name, size, field->size_min, field->size_max);
                return FORMAT_E_LENGTH;
        }
        if (field->type == FIELD_UTF8 && !bytes_is_utf8(data, size)) {
                field_why(why, "%s: is not UTF-8", field->name);
                return FORMAT_E_RANGE;
        }
        if (field->json && json_text_check((const char *)data, size, json_why) < 0) {
                field_why(why, "%s: is not JSON: %s", field->name, json_why);
                return FORMAT_E_RANGE;
        }
        return 0;
}

static int encode_bytes(const Field *field, const uint8_t *data, size_t size, uint8_t *out,
        size_t *ret_size, char why[static FORMAT_WHY_SIZE]) {
        int r = field_text_check(field, data, size, why);

        if (r != 0)
                return r;
        if (size > 0)
                memcpy(out, data, size);
        *ret_size = size;
        return 0;
}

static int encode_hex(const Field *field, const char *text, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        uint8_t data[VALUE_SIZE_MAX];
        size_t size;
        int r = bytes_from_hex(data, sizeof data, text, &size);

        if (r == -EMSGSIZE) {
                field_why(why, "%s: more than %zu bytes", field->name, field->size_max);
                return FORMAT_E_LENGTH;
        }
        if (r < 0) {
                field_why(why, "%s: \"%.60s\" is not hex", field->name, text);
                return FORMAT_E_TYPE;
        }
        return encode_bytes(field, data, size, out, ret_size, why);
}

int field_text_encode(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char why[static FORMAT_WHY_SIZE]) {
        const char *what = "a number";

        switch (value->kind) {
        case FIELD_VALUE_TEXT:
                if (field->type == FIELD_BYTES)
                        return encode_hex(field, value->text, out, ret_size, why);
                return encode_bytes(field, (const uint8_t *)value->text, strlen(value->text), out,
                        ret_size, why);
        case FIELD_VALUE_BYTES:
                return encode_bytes(field, value->data, value->size, out, ret_size, why);
        case FIELD_VALUE_ARRAY:
                what = "an array";
                break;
        case FIELD_VALUE_BOOL:
                what = "yes or no";
                break;
        case FIELD_VALUE_NUMBER:
        case FIELD_VALUE_INTEGER:
        case FIELD_VALUE_LABEL:
        case FIELD_VALUE_BITS:
                break;
        }
        field_why(why, "%s: %s where text is needed", field->name, what);
        return FORMAT_E_TYPE;
}
