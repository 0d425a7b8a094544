/* The values of characteristics between bytes and JSON. */
#include "socket/fields-json.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static json_t *bytes_to_json(const uint8_t *data, size_t size) {
        char hex[2 * VALUE_SIZE_MAX + 1];

        if (size > VALUE_SIZE_MAX)
                size = VALUE_SIZE_MAX;
        bytes_to_hex(hex, data, size);
        return json_string(hex);
}

static const char *bit_name(const Field *field, uint32_t position) {
        for (size_t i = 0; i < field->n_labels; i++)
                if (field->labels[i].number == position)
                        return field->labels[i].name;
        return NULL;
}

/* An array of names; a bit without a name stands as its position. */
static json_t *bits_to_json(const Field *field, uint32_t bits) {
        json_t *array = json_array();

        for (uint32_t position = 0; array && position < 32; position++) {
                const char *name = bit_name(field, position);

                if (!(bits >> position & 1))
                        continue;
                if (json_array_append_new(
                            array, name ? json_string(name) : json_integer(position)) < 0) {
                        json_decref(array);
                        return NULL;
                }
        }
        return array;
}

/* Without a scale a number is a JSON integer, with one always a real. */
static json_t *number_to_json(const Field *field, double number) {
        if (field->scale < field->divisor || field->scale > field->divisor)
                return json_real(number);
        return json_integer((json_int_t)number);
}

static json_t *value_to_json(const Field *field, const FieldValue *value) {
        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
                return number_to_json(field, value->number);
        case FIELD_VALUE_LABEL:
                return json_string(value->text);
        case FIELD_VALUE_BITS:
                return bits_to_json(field, (uint32_t)value->number);
        case FIELD_VALUE_TEXT:
                return json_stringn(value->text, value->size);
        case FIELD_VALUE_BYTES:
                return bytes_to_json(value->data, value->size);
        }
        return NULL;
}

/* False if these bytes are none of the format's: then they are shown as hex only. */
static bool is_readable(const Format *format, const uint8_t *data, size_t size) {
        size_t offset = 0;

        if (size < format_size_min(format) || size > format_size_max(format))
                return false;
        for (size_t i = 0; i < format->n_fields; i++) {
                const Field *field = &format->fields[i];

                if (field->type == FIELD_UTF8 && !bytes_is_utf8(data + offset, size - offset))
                        return false;
                offset += field->size_min;
        }
        return true;
}

static json_t *fields_to_json(const Format *format, const uint8_t *data, size_t size) {
        json_t *fields = json_object();
        size_t offset = 0;

        for (size_t i = 0; fields && i < format->n_fields; i++) {
                const Field *field = &format->fields[i];
                FieldValue value = {};

                if (field->type != FIELD_PAD) {
                        field_decode(field, data + offset, size - offset, &value);
                        if (json_object_set_new(fields, field->name, value_to_json(field, &value)) <
                                0) {
                                json_decref(fields);
                                return NULL;
                        }
                }
                offset += field->size_min;
        }
        return fields;
}

int fields_json_decode(json_t *object, const Characteristic *c, const uint8_t *data, size_t size) {
        json_t *fields;
        int r;

        if (size == 0)
                data = (const uint8_t *)"";
        if (json_object_set_new(object, "hex", bytes_to_json(data, size)) < 0)
                return -ENOMEM;
        if (!c->format || !is_readable(c->format, data, size))
                return 0;
        fields = fields_to_json(c->format, data, size);
        if (!fields)
                return -ENOMEM;
        if (c->single_value) {
                r = json_object_update(object, fields);
                json_decref(fields);
        } else
                r = json_object_set_new(object, "fields", fields);
        return r < 0 ? -ENOMEM : 0;
}

int fields_json_add_units(json_t *object, const Characteristic *c) {
        json_t *units;

        if (!c->format)
                return 0;
        units = json_object();
        if (json_object_set_new(object, "units", units) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < c->format->n_fields; i++) {
                const Field *field = &c->format->fields[i];

                if (field->unit && field->type != FIELD_PAD &&
                        json_object_set_new(units, field->name, reply_string(field->unit)) < 0)
                        return -ENOMEM;
        }
        return 0;
}

ReplyError fields_json_error(int format_error) {
        switch (format_error) {
        case FORMAT_E_LENGTH:
                return REPLY_E_BAD_LENGTH;
        case FORMAT_E_RANGE:
                return REPLY_E_OUT_OF_RANGE;
        case FORMAT_E_TYPE:
                return REPLY_E_BAD_VALUE;
        }
        return REPLY_E_INTERNAL;
}

