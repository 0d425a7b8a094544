/* Sections and their entries. */
#include "config/section.h"

#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

static Section *section_free(Section *section) {
        if (!section)
                return NULL;
        section_drop_entries(section);
        free(section->name);
        free(section);
        return NULL;
}

int section_list_init(SectionList *list) {
        *list = (SectionList){0};
        for (int kind = 0; !section_kind_has_name((SectionKind)kind); kind++)
                if (!section_list_add(list, (SectionKind)kind, NULL))
                        return -ENOMEM;
        return 0;
}

void section_list_clear(SectionList *list) {
        for (size_t i = 0; i < list->n; i++)
                section_free(list->items[i]);
        free(list->items);
        *list = (SectionList){0};
}

Section *section_list_find(const SectionList *list, SectionKind kind, const char *name) {
        for (size_t i = 0; i < list->n; i++) {
                Section *s = list->items[i];

                if (s->kind != kind || !s->name != !name)
                        continue;
                if (!name || strcmp(s->name, name) == 0)
                        return s;
        }
        return NULL;
}

Section *section_list_add(SectionList *list, SectionKind kind, const char *name) {
        Section **items = reallocarray(list->items, list->n + 1, sizeof(*items));
        Section *section;

        if (!items)
                return NULL;
        list->items = items;
        section = calloc(1, sizeof(*section));
        if (!section)
                return NULL;
        section->kind = kind;
        if (name) {
                section->name = strdup(name);
                if (!section->name)
                        return section_free(section);
        }
        snprintf(section->label, sizeof(section->label), "%s%s%s", section_kind_name(kind),
                name ? " " : "", name ? name : "");
        list->items[list->n++] = section;
        return section;
}

Entry *section_find(const Section *section, const char *key) {
        for (size_t i = 0; i < section->n_entries; i++)
                if (strcmp(section->entries[i].key, key) == 0)
                        return &section->entries[i];
        return NULL;
}

const char *section_value(const Section *section, const char *key) {
        const Entry *entry = section_find(section, key);

        return entry ? entry->value : NULL;
}

Origin section_origin(const Section *section, const char *key) {
        const Entry *entry = section_find(section, key);

        return entry ? entry->origin : section->origin;
}

int section_set(Section *section, const char *key, const char *value, Origin origin) {
        _cleanup_free_ char *value_copy = strdup(value);
        _cleanup_free_ char *key_copy = strdup(key);
        Entry *entries, *entry = section_find(section, key);

        if (!value_copy || !key_copy)
                return -ENOMEM;
        if (entry) {
                free(entry->value);
                entry->value = STEAL(value_copy);
                entry->origin = origin;
                return 0;
        }
        entries = reallocarray(section->entries, section->n_entries + 1, sizeof(*entries));
        if (!entries)
                return -ENOMEM;
        section->entries = entries;
        entries[section->n_entries++] = (Entry){
                .key = STEAL(key_copy),
                .value = STEAL(value_copy),
                .origin = origin,
        };
        return 0;
}

void section_drop_entries(Section *section) {
        for (size_t i = 0; i < section->n_entries; i++) {
                free(section->entries[i].key);
                free(section->entries[i].value);
        }
        free(section->entries);
        section->entries = NULL;
        section->n_entries = 0;
}

bool section_is_enabled(const Section *section) {
        const char *text = section_value(section, "enable");
        bool enable = true;

        /* A value that is neither yes nor no has been reported. */
        if (text && parse_bool(&enable, text) == 0 && !enable)
                return false;
        return !section->service || section_is_enabled(section->service);
}

bool section_name_is_legal(const char *name) {
        size_t size = strlen(name);

        if (size == 0 || size > SECTION_NAME_MAX || name[0] < 'a' || name[0] > 'z')
                return false;
        if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != size)
                return false;
        return !strstr(name, "__") && name[size - 1] != '_';
}
