/* Finds the key that a path or the name of a variable means. */
#include "config/target.h"

#include "config/ini-writer.h"
#include "config/key-types.h"
#include "config/suggest.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PATH_MAX_SIZE 160
#define PREFIX        "SPORED_"

int target_refuse(char why[static PROBLEM_WHY_SIZE], const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(why, PROBLEM_WHY_SIZE, format, arguments);
        va_end(arguments);
        return KEY_E_VALUE;
}

static int refuse_section(const SectionList *sections, SectionKind kind, const char *name,
        char why[static PROBLEM_WHY_SIZE]) {
        char hint[HINT_SIZE];
        Suggestion suggestion;

        suggestion_init(&suggestion, name);
        for (size_t i = 0; i < sections->n; i++) {
                const Section *s = sections->items[i];

                if (s->kind == kind || kind == _SECTION_KIND_MAX)
                        suggestion_offer(&suggestion, s->name ? s->name : s->label);
        }
        return target_refuse(why, "no %s \"%.60s\"%s",
                kind == _SECTION_KIND_MAX ? "section" : section_kind_name(kind), name,
                suggestion_format(&suggestion, hint));
}

static int refuse_key(const Section *section, const char *key, char why[static PROBLEM_WHY_SIZE]) {
        char hint[HINT_SIZE];
        Suggestion suggestion;
        size_t n;
        const Key *keys = keys_all(&n);

        suggestion_init(&suggestion, key);
        for (size_t i = 0; i < n; i++)
                if (keys[i].section == section->kind)
                        suggestion_offer(&suggestion, keys[i].name);
        for (size_t i = 0; section->kind == SECTION_FIELDS && i < section->n_entries; i++)
                suggestion_offer(&suggestion, section->entries[i].key);
        return target_refuse(why, "unknown key \"%.60s\" of [%s]%s", key, section->label,
                suggestion_format(&suggestion, hint));
}

static int find_key(
        Target *ret, Section *section, const char *key, char why[static PROBLEM_WHY_SIZE]) {
        bool known;

        if (section->kind == SECTION_ENVIRONMENT)
                return target_refuse(why, "[environment] can only be set in a file");
        known = section->kind == SECTION_FIELDS ? section_find(section, key) != NULL
                                                : keys_find(section->kind, key) != NULL;
        if (!known || strlen(key) >= sizeof(ret->key))
                return refuse_key(section, key, why);
        ret->section = section;
        strcpy(ret->key, key);
        return 0;
}

static int find_named(Target *ret, const SectionList *sections, const char *kind_name,
        const char *name, const char *key, char why[static PROBLEM_WHY_SIZE]) {
        SectionKind kind = section_kind_from_name(kind_name);
        Section *section;

        if (kind == _SECTION_KIND_MAX || !section_kind_may_have_name(kind))
                return target_refuse(why,
                        "\"%.60s\" is not service, characteristic, fields, descriptor, source or "
                        "advertisement",
                        kind_name);
        section = section_list_find(sections, kind, name);
        if (!section)
                return refuse_section(sections, kind, name, why);
        return find_key(ret, section, key, why);
}

/* A plain section, or a name: of several kinds the first that has the key, the characteristic
 * before all others. */
static Section *find_short(const SectionList *sections, const char *name, const char *key) {
        static const SectionKind kinds[] = {SECTION_CHARACTERISTIC, SECTION_SERVICE,
                SECTION_DESCRIPTOR, SECTION_SOURCE, SECTION_ADVERTISEMENT};
        SectionKind kind = section_kind_from_name(name);
        Section *first = NULL;

        if (kind != _SECTION_KIND_MAX && !section_kind_has_name(kind))
                return section_list_find(sections, kind, NULL);
        for (size_t i = 0; i < ELEMENTS(kinds); i++) {
                Section *section = section_list_find(sections, kinds[i], name);

                if (section && keys_find(kinds[i], key))
                        return section;
                if (!first)
                        first = section;
        }
        return first;
}

