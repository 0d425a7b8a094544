/* Writes the sections such that loading them gives them again. */
#include "config/dump.h"

#include "config/ini-writer.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <string.h>

static void write_entry(
        FILE *out, const char *key, const char *value, Origin origin, const char *note) {
        _cleanup_free_ char *where = origin_format(origin);
        char comment[600];

        snprintf(comment, sizeof(comment), "%s%s", where ? where : "", note);
        ini_writer_entry(out, key, value, comment);
}

/* What [queue] gives a key that a characteristic takes from there. */
static const Entry *find_inherited(const SectionList *sections, const Key *key, const Key **ret) {
        *ret = keys_inherited(key);
        if (!*ret)
                return NULL;
        return section_find(section_list_find(sections, SECTION_QUEUE, NULL), key->name);
}

/* The queue of this characteristic holds one value, whatever its depth says. */
static bool coalesces(const SectionList *sections, const Section *characteristic) {
        const Key *key = keys_find(SECTION_CHARACTERISTIC, "policy"), *queue_key;
        const Entry *entry = section_find(characteristic, "policy");

        if (!entry)
                entry = find_inherited(sections, key, &queue_key);
        return entry && parse_same_word(entry->value, "coalesce");
}

static void write_key(
        const SectionList *sections, const Section *section, const Key *key, FILE *out) {
        const Entry *entry = section_find(section, key->name);
        const char *value, *from = "", *effect = "";
        const Key *queue_key = NULL;
        const Origin none = {0};
        char note[64];

        /* What the profile holds is written below: naming it again would load it twice. */
        if (key->section == SECTION_DAEMON && strcmp(key->name, "profile") == 0) {
                _cleanup_free_ char *where = origin_format(entry ? entry->origin : none);

                fprintf(out, "; profile = %s ; %s\n", entry ? entry->value : "",
                        where ? where : "");
                return;
        }
        if (!entry) {
                entry = find_inherited(sections, key, &queue_key);
                if (queue_key)
                        from = entry ? " [queue]" : " of [queue]";
        }
        value = entry ? entry->value : queue_key ? queue_key->default_text : key->default_text;
        if (!value)
                return;
        if (key->section == SECTION_CHARACTERISTIC && strcmp(key->name, "depth") == 0 &&
                coalesces(sections, section))
                effect = "; 1 is in effect, by coalesce";
        snprintf(note, sizeof(note), "%s%s", from, effect);
        write_entry(out, key->name, value, entry ? entry->origin : none, note);
}

static void write_section(const SectionList *sections, const Section *section, FILE *out) {
        size_t n;
        const Key *keys = keys_all(&n);

        fprintf(out, "\n[%s]\n", section->label);
        if (section_kind_has_free_keys(section->kind)) {
                for (size_t i = 0; i < section->n_entries; i++)
                        write_entry(out, section->entries[i].key, section->entries[i].value,
                                section->entries[i].origin, "");
                return;
        }
        for (size_t i = 0; i < n; i++)
                if (keys[i].section == section->kind)
                        write_key(sections, section, &keys[i], out);
}

/* Each characteristic stands below its service, with its fields. */
static void write_service(const SectionList *sections, const Section *service, FILE *out) {
        write_section(sections, service, out);
        for (size_t i = 0; i < sections->n; i++) {
                const Section *s = sections->items[i], *fields;

                if (s->kind != SECTION_CHARACTERISTIC || s->service != service)
                        continue;
                write_section(sections, s, out);
                fields = section_list_find(sections, SECTION_FIELDS, s->name);
                if (fields)
                        write_section(sections, fields, out);
        }
}

void dump_sections(const SectionList *sections, FILE *out) {
        fprintf(out, "; The configuration in effect; each key with where it comes from.\n");
        for (size_t i = 0; i < sections->n; i++)
                if (!section_kind_has_name(sections->items[i]->kind))
                        write_section(sections, sections->items[i], out);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == SECTION_SERVICE)
                        write_service(sections, sections->items[i], out);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == SECTION_DESCRIPTOR)
                        write_section(sections, sections->items[i], out);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == SECTION_SOURCE)
                        write_section(sections, sections->items[i], out);
}
