/* The layout of a value: its fields in order. */
#include "core/format.h"

#include "core/field.h"

#include <stdlib.h>
#include <string.h>

Format *format_free(Format *format) {
        if (!format)
                return NULL;
        for (size_t i = 0; i < format->n_fields; i++)
                field_done(&format->fields[i]);
        free(format->fields);
        free(format);
        return NULL;
}

size_t format_size_min(const Format *format) {
        size_t size = 0;

        for (size_t i = 0; i < format->n_fields; i++)
                size += format->fields[i].size_min;
        return size;
}

size_t format_size_max(const Format *format) {
        size_t size = 0;

        for (size_t i = 0; i < format->n_fields; i++)
                size += format->fields[i].size_max;
        return size;
}

const Field *format_find(const Format *format, const char *name, size_t *ret_offset) {
        size_t offset = 0;

        for (size_t i = 0; i < format->n_fields; i++) {
                const Field *field = &format->fields[i];

                if (field->type != FIELD_PAD && strcmp(field->name, name) == 0) {
                        *ret_offset = offset;
                        return field;
                }
                offset += field->size_max;
        }
        return NULL;
}

void format_initial(const Format *format, uint8_t *data, size_t *ret_size) {
        size_t size = 0;

        for (size_t i = 0; i < format->n_fields; i++) {
                const Field *field = &format->fields[i];

                memcpy(data + size, field->initial, field->initial_size);
                size += field->initial_size;
        }
        *ret_size = size;
}
