/* What comes from outside of the files. */
#include "config/environment.h"

#include "config/alias.h"
#include "config/target.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define PREFIX "SPORED_"

typedef struct Outside {
        SectionList *sections;
        Sources *sources;
        Problems *problems;
        SourceKind kind;
        unsigned rank; /* of the next source */
} Outside;

const char *environment_get(char *const *environ_, const char *name) {
        size_t size = strlen(name);

        for (; *environ_; environ_++)
                if (strncmp(*environ_, name, size) == 0 && (*environ_)[size] == '=')
                        return *environ_ + size + 1;
        return NULL;
}

static int add_source(Outside *o, const char *name, Origin *ret) {
        const Source *source = sources_add(o->sources, o->kind, o->rank++, name);

        if (!source)
                return -ENOMEM;
        *ret = (Origin){.source = source};
        return 0;
}

/* True if another variable has set the key to something else: neither is the right one. */
static bool collides(const Outside *o, const Target *target, const char *value,
        char why[static PROBLEM_WHY_SIZE]) {
        const Entry *entry = section_find(target->section, target->key);

        if (o->kind != SOURCE_ENVIRONMENT || !entry || !entry->origin.source ||
                entry->origin.source->kind != SOURCE_ENVIRONMENT ||
                strcmp(entry->value, value) == 0)
                return false;
        snprintf(why, PROBLEM_WHY_SIZE,
                "collision: %s sets the same key to \"%.60s\", not \"%.60s\"",
                entry->origin.source->name, entry->value, value);
        return true;
}

/* r is how finding the target went. */
static int set(Outside *o, int r, const Target *target, const char *value, Origin origin,
        char why[static PROBLEM_WHY_SIZE]) {
        if (r == 0)
                r = target_check(target, value, why);
        if (r == 0 && collides(o, target, value, why))
                r = KEY_E_VALUE;
        if (r == 0)
                return section_set(target->section, target->key, value, origin);
        if (r < 0)
                return r;
        problems_add(o->problems, origin, NULL, NULL, "%s", why);
        return 0;
}

typedef int (*FindTarget)(Target *ret, const SectionList *sections, const char *name,
        char why[static PROBLEM_WHY_SIZE]);

/* source is what problems are blamed on. */
static int find_and_set(
        Outside *o, const char *source, const char *name, const char *value, FindTarget find) {
        char why[PROBLEM_WHY_SIZE];
        Target target = {0};
        Origin origin;
        int r = add_source(o, source, &origin);

        if (r < 0)
                return r;
        r = find(&target, o->sections, name, why);
        return set(o, r, &target, value, origin, why);
}

static int apply_variable(Outside *o, const char *variable) {
        const char *equals = strchr(variable, '=');
        _cleanup_free_ char *name = NULL;

        if (!equals)
                return 0;
        name = strndup(variable, (size_t)(equals - variable));
        if (!name)
                return -ENOMEM;
        return find_and_set(o, name, name, equals + 1, target_from_variable);
}

static int apply_alias(
        Outside *o, const Section *section, const Entry *entry, char *const *environ_) {
        const char *text = environment_get(environ_, entry->key);
        _cleanup_(alias_freep) Alias *alias = NULL;
        _cleanup_free_ char *value = NULL;
        char why[PROBLEM_WHY_SIZE];
        Origin origin;
        int r = alias_new(&alias, o->sections, entry->key, entry->value, why);

        if (r == KEY_E_VALUE) {
                problems_add(o->problems, entry->origin, section->label, entry->key, "%s", why);
                return 0;
        }
        if (r < 0 || !text || *text == '\0')
                return r;
        r = add_source(o, entry->key, &origin);
        if (r < 0)
                return r;
        r = alias_translate(alias, text, &value, why);
        return set(o, r, &alias->target, value, origin, why);
}

int environment_apply(SectionList *sections, char *const *environ_, unsigned rank, Sources *sources,
        Problems *problems) {
        Outside o = {sections, sources, problems, SOURCE_ENVIRONMENT, rank};
        const Section *aliases = section_list_find(sections, SECTION_ENVIRONMENT, NULL);
        int r = 0;

        for (char *const *variable = environ_; *variable && r == 0; variable++)
                if (strncmp(*variable, PREFIX, strlen(PREFIX)) == 0)
                        r = apply_variable(&o, *variable);
        for (size_t i = 0; i < aliases->n_entries && r == 0; i++)
                r = apply_alias(&o, aliases, &aliases->entries[i], environ_);
        return r;
}

static int apply_override(Outside *o, const char *text) {
        const char *equals = strchr(text, '=');
        _cleanup_free_ char *path = NULL;
        Origin origin;
        int r;

        if (!equals) {
                r = add_source(o, text, &origin);
                if (r == 0)
                        problems_add(o->problems, origin, NULL, NULL,
                                "no '=': SECTION.KEY=VALUE is expected");
                return r;
        }
        path = strndup(text, (size_t)(equals - text));
        if (!path)
                return -ENOMEM;
        return find_and_set(o, text, path, equals + 1, target_from_path);
}

int overrides_apply(SectionList *sections, char *const *overrides, unsigned rank, Sources *sources,
        Problems *problems) {
        Outside o = {sections, sources, problems, SOURCE_OVERRIDE, rank};
        int r = 0;

        for (; overrides && *overrides && r == 0; overrides++)
                r = apply_override(&o, *overrides);
        return r;
}