int target_from_path(Target *ret, const SectionList *sections, const char *path,
        char why[static PROBLEM_WHY_SIZE]) {
        char parts[PATH_MAX_SIZE], *second, *third;
        Section *section;

        if (strlen(path) >= sizeof(parts))
                return target_refuse(why, "too long for a key: \"%.60s…\"", path);
        strcpy(parts, path);
        second = strchr(parts, '.');
        if (!second)
                return target_refuse(why, "\"%.60s\" is not SECTION.KEY or KIND.NAME.KEY", path);
        *second++ = '\0';
        third = strchr(second, '.');
        if (third) {
                *third++ = '\0';
                return find_named(ret, sections, parts, second, third, why);
        }
        section = find_short(sections, parts, second);
        if (!section)
                return refuse_section(sections, _SECTION_KIND_MAX, parts, why);
        return find_key(ret, section, second, why);
}

static int refuse_variable(const char *variable, char why[static PROBLEM_WHY_SIZE]) {
        char hint[HINT_SIZE];
        Suggestion suggestion;
        size_t n;
        const Key *keys = keys_all(&n);

        suggestion_init(&suggestion, variable);
        for (size_t i = 0; i < n; i++) {
                char candidate[SUGGESTION_SIZE];

                if (section_kind_has_name(keys[i].section))
                        continue;
                snprintf(candidate, sizeof(candidate), PREFIX "%s_%s",
                        section_kind_name(keys[i].section), keys[i].name);
                for (char *p = candidate; *p != '\0'; p++)
                        *p = (char)toupper((unsigned char)*p);
                suggestion_offer(&suggestion, candidate);
        }
        return target_refuse(why, "unknown variable%s", suggestion_format(&suggestion, hint));
}

/* "queue_depth": no plain section's name is the beginning of another one's. */
static int find_plain_variable(Target *ret, const SectionList *sections, const char *variable,
        const char *name, char why[static PROBLEM_WHY_SIZE]) {
        for (size_t i = 0; i < sections->n; i++) {
                Section *s = sections->items[i];
                size_t size = strlen(s->label);

                if (s->name || strncmp(name, s->label, size) != 0 || name[size] != '_')
                        continue;
                if (find_key(ret, s, name + size + 1, why) == 0)
                        return 0;
        }
        return refuse_variable(variable, why);
}

int target_from_variable(Target *ret, const SectionList *sections, const char *variable,
        char why[static PROBLEM_WHY_SIZE]) {
        char parts[PATH_MAX_SIZE], *name, *key;

        for (const char *p = variable; *p != '\0'; p++)
                if (islower((unsigned char)*p))
                        return target_refuse(
                                why, "unknown variable: the name is written in capitals");
        if (strlen(variable) >= sizeof(parts))
                return refuse_variable(variable, why);
        strcpy(parts, variable + strlen(PREFIX));
        for (char *p = parts; *p != '\0'; p++)
                *p = (char)tolower((unsigned char)*p);
        name = strstr(parts, "__");
        if (!name)
                return find_plain_variable(ret, sections, variable, parts, why);
        *name = '\0';
        name += 2;
        key = strstr(name, "__");
        if (!key)
                return target_refuse(
                        why, "unknown variable: " PREFIX "KIND__NAME__KEY is expected");
        *key = '\0';
        return find_named(ret, sections, parts, name, key + 2, why);
}

int target_check(const Target *target, const char *value, char why[static PROBLEM_WHY_SIZE]) {
        const Key *key = keys_find(target->section->kind, target->key);

        /* Longer than it may be anywhere: its line does not matter. */
        if (key && key->parse == key_parse_text && strlen(value) > key->max)
                return key_check(key, value, why);
        if (!ini_writer_can_write(target->key, value, !key || key->may_continue, why))
                return KEY_E_VALUE;
        return key ? key_check(key, value, why) : 0;
}
