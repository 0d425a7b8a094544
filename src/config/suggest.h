/* "did you mean": the nearest of the words that would have been legal. */
#pragma once

#include <stddef.h>

#define SUGGESTION_SIZE 64

typedef struct Suggestion {
        const char *text; /* what was written; borrowed */
        char best[SUGGESTION_SIZE];
        size_t distance; /* of best; meaningless while best is "" */
} Suggestion;

void suggestion_init(Suggestion *suggestion, const char *text);
/* Keeps candidate if it is close and closer than those before. */
void suggestion_offer(Suggestion *suggestion, const char *candidate);
/* `; did you mean "x"?`, or "" if nothing was close. Returns out. */
const char *suggestion_format(const Suggestion *suggestion, char out[static SUGGESTION_SIZE + 32]);
