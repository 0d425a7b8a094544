/* LABELS_BITS: one integer made of named bits, and of parts of several bits that are numbers. */
#include "core/field-bits.h"

#include "core/field.h"
#include "util/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WORD_SIZE 200

static uint64_t part_max(const FieldLabel *label) {
        return UINT64_MAX >> (64 - label->width);
}

uint64_t field_bits_of_label(const FieldLabel *label) {
        return part_max(label) << label->number;
}

uint64_t field_named_bits(const Field *field) {
        uint64_t bits = 0;

        for (size_t i = 0; i < field->n_labels; i++)
                bits |= field_bits_of_label(&field->labels[i]);
        return bits;
}

bool field_bits_next(const Field *field, uint64_t *bits, FieldBits *ret) {
        uint64_t lowest = *bits & (~*bits + 1);

        if (*bits == 0)
                return false;
        *ret = (FieldBits){.position = (unsigned)__builtin_ctzll(*bits), .value = 1};
        for (size_t i = 0; i < field->n_labels; i++) {
                const FieldLabel *label = &field->labels[i];
                uint64_t mask = field_bits_of_label(label);

                if ((mask & lowest) == 0)
                        continue;
                *ret = (FieldBits){.label = label,
                        .position = (unsigned)label->number,
                        .value = (*bits & mask) >> label->number};
                lowest = mask;
        }
        *bits &= ~lowest;
        return true;
}

/* number is what stands behind '=', or NULL. */
static int read_part(const Field *field, const FieldLabel *label, const char *number, uint64_t *ret,
        char why[static FORMAT_WHY_SIZE]) {
        *ret = 1;
        if (!number && label->width == 1)
                return 0;
        if (number && parse_unsigned(ret, number, 0, part_max(label)) == 0)
                return 0;
        field_why(why, "%s: %s is a number from 0 to %" PRIu64 ": %s=1", field->name, label->name,
                part_max(label), label->name);
        return FORMAT_E_RANGE;
}

/* word is cut. */
static int add_word(
        const Field *field, char *word, uint64_t *bits, char why[static FORMAT_WHY_SIZE]) {
        char list[FIELD_LABEL_LIST_SIZE], *number = strchr(word, '=');
        const FieldLabel *label;
        uint64_t value;
        int r;

        if (number)
                *number++ = '\0';
        label = field_label_of_name(field, word);
        if (!label) {
                field_list_labels(field, list);
                field_why(why, "%s: \"%.60s\" is none of %s", field->name, word, list);
                return FORMAT_E_RANGE;
        }
        r = read_part(field, label, number, &value, why);
        if (r == 0)
                *bits = (*bits & ~field_bits_of_label(label)) | value << label->number;
        return r;
}

int field_bits_from_text(
        const Field *field, const char *text, uint64_t *ret, char why[static FORMAT_WHY_SIZE]) {
        char word[WORD_SIZE];

        *ret = 0;
        while (*text) {
                size_t length = strcspn(text, ",|");
                int r;

                /* What is cut here is longer than any line of a file, and so no name. */
                (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
                r = add_word(field, word, ret, why);
                if (r != 0)
                        return r;
                text += length;
                if (*text)
                        text++;
        }
        return 0;
}
