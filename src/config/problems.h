/* Where values come from, and what is wrong with them. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#define PROBLEM_WHY_SIZE 400

typedef enum SourceKind {
        SOURCE_FILE,
        SOURCE_ENVIRONMENT, /* one variable */
        SOURCE_OVERRIDE,    /* one -o */
} SourceKind;

typedef struct Source {
        SourceKind kind;
        unsigned rank; /* a higher one wins; problems are told in this order */
        char *name;    /* path, variable, or the text of -o */
} Source;

/* Owns its sources: origins point at them for as long as the configuration lives. */
typedef struct Sources {
        Source **items;
        size_t n;
} Sources;

typedef struct Origin {
        const Source *source; /* NULL: a built-in default */
        unsigned line;        /* 0: the whole file */
} Origin;

/* NULL: no memory. The list owns the new source. */
const Source *sources_add(Sources *sources, SourceKind kind, unsigned rank, const char *name);
void sources_clear(Sources *sources);
/* "/etc/spored/spored.conf:3", "environment NAME", "-o TEXT", "default". The caller frees it;
 * NULL: no memory. */
char *origin_format(Origin origin);

typedef struct Problem {
        Origin origin;
        bool warning;
        char *text;
} Problem;

typedef struct Problems {
        Problem *items;
        size_t n;
        int error; /* -ENOMEM once a problem could not be kept */
} Problems;

/* Notes a problem. section ("characteristic temperature") and key are NULL where there is none;
 * they are left out where a variable or -o is to blame. */
void problems_add(Problems *problems, Origin origin, const char *section, const char *key,
        const char *format, ...) __attribute__((format(printf, 5, 6)));
void problems_warn(Problems *problems, Origin origin, const char *section, const char *key,
        const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Sorts: errors, then warnings, by source and line; what came first stays first. Writes one line
 * for each. */
void problems_write(Problems *problems, FILE *out);
unsigned problems_count(const Problems *problems, bool warnings);
void problems_clear(Problems *problems);
