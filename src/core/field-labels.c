/* The lists of enum=, names= and bits=. */
#include "core/field-labels.h"

#include "core/field-bits.h"
#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The ends of the numbers that a label of this field may have. */
static Integer number_max(const Field *field) {
        if (field->labels_kind == LABELS_BITS)
                return (Integer){.magnitude = 8 * field_type_size(field->type) - 1};
        return field_type_max(field->type);
}

static Integer number_min(const Field *field) {
        if (field->labels_kind == LABELS_BITS)
                return (Integer){};
        return field_type_min(field->type);
}

/* The number behind the label before, or zero. */
static Integer next_number(const Field *field) {
        const FieldLabel *before;
        Integer last;

        if (field->n_labels == 0)
                return (Integer){};
        before = &field->labels[field->n_labels - 1];
        if (field->labels_kind == LABELS_BITS)
                return (Integer){.magnitude = before->number + before->width};
        last = integer_from_bits(before->number, 64, field_type_class(field->type) == CLASS_SIGNED);
        if (last.negative)
                return (Integer){.magnitude = last.magnitude - 1, .negative = last.magnitude > 1};
        return (Integer){.magnitude = last.magnitude + 1};
}

/* Cuts the ":number" off item. */
static int take_number(
        const Field *field, char *item, Integer *ret, char why[static FORMAT_WHY_SIZE]) {
        const char *what = field->labels_kind == LABELS_BITS ? "bits" : "numbers";
        const char *type = field_type_name(field->type);
        char *colon = strchr(item, ':'), end[INTEGER_TEXT_SIZE];
        Integer number = next_number(field);
        /* Behind the last number of u64 there is none. */
        bool wrapped = number.magnitude == 0 && field->n_labels > 0 &&
                       field->labels[field->n_labels - 1].number == UINT64_MAX &&
                       field_type_class(field->type) != CLASS_SIGNED;
        int r = wrapped && !colon ? -ERANGE : 0;

        if (colon) {
                r = integer_parse(&number, colon + 1);
                *colon = '\0';
        }
        if (r == -EINVAL) {
                field_why(why, "\"%s\" is not a number for %s", colon + 1, item);
                return -EINVAL;
        }
        if (r < 0 || integer_compare(number, number_max(field)) > 0) {
                field_why(why, "%s: the %s of %s end at %s", item, what, type,
                        integer_format(number_max(field), end));
                return -EINVAL;
        }
        if (integer_compare(number, number_min(field)) < 0) {
                field_why(why, "%s: the %s of %s begin at %s", item, what, type,
                        integer_format(number_min(field), end));
                return -EINVAL;
        }
        *ret = number;
        return 0;
}

/* The label that means the same, or has one of the same bits, which *shared is set to. */
static const FieldLabel *find_same(const Field *field, const FieldLabel *label, uint64_t *shared) {
        if (field->labels_kind != LABELS_BITS)
                return field_label_of_number(field, label->number);
        for (size_t i = 0; i < field->n_labels; i++) {
                const FieldLabel *other = &field->labels[i];

                if ((field_bits_of_label(other) & field_bits_of_label(label)) == 0)
                        continue;
                *shared = other->number > label->number ? other->number : label->number;
                return other;
        }
        return NULL;
}

static int check_label(
        const Field *field, const FieldLabel *label, char why[static FORMAT_WHY_SIZE]) {
        uint64_t shared = label->number;
        const FieldLabel *other = find_same(field, label, &shared);
        char shown[INTEGER_TEXT_SIZE];

        /* So that a text is either a name or a number, or the name and the number of a part. */
        if (*label->name == '\0' || strchr("0123456789+-.", *label->name) ||
                strpbrk(label->name, "|=")) {
                field_why(why, "\"%s\" cannot be a name here", label->name);
                return -EINVAL;
        }
        if (field_label_of_name(field, label->name)) {
                field_why(why, "%s is named twice", label->name);
                return -EINVAL;
        }
        if (other) {
                field_why(why, "%s and %s both mean %s", other->name, label->name,
                        integer_format(integer_from_bits(shared, 64,
                                               field_type_class(field->type) == CLASS_SIGNED),
                                shown));
                return -EINVAL;
        }
        return 0;
}

/* Cuts "-LAST" off "NAME:FIRST-LAST", a part of several bits. NULL: it is none. */
static const char *cut_last(const Field *field, char *item) {
        char *colon = strchr(item, ':'), *dash;

        if (field->labels_kind != LABELS_BITS || !colon || colon[1] == '\0')
                return NULL;
        dash = strchr(colon + 2, '-');
        if (!dash)
                return NULL;
        *dash = '\0';
        return dash + 1;
}

/* Fills label from item, whose name it borrows. */
static int read_label(
        const Field *field, char *item, FieldLabel *label, char why[static FORMAT_WHY_SIZE]) {
        const char *last_text = cut_last(field, item);
        Integer number;
        uint64_t last;
        int r = take_number(field, item, &number, why);

        if (r < 0)
                return r;
        *label = (FieldLabel){.name = item, .number = integer_to_bits(number), .width = 1};
        if (last_text) {
                r = parse_unsigned(&last, last_text, label->number, number_max(field).magnitude);
                if (r < 0) {
                        field_why(why, "%s: \"%.20s\" is not a bit from %u to %u", item, last_text,
                                (unsigned)label->number, (unsigned)number_max(field).magnitude);
                        return -EINVAL;
                }
                label->width = (unsigned)(last - label->number + 1);
        }
        return check_label(field, label, why);
}

static int add_label(Field *field, char *item, char why[static FORMAT_WHY_SIZE]) {
        FieldLabel label, *grown;
        int r = read_label(field, item, &label, why);

        if (r < 0)
                return r;
        grown = reallocarray(field->labels, field->n_labels + 1, sizeof *grown);
        if (!grown)
                return -ENOMEM;
        field->labels = grown;
        label.name = strdup(item);
        if (!label.name)
                return -ENOMEM;
        grown[field->n_labels++] = label;
        return 0;
}

int field_labels_parse(Field *field, const char *text, char why[static FORMAT_WHY_SIZE]) {
        _cleanup_free_ char *copy = strdup(text);
        char *rest = copy, *item;
        int r;

        if (!copy)
                return -ENOMEM;
        while ((item = strsep(&rest, ","))) {
                r = add_label(field, item, why);
                if (r < 0)
                        return r;
        }
        return 0;
}
