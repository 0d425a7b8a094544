/* Judges the names of sections and keys and the values of keys, and keeps what is right. */
#include "config/merge.h"

#include "config/ini-reader.h"
#include "config/suggest.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

typedef struct Merge {
        SectionList *sections;
        const Document *document;
        Problems *problems;
        bool is_profile;
        const Section *service; /* the last [service] of this file */
        bool service_refused;   /* it had a mistake: its characteristics are not to blame */
} Merge;

static Origin origin_at(const Merge *m, unsigned line) {
        return (Origin){.source = m->document->source, .line = line};
}

static void refuse_kind(Merge *m, const DocumentSection *in, const char *word) {
        char hint[HINT_SIZE];
        Suggestion suggestion;

        suggestion_init(&suggestion, word);
        for (int kind = 0; kind < _SECTION_KIND_MAX; kind++)
                suggestion_offer(&suggestion, section_kind_name((SectionKind)kind));
        problems_add(m->problems, origin_at(m, in->line), in->name, NULL,
                "unknown section \"%s\"%s", word, suggestion_format(&suggestion, hint));
}

static void refuse_length(
        Merge *m, Origin origin, const char *section, const char *key, const char *name) {
        problems_add(m->problems, origin, section, key,
                "a name has at most %d characters, this one has %zu", SECTION_NAME_MAX,
                strlen(name));
}

static bool check_name(
        Merge *m, const DocumentSection *in, SectionKind kind, const char *name, bool more) {
        Origin origin = origin_at(m, in->line);
        SectionKind plain = name ? section_kind_from_name(name) : _SECTION_KIND_MAX;

        if (!name && !section_kind_has_name(kind))
                return true;
        if (!section_kind_may_have_name(kind)) {
                problems_add(
                        m->problems, origin, in->name, NULL, "a section of this kind has no name");
                return false;
        }
        if (!name || more) {
                problems_add(m->problems, origin, in->name, NULL, "%s: [%s NAME]",
                        more ? "a name has no spaces" : "one name is needed",
                        section_kind_name(kind));
                return false;
        }
        if (strlen(name) > SECTION_NAME_MAX) {
                refuse_length(m, origin, in->name, NULL, name);
                return false;
        }
        if (!section_name_is_legal(name)) {
                problems_add(m->problems, origin, in->name, NULL,
                        "a name has only a-z, 0-9 and '_', begins with a letter, does not end with "
                        "'_' and has no \"__\"%s",
                        strstr(name, NO_BREAK_SPACE) ? NO_SPACE : "");
                return false;
        }
        if (plain != _SECTION_KIND_MAX && !section_kind_has_name(plain)) {
                problems_add(m->problems, origin, in->name, NULL,
                        "the name is that of the section [%s]", name);
                return false;
        }
        return true;
}

/* Splits "characteristic temperature". 1: fine, 0: refused, -ENOMEM. */
static int read_header(
        Merge *m, const DocumentSection *in, SectionKind *ret_kind, char **ret_name) {
        _cleanup_free_ char *word = NULL, *name = NULL, *more = NULL;
        const char *cursor = in->name;
        int r;

        r = parse_next_word(&word, &cursor);
        if (r >= 0)
                r = parse_next_word(&name, &cursor);
        if (r >= 0)
                r = parse_next_word(&more, &cursor);
        if (r < 0)
                return r;
        *ret_kind = section_kind_from_name(word);
        if (*ret_kind == _SECTION_KIND_MAX) {
                refuse_kind(m, in, word);
                return 0;
        }
        if (!check_name(m, in, *ret_kind, name, more != NULL))
                return 0;
        *ret_name = STEAL(name);
        return 1;
}

/* The section to fill, made or found. 0 with *ret NULL: refused. */
static int open_section(
        Merge *m, const DocumentSection *in, SectionKind kind, const char *name, Section **ret) {
        Section *section = section_list_find(m->sections, kind, name);
        Origin origin = origin_at(m, in->line);

        *ret = NULL;
        if (section && section->origin.source == origin.source) {
                problems_add(m->problems, origin, in->name, NULL,
                        "the section is in this file already, in line %u", section->origin.line);
                return 0;
        }
        if (!section && kind == SECTION_CHARACTERISTIC && !m->service) {
                if (!m->service_refused)
                        problems_add(m->problems, origin, in->name, NULL,
                                "a characteristic without a service: no [service NAME] above it");
                return 0;
        }
        if (!section)
                section = section_list_add(m->sections, kind, name);
        if (!section)
                return -ENOMEM;
        if (kind == SECTION_CHARACTERISTIC && !section->service)
                section->service = m->service;
        if (kind == SECTION_FIELDS)
                section_drop_entries(section);
        section->origin = origin;
        *ret = section;
        return 0;
}

static void refuse_key(Merge *m, const Section *section, const DocumentEntry *in) {
        char hint[HINT_SIZE];
        Suggestion suggestion;
        size_t n;
        const Key *keys = keys_all(&n);

        suggestion_init(&suggestion, in->key);
        for (size_t i = 0; i < n; i++)
                if (keys[i].section == section->kind)
                        suggestion_offer(&suggestion, keys[i].name);
        problems_add(m->problems, origin_at(m, in->line), section->label, in->key,
                "unknown key \"%s\"%s", in->key, suggestion_format(&suggestion, hint));
}

