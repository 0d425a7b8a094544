/* Collects what the reader tells into sections and entries. */
#include "config/document.h"

#include "config/ini-reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Collector {
        Document *document;
        Problems *problems;
        int error;
} Collector;

static void on_section(const char *name, unsigned line, void *userdata) {
        Collector *c = userdata;
        Document *d = c->document;
        DocumentSection *sections;
        char *copy = strdup(name);

        sections = reallocarray(d->sections, d->n_sections + 1, sizeof(*sections));
        if (sections)
                d->sections = sections;
        if (!sections || !copy) {
                free(copy);
                c->error = -ENOMEM;
                return;
        }
        sections[d->n_sections++] = (DocumentSection){.name = copy, .line = line};
}

static int add_entry(DocumentSection *section, const char *key, const char *value, unsigned line) {
        DocumentEntry entry = {.key = strdup(key), .value = strdup(value), .line = line};
        DocumentEntry *entries;

        entries = reallocarray(section->entries, section->n_entries + 1, sizeof(*entries));
        if (entries)
                section->entries = entries;
        if (!entries || !entry.key || !entry.value) {
                free(entry.key);
                free(entry.value);
                return -ENOMEM;
        }
        entries[section->n_entries++] = entry;
        return 0;
}

static void on_entry(const char *key, const char *value, unsigned line, void *userdata) {
        Collector *c = userdata;

        if (c->error == 0)
                c->error = add_entry(
                        &c->document->sections[c->document->n_sections - 1], key, value, line);
}

/* One space stands for the end of a line, but a list goes on as it was. */
static int join(DocumentEntry *entry, const char *more) {
        size_t size = strlen(entry->value);
        const char *glue = size == 0 || entry->value[size - 1] == ',' ? "" : " ";
        char *joined;

        if (asprintf(&joined, "%s%s%s", entry->value, glue, more) < 0)
                return -ENOMEM;
        free(entry->value);
        entry->value = joined;
        return 0;
}

static void on_more(const char *value, unsigned line, void *userdata) {
        Collector *c = userdata;
        DocumentSection *section;
        DocumentEntry *entry;

        if (c->error < 0)
                return;
        section = &c->document->sections[c->document->n_sections - 1];
        entry = &section->entries[section->n_entries - 1];
        if (entry->more_line == 0)
                entry->more_line = line;
        c->error = join(entry, value);
}

static void on_problem(unsigned line, const char *why, void *userdata) {
        Collector *c = userdata;
        Origin origin = {.source = c->document->source, .line = line};

        problems_add(c->problems, origin, NULL, NULL, "%s", why);
}

/* Quotes around the whole value only say where it begins and ends. */
static void unquote(Collector *c, const DocumentSection *section, DocumentEntry *entry) {
        size_t size = strlen(entry->value);
        Origin origin = {.source = c->document->source, .line = entry->line};

        if (entry->value[0] != '"')
                return;
        if (size < 2 || entry->value[size - 1] != '"') {
                problems_add(c->problems, origin, section->name, entry->key,
                        "the value begins with a quote and does not end with one");
                return;
        }
        entry->quoted = true;
        memmove(entry->value, entry->value + 1, size - 2);
        entry->value[size - 2] = '\0';
}

int document_new(Document **ret, FILE *file, const Source *source, Problems *problems) {
        static const IniEvents events = {
                .section = on_section,
                .entry = on_entry,
                .more = on_more,
                .problem = on_problem,
        };
        _cleanup_(document_freep) Document *document = calloc(1, sizeof(*document));
        Collector c = {.document = document, .problems = problems};
        int r;

        if (!document)
                return -ENOMEM;
        document->source = source;
        r = ini_read(file, &events, &c);
        if (r < 0)
                return r;
        if (c.error < 0)
                return c.error;
        for (size_t i = 0; i < document->n_sections; i++)
                for (size_t j = 0; j < document->sections[i].n_entries; j++)
                        unquote(&c, &document->sections[i], &document->sections[i].entries[j]);
        *ret = STEAL(document);
        return 0;
}

Document *document_free(Document *document) {
        if (!document)
                return NULL;
        for (size_t i = 0; i < document->n_sections; i++) {
                DocumentSection *section = &document->sections[i];

                for (size_t j = 0; j < section->n_entries; j++) {
                        free(section->entries[j].key);
                        free(section->entries[j].value);
                }
                free(section->entries);
                free(section->name);
        }
        free(document->sections);
        free(document);
        return NULL;
}
