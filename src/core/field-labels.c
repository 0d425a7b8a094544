/* The lists of enum=, names= and bits=. */
#include "core/field-labels.h"

#include "core/field.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* The largest number a label of this field may have. */
static uint64_t number_max(const Field *field) {
        if (field->labels_kind == LABELS_BITS)
                return 8 * field_type_size(field->type) - 1;
        return (uint64_t)field_type_max(field->type);
}

/* Cuts the ":number" off item. */
static int take_number(
        const Field *field, char *item, uint64_t *ret, char why[static FORMAT_WHY_SIZE]) {
        char *colon = strchr(item, ':');
        uint64_t number = 0;
        int r = 0;

        if (field->n_labels > 0)
                number = (uint64_t)field->labels[field->n_labels - 1].number + 1;
        if (colon) {
                r = parse_unsigned(&number, colon + 1, 0, UINT64_MAX);
                *colon = '\0';
        }
        if (r == -EINVAL) {
                field_why(why, "\"%s\" is not a number for %s", colon + 1, item);
                return -EINVAL;
        }
        if (r < 0 || number > number_max(field)) {
                field_why(why, "%s: the %s of %s end at %" PRIu64, item,
                        field->labels_kind == LABELS_BITS ? "bits" : "numbers",
                        field_type_name(field->type), number_max(field));
                return -EINVAL;
        }
        *ret = number;
        return 0;
}

static int check_label(
        const Field *field, const char *name, uint32_t number, char why[static FORMAT_WHY_SIZE]) {
        const FieldLabel *other = field_label_of_number(field, number);

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
                field_why(why, "%s and %s both mean %" PRIu32, other->name, name, number);
                return -EINVAL;
        }
        return 0;
}

static int add_label(Field *field, char *item, char why[static FORMAT_WHY_SIZE]) {
        FieldLabel *grown;
        uint64_t number;
        int r;

        r = take_number(field, item, &number, why);
        if (r < 0)
                return r;
        r = check_label(field, item, (uint32_t)number, why);
        if (r < 0)
                return r;
        grown = reallocarray(field->labels, field->n_labels + 1, sizeof *grown);
        if (!grown)
                return -ENOMEM;
        field->labels = grown;
        grown[field->n_labels] = (FieldLabel){.name = strdup(item), .number = (uint32_t)number};
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
