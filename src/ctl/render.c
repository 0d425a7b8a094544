/* spored's answers as text for people. */
#include "ctl/render.h"

#include "ctl/text.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

/* A field as it is shown: escaped and owned. */
typedef struct FieldText {
        char *name, *value;
        char *unit; /* NULL: none */
} FieldText;

typedef struct FieldTexts {
        FieldText *items;
        size_t n;
} FieldTexts;

static int print_bare(FILE *out, const json_t *value) {
        _cleanup_free_ char *text = text_of_value(value);

        if (!text)
                return -ENOMEM;
        fprintf(out, "%s\n", text);
        return 0;
}

static void field_texts_done(FieldTexts *texts) {
        for (size_t i = 0; i < texts->n; i++) {
                free(texts->items[i].name);
                free(texts->items[i].value);
                free(texts->items[i].unit);
        }
        free(texts->items);
}

/* units may be NULL. */
static int field_texts_read(FieldTexts *texts, json_t *fields, const json_t *units) {
        const char *name;
        json_t *value;

        texts->items = calloc(json_object_size(fields) + 1, sizeof(*texts->items));
        if (!texts->items)
                return -ENOMEM;
        json_object_foreach(fields, name, value) {
                const char *unit = json_string_value(json_object_get(units, name));
                FieldText *text = &texts->items[texts->n++];

                text->name = text_of_string(name);
                text->value = text_of_value(value);
                text->unit = unit ? text_of_string(unit) : NULL;
                if (!text->name || !text->value || (unit && !text->unit))
                        return -ENOMEM;
        }
        return 0;
}

static void print_field(FILE *out, const FieldText *text, size_t name_width, size_t value_width) {
        if (!*text->value) {
                fprintf(out, "%s\n", text->name);
                return;
        }
        text_print_left(out, text->name, name_width + 2);
        text_print_left(out, text->value, text->unit ? value_width + 2 : 0);
        fprintf(out, "%s\n", text->unit ? text->unit : "");
}

static int print_fields(FILE *out, json_t *fields, const json_t *units) {
        _cleanup_(field_texts_done) FieldTexts texts = {};
        size_t name_width = 0, value_width = 0;
        int r = field_texts_read(&texts, fields, units);

        if (r < 0)
                return r;
        for (size_t i = 0; i < texts.n; i++) {
                if (text_width(texts.items[i].name) > name_width)
                        name_width = text_width(texts.items[i].name);
                if (text_width(texts.items[i].value) > value_width)
                        value_width = text_width(texts.items[i].value);
        }
        for (size_t i = 0; i < texts.n; i++)
                print_field(out, &texts.items[i], name_width, value_width);
        return 0;
}

int render_get(FILE *out, const json_t *answer, const char *field) {
        json_t *fields = json_object_get(answer, "fields");
        const json_t *value = json_object_get(answer, "value");
        const json_t *hex = json_object_get(answer, "hex");

        if (!json_is_string(hex) || (fields && !json_is_object(fields)))
                return -EPROTO;
        if (field) {
                const json_t *one = fields ? json_object_get(fields, field) : NULL;

                if (!fields && value && strcmp(field, "value") == 0)
                        one = value;
                return one ? print_bare(out, one) : -ENOENT;
        }
        if (fields)
                return print_fields(out, fields, json_object_get(answer, "units"));
        return print_bare(out, value ? value : hex);
}

char *render_unknown_field(const json_t *answer, const char *field) {
        json_t *fields = json_object_get(answer, "fields");
        const char *name, *before = "; there are ";
        char *text = NULL;
        json_t *value;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return NULL;
        fprintf(out, "there is no field '%.100s' in it", field);
        if (json_object_get(answer, "value"))
                fputs("; it is a single value, named value", out);
        else if (!fields)
                fputs("; it is plain bytes", out);
        json_object_foreach(fields, name, value) {
                fprintf(out, "%s%s", before, name);
                before = ", ";
        }
        if (fclose(out) == 0)
                return text;
        free(text);
        return NULL;
}

static int print_assignments(FILE *out, json_t *fields) {
        _cleanup_(field_texts_done) FieldTexts texts = {};
        int r = field_texts_read(&texts, fields, NULL);

        if (r < 0)
                return r;
        for (size_t i = 0; i < texts.n; i++)
                fprintf(out, " %s=%s", texts.items[i].name, texts.items[i].value);
        fputc('\n', out);
        return 0;
}

/* Prints before and the text behind it; nothing if text is NULL. */
static void print_part(FILE *out, const char *before, const char *text) {
        if (!text)
                return;
        fputs(before, out);
        text_print(out, text);
}

