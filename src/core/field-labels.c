/* The lists of enum=, names= and bits=. */
#include "core/field-labels.h"

#include "core/field.h"
#include "util/cleanup.h"

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
        return field->labels_kind == LABELS_BITS ? (Integer){} : field_type_min(field->type);
}

/* The number behind the label before, or zero. */
static Integer next_number(const Field *field) {
        Integer last;

        if (field->n_labels == 0)
                return (Integer){};
        last = integer_from_bits(field->labels[field->n_labels - 1].number, 64,
                field_type_class(field->type) == CLASS_SIGNED);
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

static int check_label(
        const Field *field, const char *name, Integer number, char why[static FORMAT_WHY_SIZE]) {
        const FieldLabel *other = field_label_of_number(field, integer_to_bits(number));
        char shown[INTEGER_TEXT_SIZE];

        /* So that a text is either a name or a number. */
        if (*name == '\0' || strchr("0123456789+-.", *name) || strchr(name, '|')) {
                field_why(why, "\"%s\" cannot be a name here", name);
                return -EINVAL;
        }
        if (field_label_of_name(field, name)) {
                field_why(why, "%s is named twice", name);
                return -EINVAL;
        }
        if (other) {
                field_why(why, "%s and %s both mean %s", other->name, name,
                        integer_format(number, shown));
                return -EINVAL;
        }
        return 0;
}

static int add_label(Field *field, char *item, char why[static FORMAT_WHY_SIZE]) {
        FieldLabel *grown;
        Integer number;
        int r;

        r = take_number(field, item, &number, why);
        if (r < 0)
                return r;
        r = check_label(field, item, number, why);
        if (r < 0)
                return r;
        grown = reallocarray(field->labels, field->n_labels + 1, sizeof *grown);
        if (!grown)
                return -ENOMEM;
        field->labels = grown;
        grown[field->n_labels] =
                (FieldLabel){.name = strdup(item), .number = integer_to_bits(number)};
        if (!grown[field->n_labels].name)
                return -ENOMEM;
        field->n_labels++;
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
