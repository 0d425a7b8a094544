/* Formats for tests, made from the lines a profile would have. Include it behind cmocka.h. */
#pragma once

#include "core/field-spec.h"
#include "util/cleanup.h"

typedef struct Line {
        const char *name, *spec;
} Line;

DEFINE_CLEANUP(Format *, format_free);

static inline Format *make_format(const Line *lines, size_t n) {
        char why[FORMAT_WHY_SIZE];
        Format *format = NULL;

        for (size_t i = 0; i < n; i++) {
                int r = format_add_field(&format, lines[i].name, lines[i].spec, why);

                if (r < 0)
                        fail_msg("%s: %s", lines[i].name, why);
        }
        return format;
}

/* Encodes one field at its place in data. */
static inline int set_field(const Format *format, uint8_t *data, const char *name,
        const FieldValue *value, char why[static FORMAT_WHY_SIZE]) {
        size_t offset = 0, size = 0;
        const Field *field = format_find(format, name, &offset);

        assert_non_null(field);
        return field_encode(field, value, data + offset, &size, why);
}

static inline FieldValue number_value(double number) {
        return (FieldValue){.kind = FIELD_VALUE_NUMBER, .number = number};
}

static inline FieldValue text_value(const char *text) {
        return (FieldValue){.kind = FIELD_VALUE_TEXT, .text = text};
}
