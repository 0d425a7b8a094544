/* Names that a profile honours beside SPORED_*. */
#include "config/alias.h"

#include "util/parse.h"

#include <errno.h>
#include <string.h>

static int check_name(const char *name, char why[static PROBLEM_WHY_SIZE]) {
        if (name[0] < 'A' || name[0] > 'Z' ||
                strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != strlen(name))
                return target_refuse(why,
                        "the name of a variable has A-Z, 0-9 and '_' and begins with a "
                        "letter");
        if (strncmp(name, "SPORED_", strlen("SPORED_")) == 0)
                return target_refuse(why, "names with SPORED_ have their meaning already");
        return 0;
}

/* The next "word:value" of *cursor, as sizes; false at the end. A missing ':' gives value NULL. */
static bool next_pair(const char **cursor, const char **ret_word, size_t *ret_word_size,
        const char **ret_value, size_t *ret_value_size) {
        const char *pair = *cursor;
        size_t size = strcspn(pair, ",");
        const char *colon = memchr(pair, ':', size);

        if (*pair == '\0')
                return false;
        *ret_word = pair;
        *ret_word_size = colon ? (size_t)(colon - pair) : size;
        *ret_value = colon ? colon + 1 : NULL;
        *ret_value_size = colon ? size - *ret_word_size - 1 : 0;
        *cursor = pair + size + (pair[size] == ',' ? 1 : 0);
        return true;
}

static int check_map(const Alias *alias, char why[static PROBLEM_WHY_SIZE]) {
        const char *cursor = alias->map, *word, *value;
        size_t word_size, value_size;

        if (*cursor == '\0')
                return target_refuse(why, "map= without a word");
        while (next_pair(&cursor, &word, &word_size, &value, &value_size)) {
                _cleanup_free_ char *text = NULL;
                int r;

                if (!value || word_size == 0)
                        return target_refuse(
                                why, "map= needs word:value, not \"%.*s\"", (int)word_size, word);
                text = strndup(value, value_size);
                if (!text)
                        return -ENOMEM;
                r = target_check(&alias->target, text, why);
                if (r != 0)
                        return r;
        }
        return 0;
}

static int read_option(Alias *alias, const char *option, char why[static PROBLEM_WHY_SIZE]) {
        char **place = NULL;

        if (strncmp(option, "append=", strlen("append=")) == 0)
                place = &alias->append;
        else if (strncmp(option, "map=", strlen("map=")) == 0)
                place = &alias->map;
        if (!place)
                return target_refuse(
                        why, "unknown \"%.60s\"; known: append=TEXT, map=WORD:VALUE,…", option);
        if (alias->append || alias->map)
                return target_refuse(why, "one append= or one map= is enough");
        *place = strdup(strchr(option, '=') + 1);
        return *place ? 0 : -ENOMEM;
}

static int read_spec(Alias *alias, const SectionList *sections, const char *spec,
        char why[static PROBLEM_WHY_SIZE]) {
        _cleanup_free_ char *path = NULL;
        const char *cursor = spec;
        int r = parse_next_word(&path, &cursor);

        if (r < 0)
                return r;
        if (r == 0)
                return target_refuse(why, "a key is needed: SECTION.KEY or KIND.NAME.KEY");
        r = target_from_path(&alias->target, sections, path, why);
        if (r != 0)
                return r;
        if (alias->target.section->kind == SECTION_DAEMON &&
                strcmp(alias->target.key, "profile") == 0)
                return target_refuse(why, "the profile is chosen before [environment] is known");
        for (;;) {
                _cleanup_free_ char *option = NULL;

                r = parse_next_word(&option, &cursor);
                if (r <= 0)
                        return r;
                r = read_option(alias, option, why);
                if (r != 0)
                        return r;
        }
}

int alias_new(Alias **ret, const SectionList *sections, const char *name, const char *spec,
        char why[static PROBLEM_WHY_SIZE]) {
        _cleanup_(alias_freep) Alias *alias = calloc(1, sizeof(*alias));
        int r;

        if (!alias)
                return -ENOMEM;
        r = check_name(name, why);
        if (r == 0)
                r = read_spec(alias, sections, spec, why);
        if (r == 0 && alias->map)
                r = check_map(alias, why);
        if (r != 0)
                return r;
        *ret = STEAL(alias);
        return 0;
}

Alias *alias_free(Alias *alias) {
        if (!alias)
                return NULL;
        free(alias->append);
        free(alias->map);
        free(alias);
        return NULL;
}

static int refuse_word(const Alias *alias, const char *text, char why[static PROBLEM_WHY_SIZE]) {
        const char *cursor = alias->map, *word, *value;
        size_t word_size, value_size;

        target_refuse(why, "unknown word \"%.60s\"; known:", text);
        while (next_pair(&cursor, &word, &word_size, &value, &value_size)) {
                size_t size = strlen(why);

                snprintf(why + size, PROBLEM_WHY_SIZE - size, "%s %.*s",
                        word == alias->map ? "" : ",", (int)word_size, word);
        }
        return KEY_E_VALUE;
}

static int translate_word(
        const Alias *alias, const char *text, char **ret, char why[static PROBLEM_WHY_SIZE]) {
        const char *cursor = alias->map, *word, *value;
        size_t word_size, value_size;

        while (next_pair(&cursor, &word, &word_size, &value, &value_size)) {
                _cleanup_free_ char *candidate = strndup(word, word_size);

                if (!candidate)
                        return -ENOMEM;
                if (!parse_same_word(candidate, text))
                        continue;
                *ret = strndup(value, value_size);
                return *ret ? 0 : -ENOMEM;
        }
        return refuse_word(alias, text, why);
}

int alias_translate(
        const Alias *alias, const char *text, char **ret, char why[static PROBLEM_WHY_SIZE]) {
        if (alias->map)
                return translate_word(alias, text, ret, why);
        if (asprintf(ret, "%s%s", text, alias->append ? alias->append : "") < 0)
                return -ENOMEM;
        return 0;
}
