/* A line of a script as words. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 64

typedef struct Words {
        char *words[WORDS_MAX]; /* in the line */
        size_t n;
        bool background; /* the last word was &, and is not counted */
} Words;

/* Splits line in place, at spaces and tabs. Double quotes keep them, and a tab in quotes means a
 * line feed. # at the beginning of a word ends the line. Returns NULL, or what is wrong (static).
 */
const char *words_split(Words *ret, char *line);
