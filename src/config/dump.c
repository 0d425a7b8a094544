/* Writes the sections such that loading them gives them again. */
#include "config/dump.h"

#include "config/ini-writer.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <string.h>

typedef struct Dump {
        const SectionList *sections;
        const Profile *profile; /* NULL: nothing is served */
        FILE *out;
} Dump;

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

static uint16_t find_descriptor_handle(const Profile *profile, const char *name) {
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile->characteristics[i];

                for (size_t k = 0; k < c->n_descriptors; k++)
                        if (strcmp(c->descriptors[k]->name, name) == 0)
                                return c->descriptors[k]->handle;
        }
        return 0;
}

/* 0: it has none, is not served, or BlueZ chooses it. */
static uint16_t find_handle(const Profile *profile, const Section *section) {
        if (!profile)
                return 0;
        if (section->kind == SECTION_DESCRIPTOR)
                return find_descriptor_handle(profile, section->name);
        if (section->kind == SECTION_CHARACTERISTIC) {
                const Characteristic *c = profile_find(profile, section->name);

                return c ? c->handle : 0;
        }
        for (size_t i = 0; section->kind == SECTION_SERVICE && i < profile->n_services; i++)
                if (strcmp(profile->services[i]->name, section->name) == 0)
                        return profile->services[i]->handle;
        return 0;
}

static void write_section(const Dump *dump, const Section *section) {
        uint16_t handle = find_handle(dump->profile, section);
        FILE *out = dump->out;
        size_t n;
        const Key *keys = keys_all(&n);

        fprintf(out, "\n[%s]", section->label);
        if (handle != 0)
                fprintf(out, " ; handle 0x%04x", handle);
        fputc('\n', out);
        if (section_kind_has_free_keys(section->kind)) {
                for (size_t i = 0; i < section->n_entries; i++)
                        write_entry(out, section->entries[i].key, section->entries[i].value,
                                section->entries[i].origin, "");
                return;
        }
        for (size_t i = 0; i < n; i++)
                if (keys[i].section == section->kind)
                        write_key(dump->sections, section, &keys[i], out);
}

/* Each characteristic stands below its service, with its fields. */
static void write_service(const Dump *dump, const Section *service) {
        const SectionList *sections = dump->sections;

        write_section(dump, service);
        for (size_t i = 0; i < sections->n; i++) {
                const Section *s = sections->items[i], *fields;

                if (s->kind != SECTION_CHARACTERISTIC || s->service != service)
                        continue;
                write_section(dump, s);
                fields = section_list_find(sections, SECTION_FIELDS, s->name);
                if (fields)
                        write_section(dump, fields);
        }
}

void dump_sections(const SectionList *sections, const Profile *profile, FILE *out) {
        const Dump dump = {sections, profile, out};

        fprintf(out, "; The configuration in effect; each key with where it comes from.\n");
        for (size_t i = 0; i < sections->n; i++)
                if (!section_kind_has_name(sections->items[i]->kind))
                        write_section(&dump, sections->items[i]);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == SECTION_SERVICE)
                        write_service(&dump, sections->items[i]);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == SECTION_DESCRIPTOR)
                        write_section(&dump, sections->items[i]);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == SECTION_SOURCE)
                        write_section(&dump, sections->items[i]);
}
