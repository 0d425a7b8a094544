/* Many formats, many legal values: what is decoded encodes to the same bytes. */
#include "core/field-bits.h"
#include "core/field.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"
#include "random.h"

#define SPEC_SIZE   160
#define FIELDS_MAX  6
#define ELEMENT_MAX 32
#define ROUNDS      20000

static uint64_t random_bits(Random *random) {
        uint64_t high = random_below(random, UINT32_MAX);

        return high << 32 | random_below(random, UINT32_MAX) | (random_below(random, 2) ? 1 : 0);
}

static const char *random_of(Random *random, const char *const *texts, size_t n) {
        return texts[random_below(random, (uint32_t)n)];
}

#define RANDOM_OF(random, texts) random_of(random, texts, ELEMENTS(texts))

static void add(char spec[static SPEC_SIZE], const char *text) {
        size_t used = strlen(spec);

        (void)snprintf(spec + used, SPEC_SIZE - used, " %s", text);
}

static void random_number_spec(Random *random, FieldType type, char spec[static SPEC_SIZE]) {
        static const char *const scales[] = {"scale=0.1", "scale=0.01 offset=-273.15", "scale=1e-9",
                "scale=2.5", "scale=0.3", "offset=-40", "offset=1000000",
                "scale=0.5 offset=-20 clamp=yes", "scale=1000 offset=0.5",
                "scale=0.5 max=40 names=UNKNOWN:127 clamp=yes"};
        static const char *const bounds[] = {"min=10 max=100", "min=3.5", "max=99.9 clamp=yes",
                "max=100 names=UNKNOWN:127,OVER:126"};
        static const char *const labels[] = {
                "enum=A,B:5,C,D:100", "names=A:1,B:99", "enum=A:7 default=a"};
        static const char *const negative[] = {"enum=A:-100,B,C:0", "names=A:-1,B:99"};
        static const char *const bits[] = {"bits=A:0,B:3,C:7", "bits=A,B:2-4"};
        bool has_sign = field_type_class(type) == CLASS_SIGNED;

        switch (random_below(random, 8)) {
        case 0:
        case 1:
                add(spec, RANDOM_OF(random, scales));
                break;
        case 2:
                add(spec, RANDOM_OF(random, bounds));
                break;
        case 3:
                add(spec, RANDOM_OF(random, labels));
                break;
        case 4:
                if (has_sign)
                        add(spec, RANDOM_OF(random, negative));
                else
                        add(spec, RANDOM_OF(random, bits));
                break;
        }
}

/* A specification with what suits its type. */
static void random_spec(Random *random, char spec[static SPEC_SIZE]) {
        static const char *const texts[] = {"utf8 size_max=9", "utf8", "bytes size=5",
                "bytes size_max=9", "pad 3", "utf8 json=yes size_max=20"};
        static const char *const bounds[] = {"min=-5.5", "max=1e3 clamp=yes", "min=0.1 max=0.7"};
        static const char *const counts[] = {"count=1", "count=3", "count_max=4"};
        FieldType type = (FieldType)random_below(random, FIELD_PAD + 1);
        FieldClass class = field_type_class(type);

        (void)snprintf(spec, SPEC_SIZE, "%s", field_type_name(type));
        if (field_type_size(type) == 0) {
                (void)snprintf(spec, SPEC_SIZE, "%s", RANDOM_OF(random, texts));
                return;
        }
        if (class == CLASS_UNSIGNED || class == CLASS_SIGNED)
                random_number_spec(random, type, spec);
        else if (class != CLASS_BOOL && random_below(random, 3) == 0)
                add(spec, RANDOM_OF(random, bounds));
        if (field_type_size(type) > 1 && random_below(random, 3) == 0)
                add(spec, "endian=big");
        if (!strstr(spec, "bits=") && !strstr(spec, "default=") && random_below(random, 3) == 0)
                add(spec, RANDOM_OF(random, counts));
}

static uint64_t random_raw(Random *random, const Field *field) {
        uint64_t first = integer_to_bits(field->raw_min);
        uint64_t span = integer_to_bits(field->raw_max) - first;

        if (field->labels_kind == LABELS_ENUM)
                return field->labels[random_below(random, (uint32_t)field->n_labels)].number;
        if (field->labels_kind == LABELS_BITS)
                return random_bits(random) & field_named_bits(field);
        if (field->labels_kind == LABELS_NAMES && random_below(random, 4) == 0)
                return field->labels[random_below(random, (uint32_t)field->n_labels)].number;
        switch (random_below(random, 8)) {
        case 0:
                return first;
        case 1:
                return first + span;
        }
        return span == UINT64_MAX ? random_bits(random) : first + random_bits(random) % (span + 1);
}

static void random_element(Random *random, const Field *field, uint8_t *data) {
        double part = random_below(random, 1000000) / 1e6;
        const FieldValue inside = number_value(field->min + (field->max - field->min) * part);
        char why[FORMAT_WHY_SIZE] = "";
        Field alone = *field;
        const Format format = {.fields = &alone, .n_fields = 1};
        size_t size;

        alone.is_array = false;
        alone.count_min = alone.count_max = 1;
        alone.size_min = alone.size_max = field_type_size(field->type);
        if (field_type_is_integer(field->type))
                field_put_bits(field, data, random_raw(random, field));
        else if (field->bounded)
                assert_int_equal(field_encode(&alone, &inside, data, &size, why), 0);
        else
                do
                        field_put_bits(field, data, random_bits(random));
                while (format_check(&format, data, alone.size_max, why) != 0);
}

