/* spored's answers as text for people. */
#include "ctl/render.h"

#include "ctl/text.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

typedef struct GetWidths {
        size_t name, value;
} GetWidths;

static int print_bare(FILE *out, const json_t *value) {
        _cleanup_free_ char *text = text_of_value(value);

        if (!text)
                return -ENOMEM;
        fprintf(out, "%s\n", text);
        return 0;
}

static int measure_fields(json_t *fields, GetWidths *ret) {
        const char *name;
        json_t *value;

        *ret = (GetWidths){};
        json_object_foreach(fields, name, value) {
                _cleanup_free_ char *text = text_of_value(value);

                if (!text)
                        return -ENOMEM;
                if (text_width(name) > ret->name)
                        ret->name = text_width(name);
                if (text_width(text) > ret->value)
                        ret->value = text_width(text);
        }
        return 0;
}

static int print_field(FILE *out, const char *name, const json_t *value, const char *unit,
        const GetWidths *widths) {
        _cleanup_free_ char *text = text_of_value(value);

        if (!text)
                return -ENOMEM;
        if (!*text) {
                fprintf(out, "%s\n", name);
                return 0;
        }
        text_print_left(out, name, widths->name + 2);
        if (unit) {
                text_print_left(out, text, widths->value + 2);
                fprintf(out, "%s\n", unit);
        } else
                fprintf(out, "%s\n", text);
        return 0;
}

static int print_fields(FILE *out, json_t *fields, const json_t *units) {
        GetWidths widths;
        const char *name;
        json_t *value;
        int r = measure_fields(fields, &widths);

        if (r < 0)
                return r;
        json_object_foreach(fields, name, value) {
                r = print_field(
                        out, name, value, json_string_value(json_object_get(units, name)), &widths);
                if (r < 0)
                        return r;
        }
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

static int print_assignments(FILE *out, json_t *fields) {
        const char *name;
        json_t *value;

        json_object_foreach(fields, name, value) {
                _cleanup_free_ char *text = text_of_value(value);

                if (!text)
                        return -ENOMEM;
                fprintf(out, " %s=%s", name, text);
        }
        fputc('\n', out);
        return 0;
}

int render_event(FILE *out, const json_t *event) {
        const char *kind = json_string_value(json_object_get(event, "event"));
        const char *name = json_string_value(json_object_get(event, "characteristic"));
        const char *device = json_string_value(json_object_get(event, "device"));
        const json_t *value = json_object_get(event, "value");
        const json_t *hex = json_object_get(event, "hex");
        json_t *fields = json_object_get(event, "fields");

        if (!kind || strcmp(kind, "write") != 0 || !name || !json_is_string(hex))
                return -EPROTO;
        fprintf(out, "%s%s%s:", name, device ? " from " : "", device ? device : "");
        if (json_is_object(fields))
                return print_assignments(out, fields);
        fputc(' ', out);
        return print_bare(out, value ? value : hex);
}

static void print_on_air(FILE *out, const json_t *answer) {
        const char *name = json_string_value(json_object_get(answer, "name"));
        const char *adapter = json_string_value(json_object_get(answer, "adapter"));
        const char *bluez = json_string_value(json_object_get(answer, "bluez"));

        fprintf(out, "on air%s%s (%s, BlueZ %s)\n", name ? " as " : "", name ? name : "",
                adapter ? adapter : "no adapter", bluez ? bluez : "unknown");
}

static void print_not_on_air(FILE *out, const json_t *answer) {
        const char *why = json_string_value(json_object_get(answer, "why"));
        const char *fix = json_string_value(json_object_get(answer, "fix"));

        fprintf(out, "not on air%s%s%s%s\n", why ? ": " : "", why ? why : "", fix ? "; " : "",
                fix ? fix : "");
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
