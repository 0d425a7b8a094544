/* The sections as they are in effect: all sources laid over each other, still as text. */
#pragma once

#include "config/keys.h"
#include "config/problems.h"

#define SECTION_LABEL_SIZE 64 /* "characteristic " and a name */
#define SECTION_NAME_MAX   40

typedef struct Entry {
        char *key, *value;
        Origin origin;
} Entry;

typedef struct Section Section;
struct Section {
        SectionKind kind;
        char *name;                     /* NULL: plain */
        char label[SECTION_LABEL_SIZE]; /* "queue", "characteristic temperature" */
        const Section *service;         /* of a characteristic; borrowed */
        Origin origin;                  /* where it was named last */
        Entry *entries;
        size_t n_entries;
};

/* Owns the sections; the order is that of their first naming. */
typedef struct SectionList {
        Section **items;
        size_t n;
} SectionList;

/* Makes all plain sections. -ENOMEM */
int section_list_init(SectionList *list);
void section_list_clear(SectionList *list);
/* name is NULL for a plain section. NULL: there is none. */
Section *section_list_find(const SectionList *list, SectionKind kind, const char *name);
/* NULL: no memory. name has at most SECTION_NAME_MAX characters, or is NULL. */
Section *section_list_add(SectionList *list, SectionKind kind, const char *name);

Entry *section_find(const Section *section, const char *key);
/* The value's text, or NULL. */
const char *section_value(const Section *section, const char *key);
/* Where the key was set; where the section was named if it was not. */
Origin section_origin(const Section *section, const char *key);
/* Sets the key, in its old place if it was there. -ENOMEM */
int section_set(Section *section, const char *key, const char *value, Origin origin);
void section_drop_entries(Section *section);
/* enable = no, here or in the service above it. */
bool section_is_enabled(const Section *section);

/* Checks a name of a section or a field: [a-z][a-z0-9_]*, no "__", no '_' at the end. */
bool section_name_is_legal(const char *name);
