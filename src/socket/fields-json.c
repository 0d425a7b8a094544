/* The values of characteristics between bytes and JSON. */
#include "socket/fields-json.h"

#include "core/field-bits.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static json_t *bytes_to_json(const uint8_t *data, size_t size) {
        char hex[2 * VALUE_SIZE_MAX + 1];

        if (size > VALUE_SIZE_MAX)
                size = VALUE_SIZE_MAX;
        bytes_to_hex(hex, data, size);
        return json_string(hex);
}

/* Takes element, which may be NULL. False: array is gone. */
static bool append(json_t *array, json_t *element) {
        if (json_array_append_new(array, element) == 0)
                return true;
        json_decref(array);
        return false;
}

/* A name, with the number of a part of several bits; a bit without a name is its position. */
static json_t *bit_to_json(const FieldBits *bit) {
        if (!bit->label)
                return json_integer(bit->position);
        if (bit->label->width == 1)
                return json_string(bit->label->name);
        return json_sprintf("%s=%" PRIu64, bit->label->name, bit->value);
}

static json_t *bits_to_json(const Field *field, uint64_t bits) {
        json_t *array = json_array();
        FieldBits bit;

        while (array && field_bits_next(field, &bits, &bit))
                if (!append(array, bit_to_json(&bit)))
                        return NULL;
        return array;
}

/* An integer of JSON has 64 bits and a sign (jansson; many others have less). */
static json_t *integer_to_json(Integer integer) {
        char text[INTEGER_TEXT_SIZE];

        if (!integer.negative && integer.magnitude > INT64_MAX)
                return json_string(integer_format(integer, text));
        return json_integer((json_int_t)integer_to_bits(integer));
}

static json_t *element_to_json(const Field *field, const FieldValue *value) {
        switch (value->kind) {
        case FIELD_VALUE_NUMBER:
                return json_real(value->number);
        case FIELD_VALUE_INTEGER:
                return integer_to_json(value->integer);
        case FIELD_VALUE_BOOL:
                return json_boolean(value->number > 0);
        case FIELD_VALUE_LABEL:
                return json_string(value->text);
        case FIELD_VALUE_BITS:
                return bits_to_json(field, integer_to_bits(value->integer));
        case FIELD_VALUE_TEXT:
                return json_stringn(value->text, value->size);
        case FIELD_VALUE_BYTES:
                return bytes_to_json(value->data, value->size);
        case FIELD_VALUE_ARRAY:
                break;
        }
        return NULL;
}

static json_t *value_to_json(const Field *field, const FieldValue *value) {
        json_t *array;

        if (value->kind != FIELD_VALUE_ARRAY)
                return element_to_json(field, value);
        array = json_array();
        for (size_t i = 0; array && i < value->size; i++) {
                FieldValue element;

                field_decode_element(field, value->data, i, &element);
                if (!append(array, element_to_json(field, &element)))
                        return NULL;
        }
        return array;
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
        if (!c->format || !format_can_decode(c->format, data, size))
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

static int encode_value(const Field *field, const FieldValue *value, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        char why[FORMAT_WHY_SIZE] = "";
        int r = field_encode(field, value, out, ret_size, why);

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
        return encode_value(field, &(FieldValue){.kind = FIELD_VALUE_TEXT, .text = text}, out,
                ret_size, detail);
}

/* False: value is none that stands alone. */
static bool read_element(const Field *field, const json_t *value, FieldValue *ret) {
        int64_t integer = json_integer_value(value);

        if (json_is_integer(value))
                *ret = (FieldValue){.kind = FIELD_VALUE_INTEGER,
                        .integer = integer_from_bits((uint64_t)integer, 64, true),
                        .number = (double)integer};
        else if (json_is_real(value))
                *ret = (FieldValue){.kind = FIELD_VALUE_NUMBER, .number = json_real_value(value)};
        else if (json_is_string(value))
                *ret = (FieldValue){.kind = FIELD_VALUE_TEXT, .text = json_string_value(value)};
        else if (json_is_boolean(value) && field->type == FIELD_BOOL)
                *ret = (FieldValue){.kind = FIELD_VALUE_BOOL, .number = json_is_true(value)};
        else
                return false;
        return true;
}

static int encode_array(const Field *field, const json_t *array, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        FieldValue elements[VALUE_SIZE_MAX];
        const FieldValue value = {
                .kind = FIELD_VALUE_ARRAY, .elements = elements, .size = json_array_size(array)};

        /* More than has room is refused for its number. */
        for (size_t i = 0; i < value.size && i < ELEMENTS(elements); i++) {
                const json_t *element = json_array_get(array, i);

                if (!read_element(field, element, &elements[i]))
                        return reply_fail(detail, REPLY_E_BAD_VALUE,
                                "%s: element %zu of the array is %s", field->name, i,
                                json_type_name(element));
        }
        return encode_value(field, &value, out, ret_size, detail);
}

static const char *what_it_takes(const Field *field) {
        if (field->is_array)
                return "an array or a string";
        if (field->labels_kind == LABELS_BITS)
                return "a number, a string or an array of names";
        if (field->type == FIELD_BOOL)
                return "true or false, a number or a string";
        return "a number or a string";
}

static int encode_field(const Field *field, const json_t *value, uint8_t *out, size_t *ret_size,
        char detail[static REPLY_DETAIL_SIZE]) {
        FieldValue element;

        if (json_is_array(value) && field->labels_kind == LABELS_BITS)
                return encode_bits(field, value, out, ret_size, detail);
        if (json_is_array(value) && field->is_array)
                return encode_array(field, value, out, ret_size, detail);
        if (read_element(field, value, &element))
                return encode_value(field, &element, out, ret_size, detail);
        return reply_fail(detail, REPLY_E_BAD_VALUE, "%s: %s is not a value; it takes %s",
                field->name, json_type_name(value), what_it_takes(field));
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
