/* The list of problems, in the order of the sources. */
#include "config/problems.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const Source *sources_add(Sources *sources, SourceKind kind, unsigned rank, const char *name) {
        Source **items = reallocarray(sources->items, sources->n + 1, sizeof(*items));
        Source *source;

        if (!items)
                return NULL;
        sources->items = items;
        source = calloc(1, sizeof(*source));
        if (!source)
                return NULL;
        source->kind = kind;
        source->rank = rank;
        source->name = strdup(name);
        if (!source->name) {
                free(source);
                return NULL;
        }
        sources->items[sources->n++] = source;
        return source;
}

void sources_clear(Sources *sources) {
        for (size_t i = 0; i < sources->n; i++) {
                free(sources->items[i]->name);
                free(sources->items[i]);
        }
        free(sources->items);
        *sources = (Sources){0};
}

char *origin_format(Origin origin) {
        char *text = NULL;
        int r = 0;

        if (!origin.source)
                return strdup("default");
        switch (origin.source->kind) {
        case SOURCE_FILE:
                if (origin.line > 0)
                        r = asprintf(&text, "%s:%u", origin.source->name, origin.line);
                else
                        r = asprintf(&text, "%s", origin.source->name);
                break;
        case SOURCE_ENVIRONMENT:
                r = asprintf(&text, "environment %s", origin.source->name);
                break;
        case SOURCE_OVERRIDE:
                r = asprintf(&text, "-o %s", origin.source->name);
                break;
        }
        if (r < 0)
                return NULL;
        bytes_make_printable(text);
        return text;
}

/* "where: [section] key: warning: why" */
static char *problem_format(
        Origin origin, bool warning, const char *section, const char *key, const char *why) {
        bool place = section && (!origin.source || origin.source->kind == SOURCE_FILE);
        _cleanup_free_ char *where = origin_format(origin);
        char *text = NULL;

        if (!where)
                return NULL;
        if (asprintf(&text, "%s:%s%s%s%s%s%s %s%s", where, place ? " [" : "", place ? section : "",
                    place ? "]" : "", place && key ? " " : "", place && key ? key : "",
                    place ? ":" : "", warning ? "warning: " : "", why) < 0)
                return NULL;
        bytes_make_printable(text);
        return text;
}

__attribute__((format(printf, 6, 0))) static void add(Problems *problems, Origin origin,
        bool warning, const char *section, const char *key, const char *format, va_list arguments) {
        char why[PROBLEM_WHY_SIZE];
        Problem *items = reallocarray(problems->items, problems->n + 1, sizeof(*items));
        char *text;

        if (!items) {
                problems->error = -ENOMEM;
                return;
        }
        problems->items = items;
        vsnprintf(why, sizeof(why), format, arguments);
        text = problem_format(origin, warning, section, key, why);
        if (!text) {
                problems->error = -ENOMEM;
                return;
        }
        items[problems->n++] = (Problem){.origin = origin, .warning = warning, .text = text};
}

void problems_add(Problems *problems, Origin origin, const char *section, const char *key,
        const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        add(problems, origin, false, section, key, format, arguments);
        va_end(arguments);
}

void problems_warn(Problems *problems, Origin origin, const char *section, const char *key,
        const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        add(problems, origin, true, section, key, format, arguments);
        va_end(arguments);
}

/* Errors first: where only some are shown, or one, those are what is wrong. */
static int compare(const Problem *a, const Problem *b) {
        unsigned rank_a = a->origin.source ? a->origin.source->rank : 0;
        unsigned rank_b = b->origin.source ? b->origin.source->rank : 0;

        if (a->warning != b->warning)
                return b->warning ? -1 : 1;
        if (rank_a != rank_b)
                return rank_a < rank_b ? -1 : 1;
        if (a->origin.line != b->origin.line)
                return a->origin.line < b->origin.line ? -1 : 1;
        return 0;
}

/* By insertion: qsort() does not promise to keep the order of equals. */
static void sort(Problems *problems) {
        for (size_t i = 1; i < problems->n; i++) {
                Problem moved = problems->items[i];
                size_t j = i;

                for (; j > 0 && compare(&problems->items[j - 1], &moved) > 0; j--)
                        problems->items[j] = problems->items[j - 1];
                problems->items[j] = moved;
        }
}

void problems_write(Problems *problems, FILE *out) {
        sort(problems);
        for (size_t i = 0; i < problems->n; i++)
                fprintf(out, "%s\n", problems->items[i].text);
}

unsigned problems_count(const Problems *problems, bool warnings) {
        unsigned n = 0;

        for (size_t i = 0; i < problems->n; i++)
                n += problems->items[i].warning == warnings;
        return n;
}

void problems_clear(Problems *problems) {
        for (size_t i = 0; i < problems->n; i++)
                free(problems->items[i].text);
        free(problems->items);
        *problems = (Problems){0};
}
