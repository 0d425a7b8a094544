#include "config/builder.h"

#include "config/suggest.h"
#include "config/uuid-text.h"

int builder_read_values(const Section *section, void *values) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                const char *text = section_value(section, keys[i].name);
                char why[KEY_WHY_SIZE];
                int r = 0;

                if (keys[i].section != section->kind)
                        continue;
                if (!text)
                        text = keys[i].default_text;
                if (text)
                        r = key_read(&keys[i], text, values, why);
                /* A refused value has been reported where it was read. */
                if (r < 0)
                        return r;
        }
        return 0;
}

bool builder_require(const Section *section, const char *key, Problems *problems) {
        if (section_find(section, key))
                return true;
        problems_add(problems, section->origin, section->label, key, "the key is missing");
        return false;
}

bool builder_has_uuid(const Section *section) {
        const char *text = section_value(section, "uuid");
        Uuid uuid;

        return text && uuid_text_parse(&uuid, section->kind, text) == 0;
}

const Section *builder_find_or_refuse(const SectionList *sections, const Section *section,
        const char *key, SectionKind kind, const char *name, Problems *problems) {
        const Section *found = section_list_find(sections, kind, name);
        char hint[HINT_SIZE];
        Suggestion suggestion;

        if (found)
                return found;
        suggestion_init(&suggestion, name);
        for (size_t i = 0; i < sections->n; i++)
                if (sections->items[i]->kind == kind)
                        suggestion_offer(&suggestion, sections->items[i]->name);
        problems_add(problems, section_origin(section, key), section->label,
                section_find(section, key) ? key : NULL, "no %s \"%.60s\"%s",
                section_kind_name(kind), name, suggestion_format(&suggestion, hint));
        return NULL;
}