static size_t random_text(Random *random, const Field *field, uint8_t *data) {
        static const char *const json[] = {"{}", "[1,2,{\"a\":null}]", "1.5e3", "\"]\""};
        size_t size = field->size_min +
                      random_below(random, (uint32_t)(field->size_max - field->size_min + 1));
        const char *text = RANDOM_OF(random, json);

        if (field->json) {
                memcpy(data, text, strlen(text));
                return strlen(text);
        }
        for (size_t i = 0; i < size; i++)
                data[i] = field->type == FIELD_PAD    ? 0
                          : field->type == FIELD_UTF8 ? (uint8_t)(1 + random_below(random, 127))
                                                      : (uint8_t)random_below(random, 256);
        return size;
}

/* Fills data with a legal value of one field and returns its size. */
static size_t random_value(Random *random, const Field *field, uint8_t *data) {
        size_t element_size = field_type_size(field->type), n = field->count_min;

        if (element_size == 0)
                return random_text(random, field, data);
        n += random_below(random, (uint32_t)(field->count_max - field->count_min + 1));
        for (size_t i = 0; i < n; i++)
                random_element(random, field, data + i * element_size);
        return n * element_size;
}

/* Each specification must be taken; what cannot follow a field of variable length is left out. */
static Format *random_format(Random *random) {
        static const char *const names[FIELDS_MAX] = {"a", "b", "c", "d", "e", "f"};
        size_t n = 1 + random_below(random, FIELDS_MAX);
        char why[FORMAT_WHY_SIZE], spec[SPEC_SIZE];
        Format *format = NULL;

        for (size_t i = 0; i < n; i++) {
                _cleanup_(format_freep) Format *alone = NULL;

                random_spec(random, spec);
                if (format_add_field(&alone, "alone", spec, why) < 0)
                        fail_msg("%s: %s", spec, why);
                (void)format_add_field(&format, names[i], spec, why);
        }
        assert_non_null(format);
        return format;
}

/* Decodes a field and encodes what came out. */
static size_t there_and_back(const Field *field, const uint8_t *data, size_t size, uint8_t *out) {
        char why[FORMAT_WHY_SIZE] = "", text[VALUE_SIZE_MAX + 1];
        FieldValue value, elements[ELEMENT_MAX];
        size_t out_size = 0;
        int r;

        field_decode(field, data, size, &value);
        if (value.kind == FIELD_VALUE_TEXT) {
                memcpy(text, value.text, value.size);
                text[value.size] = '\0';
                value.text = text;
        }
        for (size_t i = 0; value.kind == FIELD_VALUE_ARRAY && i < value.size; i++)
                field_decode_element(field, value.data, i, &elements[i]);
        value.elements = elements;
        r = field_encode(field, &value, out, &out_size, why);
        assert_string_equal(why, "");
        assert_int_equal(r, 0);
        return out_size;
}

static void assert_same_value(const FieldValue *a, const FieldValue *b) {
        assert_int_equal(a->kind, b->kind);
        if (a->kind == FIELD_VALUE_LABEL)
                assert_string_equal(a->text, b->text);
        else
                assert_true(a->number == b->number);
}

/* A float has several patterns for one value: NaN, zeros at the end of a decimal mantissa.
 * The value is the same, and so are the bytes once they have been made of it. */
static void assert_same_floats(
        const Field *field, const uint8_t *data, const uint8_t *back, size_t size) {
        size_t element_size = field_type_size(field->type);
        uint8_t again[VALUE_SIZE_MAX];
        FieldValue before, after;

        for (size_t i = 0; i < size / element_size; i++) {
                field_decode_element(field, data, i, &before);
                field_decode_element(field, back, i, &after);
                assert_same_value(&before, &after);
        }
        assert_int_equal(there_and_back(field, back, size, again), size);
        assert_memory_equal(again, back, size);
}

static void check_there_and_back(const Format *format, const uint8_t *data, size_t size) {
        uint8_t back[VALUE_SIZE_MAX];
        size_t offset = 0;

        for (size_t i = 0; i < format->n_fields; i++) {
                const Field *field = &format->fields[i];
                FieldClass class = field_type_class(field->type);
                size_t n = field->size_max;

                if (field->type != FIELD_PAD)
                        n = there_and_back(field, data + offset, size - offset, back);
                if (class == CLASS_FLOAT || class == CLASS_MEDFLOAT)
                        assert_same_floats(field, data + offset, back, n);
                else if (field->type != FIELD_PAD && memcmp(back, data + offset, n) != 0)
                        fail_msg("field %zu of %s: other bytes", i, field_type_name(field->type));
                offset += n;
        }
        assert_int_equal(offset, size);
}

static void test_legal_bytes_come_back_from_their_values(void **state) {
        Random random = {.state = 20240229};

        for (unsigned round = 0; round < ROUNDS; round++) {
                _cleanup_(format_freep) Format *format = random_format(&random);
                uint8_t data[VALUE_SIZE_MAX] = {};
                char why[FORMAT_WHY_SIZE] = "";
                size_t size = 0;

                for (size_t i = 0; i < format->n_fields; i++)
                        size += random_value(&random, &format->fields[i], data + size);
                assert_int_equal(format_check(format, data, size, why), 0);
                assert_true(format_can_decode(format, data, size));
                check_there_and_back(format, data, size);
        }
}

static void test_every_default_is_legal(void **state) {
        Random random = {.state = 42};

        for (unsigned round = 0; round < ROUNDS / 4; round++) {
                _cleanup_(format_freep) Format *format = random_format(&random);
                uint8_t data[VALUE_SIZE_MAX];
                char why[FORMAT_WHY_SIZE] = "";
                size_t size = 0;

                format_initial(format, data, &size);
                (void)format_check(format, data, size, why);
                assert_string_equal(why, "");
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_legal_bytes_come_back_from_their_values),
                cmocka_unit_test(test_every_default_is_legal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
