/* Texts of [source NAME] to what is read, and a check that what it sets is there and a number. */
#include "config/value-sources.h"

#include "config/builder.h"
#include "config/lint.h"
#include "config/suggest.h"
#include "core/field.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

typedef struct Builder {
        ValueSources *sources;
        const SectionList *sections;
        const Profile *profile;
        Problems *problems;
} Builder;

static void value_source_done(ValueSource *source) {
        free(source->name);
        free(source->file);
        free(source->match);
        *source = (ValueSource){0};
}

__attribute__((format(printf, 3, 4))) static void refuse_target(
        const Builder *b, const Section *section, const char *format, ...) {
        char why[PROBLEM_WHY_SIZE];
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, sizeof(why), format, arguments);
        va_end(arguments);
        problems_add(b->problems, section_origin(section, "target"), section->label, "target", "%s",
                why);
}

/* The fields that hold numbers, as hints. */
static const char *hint_fields(
        const Characteristic *c, const char *text, char hint[static HINT_SIZE]) {
        Suggestion suggestion;

        suggestion_init(&suggestion, text);
        for (size_t i = 0; i < c->format->n_fields; i++)
                if (field_takes_number(&c->format->fields[i]))
                        suggestion_offer(&suggestion, c->format->fields[i].name);
        return suggestion_format(&suggestion, hint);
}

/* True if the field was declared and refused: that is a problem of its own. */
static bool was_refused(const Builder *b, const Characteristic *c, const char *field) {
        const Section *fields = section_list_find(b->sections, SECTION_FIELDS, c->name);
        const Section *section = section_list_find(b->sections, SECTION_CHARACTERISTIC, c->name);

        if (fields)
                return !field || section_find(fields, field);
        return !c->format && section_find(section, "type");
}

/* NULL: refused, here or before. field is NULL where the target names none. */
static const Field *find_field(
        const Builder *b, const Section *section, const Characteristic *c, const char *field) {
        const Field *found = NULL;
        char hint[HINT_SIZE];
        size_t offset;

        if (!c->format) {
                if (!was_refused(b, c, field))
                        refuse_target(b, section,
                                "\"%s\" is plain bytes: a number needs type or [fields %s]",
                                c->name, c->name);
                return NULL;
        }
        if (!field && !c->single_value) {
                refuse_target(b, section, "\"%s\" has fields: %s.FIELD is needed%s", c->name,
                        c->name, hint_fields(c, "", hint));
                return NULL;
        }
        found = format_find(c->format, field ? field : "value", &offset);
        if (!found && !was_refused(b, c, field))
                refuse_target(b, section, "\"%s\" has no field \"%.60s\"%s", c->name, field,
                        hint_fields(c, field, hint));
        if (found && !field_takes_number(found)) {
                refuse_target(b, section, "\"%s\" is %s%s, not a number", field ? field : c->name,
                        found->is_array ? "an array of " : "", field_type_name(found->type));
                return NULL;
        }
        return found;
}

/* Sets characteristic and field of source. 1: done; 0: refused, or switched off; -ENOMEM. */
static int find_target(const Builder *b, const Section *section, ValueSource *source) {
        _cleanup_free_ char *name = strdup(section_value(section, "target"));
        char *field;

        if (!name)
                return -ENOMEM;
        field = strchr(name, '.');
        if (field)
                *field++ = '\0';
        if (!builder_find_or_refuse(
                    b->sections, section, "target", SECTION_CHARACTERISTIC, name, b->problems))
                return 0;
        source->characteristic = b->profile ? profile_find(b->profile, name) : NULL;
        if (!source->characteristic)
                return 0;
        source->field = find_field(b, section, source->characteristic, field);
        return source->field ? 1 : 0;
}

/* Two sources of one value would overwrite each other. */
static bool is_taken(const Builder *b, const Section *section, const ValueSource *source) {
        for (size_t i = 0; i < b->sources->n; i++) {
                if (b->sources->items[i].field != source->field)
                        continue;
                refuse_target(b, section, "the source \"%s\" has the same target",
                        b->sources->items[i].name);
                return true;
        }
        return false;
}

static int add(const Builder *b, ValueSource *source) {
        ValueSource *items =
                reallocarray(b->sources->items, b->sources->n + 1, sizeof(*b->sources->items));

        if (!items)
                return -ENOMEM;
        b->sources->items = items;
        items[b->sources->n++] = *source;
        *source = (ValueSource){0};
        return 0;
}

static int build(const Builder *b, const Section *section) {
        _cleanup_(value_source_done) ValueSource source = {0};
        SourceValues values = {0};
        bool complete = builder_require(section, "file", b->problems);
        int r;

        complete = builder_require(section, "target", b->problems) && complete;
        r = builder_read_values(section, &values);
        source = values.source;
        if (r < 0 || !complete)
                return r;
        source.name = strdup(section->name);
        if (!source.name)
                return -ENOMEM;
        r = find_target(b, section, &source);
        if (r <= 0 || is_taken(b, section, &source))
                return r < 0 ? r : 0;
        return add(b, &source);
}

int value_sources_build(ValueSources *sources, const SectionList *sections, const Profile *profile,
        Problems *problems) {
        const Builder b = {sources, sections, profile, problems};
        int r = 0;

        for (size_t i = 0; i < sections->n && r == 0; i++)
                if (sections->items[i]->kind == SECTION_SOURCE &&
                        section_is_enabled(sections->items[i]))
                        r = build(&b, sections->items[i]);
        if (r == 0)
                lint_sources(sources, sections, problems);
        return r;
}

void value_sources_clear(ValueSources *sources) {
        for (size_t i = 0; i < sources->n; i++)
                value_source_done(&sources->items[i]);
        free(sources->items);
        *sources = (ValueSources){0};
}
