/* What would have been legal: "did you mean" the nearest word, or all of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SUGGESTION_SIZE 64
#define HINT_SIZE       256

/* U+00A0, which looks like a space; and what is said of it. */
#define NO_BREAK_SPACE "\xc2\xa0"
#define NO_SPACE       "; it holds a character that is no space (U+00A0)"

typedef struct Suggestion {
        const char *text; /* what was written; borrowed */
        char best[SUGGESTION_SIZE];
        size_t distance;       /* of best; meaningless while best is "" */
        char known[HINT_SIZE]; /* all words, with commas between */
        bool too_many;         /* they do not fit */
} Suggestion;

void suggestion_init(Suggestion *suggestion, const char *text);
/* Keeps candidate if it is close and closer than those before. */
void suggestion_offer(Suggestion *suggestion, const char *candidate);
/* `; did you mean "x"?`, or "; known: a, b, c" if nothing was close, or "" if these are too many.
 * Returns out. */
const char *suggestion_format(const Suggestion *suggestion, char out[static HINT_SIZE]);