int render_event(FILE *out, const json_t *event) {
        const char *kind = json_string_value(json_object_get(event, "event"));
        const char *name = json_string_value(json_object_get(event, "characteristic"));
        const json_t *value = json_object_get(event, "value");
        const json_t *hex = json_object_get(event, "hex");
        json_t *fields = json_object_get(event, "fields");

        if (!kind || strcmp(kind, "write") != 0 || !name || !json_is_string(hex))
                return -EPROTO;
        print_part(out, "", name);
        print_part(out, " from ", json_string_value(json_object_get(event, "device")));
        fputc(':', out);
        if (json_is_object(fields))
                return print_assignments(out, fields);
        fputc(' ', out);
        return print_bare(out, value ? value : hex);
}

static void print_on_air(FILE *out, const json_t *answer) {
        const char *adapter = json_string_value(json_object_get(answer, "adapter"));
        const char *bluez = json_string_value(json_object_get(answer, "bluez"));

        fputs("on air", out);
        print_part(out, " as ", json_string_value(json_object_get(answer, "name")));
        print_part(out, " (", adapter ? adapter : "no adapter");
        print_part(out, ", BlueZ ", bluez ? bluez : "unknown");
        fputs(")\n", out);
}

static void print_not_on_air(FILE *out, const json_t *answer) {
        fputs("not on air", out);
        print_part(out, ": ", json_string_value(json_object_get(answer, "why")));
        print_part(out, "; ", json_string_value(json_object_get(answer, "fix")));
        fputc('\n', out);
}

typedef struct StatusColumn {
        const char *heading;
        const char *member;
        const char *parts[2]; /* of an object: added up */
} StatusColumn;

static const StatusColumn status_columns[] = {
        {"CHARACTERISTIC", "name", {}},
        {"SUBSCRIBED", "subscribed", {}},
        {"SETS", "sets", {}},
        {"WRITES", "writes", {}},
        {"REFUSED", "writes_refused", {}},
        {"READS", "reads", {}},
        {"PUBLISHED", "published", {}},
        {"SENT", "sent", {}},
        {"DROPPED", "dropped", {"overwritten", "gone"}},
        {"COALESCED", "coalesced", {}},
        {"PENDING", "pending", {}},
};

static char *cell_text(const StatusColumn *column, const json_t *row) {
        const json_t *cell = json_object_get(row, column->member);
        json_int_t sum = 0;
        char *text;

        if (json_is_boolean(cell))
                return strdup(json_is_true(cell) ? "yes" : "no");
        if (!json_is_object(cell))
                return text_of_value(cell);
        for (size_t i = 0; i < ELEMENTS(column->parts) && column->parts[i]; i++)
                sum += json_integer_value(json_object_get(cell, column->parts[i]));
        return asprintf(&text, "%lld", (long long)sum) < 0 ? NULL : text;
}

static int measure_column(const StatusColumn *column, const json_t *rows, size_t *ret) {
        *ret = strlen(column->heading);
        for (size_t i = 0; i < json_array_size(rows); i++) {
                _cleanup_free_ char *text = cell_text(column, json_array_get(rows, i));

                if (!text)
                        return -ENOMEM;
                if (text_width(text) > *ret)
                        *ret = text_width(text);
        }
        return 0;
}

/* row NULL prints the headings. */
static int print_row(
        FILE *out, const json_t *row, const size_t widths[static ELEMENTS(status_columns)]) {
        for (size_t i = 0; i < ELEMENTS(status_columns); i++) {
                const StatusColumn *column = &status_columns[i];
                _cleanup_free_ char *text = row ? cell_text(column, row) : strdup(column->heading);

                if (!text)
                        return -ENOMEM;
                if (i == 0)
                        text_print_left(out, text, widths[i]);
                else
                        text_print_right(out, text, widths[i] + 2);
        }
        fputc('\n', out);
        return 0;
}

static int print_table(FILE *out, const json_t *rows) {
        size_t widths[ELEMENTS(status_columns)];
        int r = 0;

        for (size_t i = 0; r == 0 && i < ELEMENTS(status_columns); i++)
                r = measure_column(&status_columns[i], rows, &widths[i]);
        if (r == 0)
                r = print_row(out, NULL, widths);
        for (size_t i = 0; r == 0 && i < json_array_size(rows); i++)
                r = print_row(out, json_array_get(rows, i), widths);
        return r;
}

int render_status(FILE *out, const json_t *answer) {
        const json_t *on_air = json_object_get(answer, "on_air");
        const json_t *rows = json_object_get(answer, "characteristics");

        if (!json_is_boolean(on_air) || !json_is_array(rows))
                return -EPROTO;
        if (json_is_true(on_air))
                print_on_air(out, answer);
        else
                print_not_on_air(out, answer);
        return json_array_size(rows) > 0 ? print_table(out, rows) : 0;
}