static const char *json_type_name(const json_t *value) {
        switch (json_typeof(value)) {
        case JSON_OBJECT:
                return "an object";
        case JSON_ARRAY:
                return "an array";
        case JSON_STRING:
                return "a string";
        case JSON_INTEGER:
        case JSON_REAL:
                return "a number";
        case JSON_TRUE:
                return "true";
        case JSON_FALSE:
                return "false";
        case JSON_NULL:
                return "null";
        }
        return "nothing";
}

static int encode_text(const Field *field, const char *text, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        FieldValue value = {.kind = FIELD_VALUE_TEXT, .text = text, .size = strlen(text)};
        char why[FORMAT_WHY_SIZE] = "";
        int r = field_encode(field, &value, out, ret_size, why);

        return r == 0 ? 0 : reply_fail(detail, fields_json_error(r), "%s", why);
}

static int encode_number(const Field *field, double number, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        FieldValue value = {.kind = FIELD_VALUE_NUMBER, .number = number};
        char why[FORMAT_WHY_SIZE] = "";
        int r = field_encode(field, &value, out, ret_size, why);

        return r == 0 ? 0 : reply_fail(detail, fields_json_error(r), "%s", why);
}

/* An array of bit names is the text form, "A,B", in another dress. */
static int encode_bits(const Field *field, const json_t *names, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        _cleanup_free_ char *text = NULL;
        size_t size = 1, used = 0;

        for (size_t i = 0; i < json_array_size(names); i++) {
                const char *name = json_string_value(json_array_get(names, i));

                if (!name || !*name || strpbrk(name, ",|"))
                        return reply_fail(detail, REPLY_E_BAD_VALUE,
                                "%s: element %zu of the array is not the name of one bit",
                                field->name, i);
                size += strlen(name) + 1;
        }
        text = calloc(1, size);
        if (!text)
                return -ENOMEM;
        for (size_t i = 0; i < json_array_size(names); i++) {
                const char *name = json_string_value(json_array_get(names, i));

                if (used > 0)
                        text[used++] = ',';
                memcpy(text + used, name, strlen(name));
                used += strlen(name);
        }
        return encode_text(field, text, out, ret_size, detail);
}

static int encode_field(const Field *field, const json_t *value, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        if (json_is_number(value))
                return encode_number(field, json_number_value(value), out, ret_size, detail);
        if (json_is_string(value))
                return encode_text(field, json_string_value(value), out, ret_size, detail);
        if (json_is_array(value) && field->labels_kind == LABELS_BITS)
                return encode_bits(field, value, out, ret_size, detail);
        return reply_fail(detail, REPLY_E_BAD_VALUE, "%s: %s is not a value; it takes a number%s",
                field->name, json_type_name(value),
                field->labels_kind == LABELS_BITS ? ", a string or an array of names"
                                                  : " or a string");
}

static int unknown_field(
        const Characteristic *c, const char *name, char detail[static REPLY_DETAIL_SIZE]) {
        ReplyNames names = {};

        if (c->single_value)
                return reply_fail(detail, REPLY_E_UNKNOWN_FIELD,
                        "there is no field '%.64s': %s is a single value, named value; for a text "
                        "with '=' in it write value=%.64s=...",
                        name, c->name, name);
        for (size_t i = 0; i < c->format->n_fields; i++)
                if (c->format->fields[i].type != FIELD_PAD)
                        reply_names_add(&names, c->format->fields[i].name);
        return reply_fail(detail, REPLY_E_UNKNOWN_FIELD, "there is no field '%.64s'%s%s", name,
                names.text[0] ? "; there are " : "", names.text);
}

int fields_json_encode(const Characteristic *c, json_t *fields, uint8_t *data, size_t *size,
        char detail[static REPLY_DETAIL_SIZE]) {
        const char *name;
        json_t *value;
        int r = 0;

        json_object_foreach(fields, name, value) {
                size_t offset, encoded;
                const Field *field = format_find(c->format, name, &offset);

                r = field ? encode_field(field, value, data + offset, &encoded, detail)
                          : unknown_field(c, name, detail);
                if (r != 0)
                        break;
                /* Only the last field has a length of its own. */
                if (field->size_min != field->size_max)
                        *size = offset + encoded;
        }
        return r;
}

int fields_json_encode_value(const Characteristic *c, const json_t *value, uint8_t *data,
        size_t *size, char detail[static REPLY_DETAIL_SIZE]) {
        return encode_field(&c->format->fields[0], value, data, size, detail);
}