static int check_table_key(Merge *m, const Section *section, const DocumentEntry *in) {
        const Key *key = keys_find(section->kind, in->key);
        Origin origin = origin_at(m, in->line);
        char why[KEY_WHY_SIZE];
        int r;

        if (!key) {
                refuse_key(m, section, in);
                return KEY_E_VALUE;
        }
        if (m->is_profile && section->kind == SECTION_DAEMON && strcmp(in->key, "profile") == 0) {
                problems_add(m->problems, origin, section->label, in->key,
                        "a profile cannot choose another profile");
                return KEY_E_VALUE;
        }
        if (in->more_line > 0 && !key->may_continue) {
                problems_add(m->problems, origin_at(m, in->more_line), section->label, in->key,
                        "the key has one line: an indented line cannot continue it");
                return KEY_E_VALUE;
        }
        r = key_check(key, in->value, why);
        if (r == KEY_E_VALUE)
                problems_add(m->problems, origin, section->label, in->key, "%s", why);
        return r;
}

static int check_key(Merge *m, const Section *section, const DocumentEntry *in) {
        if (!section_kind_has_free_keys(section->kind))
                return check_table_key(m, section, in);
        if (section->kind != SECTION_FIELDS || section_name_is_legal(in->key))
                return 0;
        if (strlen(in->key) > SECTION_NAME_MAX)
                refuse_length(m, origin_at(m, in->line), section->label, in->key, in->key);
        else
                problems_add(m->problems, origin_at(m, in->line), section->label, in->key,
                        "a field's name has only a-z, 0-9 and '_', begins with a letter, does not "
                        "end with '_' and has no \"__\"%s",
                        strstr(in->key, NO_BREAK_SPACE) ? NO_SPACE : "");
        return KEY_E_VALUE;
}

/* Any text is legal for the key. */
static bool is_free_text(const Section *section, const char *key) {
        return section->kind != SECTION_FIELDS &&
               (strcmp(key, "value") == 0 || strcmp(key, "name") == 0 || strcmp(key, "match") == 0);
}

/* A word that would begin a comment elsewhere. */
static bool has_other_comment(const char *value, bool free_text) {
        for (const char *p = value; *p != '\0'; p++) {
                bool first = p == value;

                if (!first && !ini_is_space(p[-1]))
                        continue;
                if (*p == '#' && (!first || !free_text))
                        return true;
                if (p[0] == '/' && p[1] == '/' && !free_text)
                        return true;
        }
        return false;
}

/* ' at both ends, or “, ‘ and the like at the beginning. */
static bool has_other_quotes(const char *value) {
        size_t size = strlen(value);

        if (size > 1 && value[0] == '\'' && value[size - 1] == '\'')
                return true;
        return strncmp(value, "\xe2\x80\x98", 3) >= 0 && strncmp(value, "\xe2\x80\x9f", 3) <= 0;
}

/* What is legal and seldom meant, or explains why it was refused. */
static void warn_of_value(Merge *m, const Section *section, const DocumentEntry *in) {
        bool free_text = is_free_text(section, in->key);
        const char *why = NULL;

        if (in->quoted)
                return;
        if (has_other_comment(in->value, free_text))
                why = "a comment behind a value begins with \" ;\"";
        else if (has_other_quotes(in->value))
                why = "only double quotes (\") are removed";
        else if (!free_text && strstr(in->value, NO_BREAK_SPACE))
                why = "the value holds a character that is no space (U+00A0)";
        if (why)
                problems_warn(
                        m->problems, origin_at(m, in->line), section->label, in->key, "%s", why);
}

static int merge_entry(Merge *m, Section *section, const DocumentEntry *in) {
        const Entry *old = section_find(section, in->key);
        Origin origin = origin_at(m, in->line);
        int r;

        if (old && old->origin.source == origin.source) {
                problems_add(m->problems, origin, section->label, in->key,
                        "the key is in this section already, in line %u", old->origin.line);
                return 0;
        }
        r = check_key(m, section, in);
        if (r < 0)
                return r;
        warn_of_value(m, section, in);
        /* A refused value is kept too: the key is not missing. Nothing is served with it. */
        if (r > 0 && !keys_find(section->kind, in->key))
                return 0;
        return section_set(section, in->key, in->value, origin);
}

static int merge_section(Merge *m, const DocumentSection *in) {
        _cleanup_free_ char *name = NULL;
        Section *section = NULL;
        SectionKind kind = _SECTION_KIND_MAX;
        int r = read_header(m, in, &kind, &name);

        if (r > 0)
                r = open_section(m, in, kind, name, &section);
        if (r < 0)
                return r;
        if (kind == SECTION_SERVICE)
                m->service = section;
        if (kind == SECTION_SERVICE || kind == _SECTION_KIND_MAX)
                m->service_refused = !section;
        for (size_t i = 0; section && i < in->n_entries; i++) {
                r = merge_entry(m, section, &in->entries[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int merge_document(
        SectionList *sections, const Document *document, bool is_profile, Problems *problems) {
        Merge m = {
                .sections = sections,
                .document = document,
                .problems = problems,
                .is_profile = is_profile,
        };

        for (size_t i = 0; i < document->n_sections; i++) {
                int r = merge_section(&m, &document->sections[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}
