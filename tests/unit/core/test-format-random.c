/* Many formats, many legal values: what is decoded encodes to the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "formats.h"
#include "random.h"

static const char *const specs[] = {"u8", "u16", "u32", "i8", "i16", "i32", "i16 scale=0.1",
        "u16 scale=0.01", "i32 scale=0.001", "u32 scale=1e-9", "u16 scale=2.5", "i8 scale=0.3",
        "u8 min=10 max=200", "i16 scale=0.1 min=-2000.5 max=1999.9 clamp=yes",
        "u8 enum=A,B:5,C,D:200", "u8 names=A:1,B:99", "u8 bits=A:0,B:3,C:7", "pad 3",
        "bytes size=5", "bytes size_max=9", "utf8 size_max=9"};

/* Fills data with a legal value of one field and returns its size. */
static size_t random_value(Random *random, const Field *field, uint8_t *data) {
        Field alone = *field;
        const Format format = {.fields = &alone, .n_fields = 1};
        char why[FORMAT_WHY_SIZE];
        size_t size = field->size_min +
                      random_below(random, (uint32_t)(field->size_max - field->size_min + 1));

        do
                for (size_t i = 0; i < size; i++)
                        data[i] = field->type == FIELD_PAD ? 0
                                  : field->type == FIELD_UTF8
                                          ? (uint8_t)(1 + random_below(random, 127))
                                          : (uint8_t)random_below(random, 256);
        while (format_check(&format, data, size, why) != 0);
        return size;
}

static Format *random_format(Random *random) {
        static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
        size_t n = 1 + random_below(random, ELEMENTS(names));
        char why[FORMAT_WHY_SIZE];
        Format *format = NULL;

        /* What cannot follow a field of variable length is left out. */
        for (size_t i = 0; i < n; i++)
                (void)format_add_field(
                        &format, names[i], specs[random_below(random, ELEMENTS(specs))], why);
        assert_non_null(format);
        return format;
}

/* Decodes a field and encodes what came out. */
static size_t there_and_back(const Field *field, const uint8_t *data, size_t size, uint8_t *out) {
        char why[FORMAT_WHY_SIZE] = "", text[VALUE_SIZE_MAX + 1];
        FieldValue value;
        size_t out_size = 0;
        int r;

        field_decode(field, data, size, &value);
        if (value.kind == FIELD_VALUE_TEXT) {
                memcpy(text, value.text, value.size);
                text[value.size] = '\0';
                value.text = text;
        }
        r = field_encode(field, &value, out, &out_size, why);
        assert_string_equal(why, "");
        assert_int_equal(r, 0);
        return out_size;
}

static void test_legal_bytes_come_back_from_their_values(void **state) {
        Random random = {.state = 20240229};

        for (unsigned round = 0; round < 20000; round++) {
                _cleanup_(format_freep) Format *format = random_format(&random);
                uint8_t data[VALUE_SIZE_MAX] = {}, back[VALUE_SIZE_MAX];
                char why[FORMAT_WHY_SIZE] = "";
                size_t size = 0, offset = 0;

                for (size_t i = 0; i < format->n_fields; i++)
                        size += random_value(&random, &format->fields[i], data + size);
                assert_int_equal(format_check(format, data, size, why), 0);
                format_initial(format, back, &offset);
                offset = 0;
                for (size_t i = 0; i < format->n_fields; i++) {
                        const Field *field = &format->fields[i];

                        if (field->type == FIELD_PAD)
                                offset += field->size_max;
                        else
                                offset += there_and_back(
                                        field, data + offset, size - offset, back + offset);
                }
                assert_int_equal(offset, size);
                assert_memory_equal(back, data, size);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_legal_bytes_come_back_from_their_values),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
