/* spored's answers as text for people. */
#include "ctl/render.h"

#include "ctl/render-connection.h"
#include "ctl/render-status.h"
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

static int render_write(FILE *out, const json_t *event) {
        const char *name = json_string_value(json_object_get(event, "characteristic"));
        const json_t *value = json_object_get(event, "value");
        const json_t *hex = json_object_get(event, "hex");
        json_t *fields = json_object_get(event, "fields");

        if (!name || !json_is_string(hex))
                return -EPROTO;
        text_print_part(out, "", name);
        text_print_part(out, " from ", json_string_value(json_object_get(event, "device")));
        fputc(':', out);
        if (json_is_object(fields))
                return print_assignments(out, fields);
        fputc(' ', out);
        return print_bare(out, value ? value : hex);
}

static int render_descriptor_write(FILE *out, const json_t *event) {
        const char *name = json_string_value(json_object_get(event, "characteristic"));
        const char *descriptor = json_string_value(json_object_get(event, "descriptor"));
        const json_t *hex = json_object_get(event, "hex");

        if (!name || !descriptor || !json_is_string(hex))
                return -EPROTO;
        text_print_part(out, "", descriptor);
        text_print_part(out, " of ", name);
        text_print_part(out, " from ", json_string_value(json_object_get(event, "device")));
        fputs(": ", out);
        return print_bare(out, hex);
}

int render_stale(FILE *out, const char *name, const json_t *object) {
        const json_t *stale = json_object_get(object, "stale");
        char age[TEXT_AGE_SIZE];

        if (!name || !json_is_boolean(stale))
                return -EPROTO;
        text_age(age, json_number_value(json_object_get(object, "age_s")));
        text_print(out, name);
        if (json_is_true(stale))
                fprintf(out, " is stale: not set for %s\n", age);
        else
                fputs(" is fresh again\n", out);
        return 0;
}

static int render_gone(FILE *out, const char *name) {
        if (!name)
                return -EPROTO;
        text_print(out, name);
        fputs(" is gone: a reload has taken it away\n", out);
        return 0;
}

int render_event(FILE *out, const json_t *event) {
        const char *kind = json_string_value(json_object_get(event, "event"));
        const char *name = json_string_value(json_object_get(event, "characteristic"));

        if (kind && strcmp(kind, "write") == 0)
                return render_write(out, event);
        if (kind && strcmp(kind, "descriptor-write") == 0)
                return render_descriptor_write(out, event);
        if (kind && strcmp(kind, "stale") == 0)
                return render_stale(out, name, event);
        if (kind && strcmp(kind, "gone") == 0)
                return render_gone(out, name);
        if (kind && strcmp(kind, "status") == 0)
                return render_on_air(out, event);
        int r = render_connection(out, event);
        return r == -ENOENT ? -EPROTO : r;
}

int render_metrics(FILE *out, const json_t *answer) {
        const json_t *text = json_object_get(answer, "text");

        if (!json_is_string(text))
                return -EPROTO;
        (void)fwrite(json_string_value(text), 1, json_string_length(text), out);
        return 0;
}
