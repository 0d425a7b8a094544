#include "config/changes.h"

#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

typedef struct Finder {
        ConfigChanges *changes;
        const SectionList *running, *loaded;
} Finder;

/* Takes name. */
static int append(char ***names, size_t *n, char *name) {
        char **grown = name ? reallocarray(*names, *n + 1, sizeof(*grown)) : NULL;

        if (!grown) {
                free(name);
                return -ENOMEM;
        }
        *names = grown;
        grown[(*n)++] = name;
        return 0;
}

/* key is NULL for a whole section. */
static int add(ConfigChanges *c, const Section *section, const char *key, KeyReload reload) {
        char *name;

        if (asprintf(&name, "[%s]%s%s", section->label, key ? " " : "", key ? key : "") < 0)
                return -ENOMEM;
        switch (reload) {
        case KEY_ANEW:
                c->advertisement = c->advertisement || section->kind == SECTION_ADVERTISEMENT;
                return append(&c->anew, &c->n_anew, name);
        case KEY_IN_PLACE:
                return append(&c->in_place, &c->n_in_place, name);
        case KEY_RESTART:
                return append(&c->restart, &c->n_restart, name);
        case KEY_SPORESENSE:
        case _KEY_RELOAD_MAX:
                break;
        }
        free(name);
        return 0;
}

static bool same_text(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The default may come from [queue], where it is compared. */
static const char *text_of(const Section *section, const Key *key) {
        const char *text = section_value(section, key->name);

        return text ? text : key->default_text;
}

static int compare_keys(ConfigChanges *c, const Section *running, const Section *loaded) {
        size_t n;
        const Key *keys = keys_all(&n);
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++)
                if (keys[i].section == loaded->kind &&
                        !same_text(text_of(running, &keys[i]), text_of(loaded, &keys[i])))
                        r = add(c, loaded, keys[i].name, keys[i].reload);
        return r;
}

static bool same_entries(const Section *a, const Section *b) {
        if (a->n_entries != b->n_entries)
                return false;
        for (size_t i = 0; i < a->n_entries; i++)
                if (!same_text(a->entries[i].key, b->entries[i].key) ||
                        !same_text(a->entries[i].value, b->entries[i].value))
                        return false;
        return true;
}

static bool same_place(const Section *a, const Section *b) {
        return same_text(
                a->service ? a->service->name : NULL, b->service ? b->service->name : NULL);
}

static int compare(ConfigChanges *c, const Section *running, const Section *loaded) {
        /* Names for variables: what they set is compared where it is set. */
        if (loaded->kind == SECTION_ENVIRONMENT)
                return 0;
        if (loaded->kind == SECTION_FIELDS)
                return same_entries(running, loaded) ? 0 : add(c, loaded, NULL, KEY_ANEW);
        if (!same_place(running, loaded) && add(c, loaded, NULL, KEY_ANEW) < 0)
                return -ENOMEM;
        return compare_keys(c, running, loaded);
}

/* What is switched off is not there. */
static const Section *find_enabled(const SectionList *list, const Section *like) {
        const Section *found = section_list_find(list, like->kind, like->name);

        return found && section_is_enabled(found) ? found : NULL;
}

static int add_whole(ConfigChanges *c, const Section *section) {
        return add(c, section, NULL, section->kind == SECTION_SOURCE ? KEY_SPORESENSE : KEY_ANEW);
}

static int find_in_loaded(const Finder *f) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < f->loaded->n; i++) {
                const Section *loaded = f->loaded->items[i];
                const Section *running = find_enabled(f->running, loaded);

                if (!section_is_enabled(loaded))
                        continue;
                r = running ? compare(f->changes, running, loaded) : add_whole(f->changes, loaded);
        }
        return r;
}

static int find_dropped(const Finder *f) {
        int r = 0;

        for (size_t i = 0; r == 0 && i < f->running->n; i++) {
                const Section *running = f->running->items[i];

                if (section_is_enabled(running) && !find_enabled(f->loaded, running))
                        r = add_whole(f->changes, running);
        }
        return r;
}

int changes_find(ConfigChanges *changes, const SectionList *running, const SectionList *loaded) {
        const Finder f = {.changes = changes, .running = running, .loaded = loaded};
        int r = find_in_loaded(&f);

        return r < 0 ? r : find_dropped(&f);
}

int changes_keep(SectionList *loaded, const SectionList *running) {
        const Origin origin = {0};
        size_t n;
        const Key *keys = keys_all(&n);
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                if (keys[i].reload != KEY_RESTART)
                        continue;
                Section *to = section_list_find(loaded, keys[i].section, NULL);
                const Section *from = section_list_find(running, keys[i].section, NULL);
                const char *text = text_of(from, &keys[i]);

                if (!same_text(text_of(to, &keys[i]), text))
                        r = section_set(to, keys[i].name, text, origin);
        }
        return r;
}

static void clear(char **names, size_t n) {
        for (size_t i = 0; i < n; i++)
                free(names[i]);
        free(names);
}

int config_changes_add_order(ConfigChanges *c) {
        return append(&c->anew, &c->n_anew, strdup("the order of the sections"));
}

void config_changes_forget_anew(ConfigChanges *c) {
        clear(c->anew, c->n_anew);
        c->anew = NULL;
        c->n_anew = 0;
        c->advertisement = false;
}

void config_changes_clear(ConfigChanges *c) {
        clear(c->in_place, c->n_in_place);
        clear(c->anew, c->n_anew);
        clear(c->restart, c->n_restart);
        *c = (ConfigChanges){0};
}
