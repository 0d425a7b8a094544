/* Lines of bounded length from a file that may be a pipe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum LineProblem {
        LINE_FINE,
        LINE_TOO_LONG,
        LINE_HAS_NUL,
        LINE_NOT_UTF8,
} LineProblem;

typedef struct Line {
        uint64_t number;  /* counts from 1 */
        const char *text; /* borrowed until the next call; NULL unless it is fine */
        LineProblem problem;
} Line;

typedef struct Lines Lines;

/* max: bytes of a line, without its newline. -ENOMEM. */
int lines_new(Lines **ret, size_t max);
Lines *lines_free(Lines *lines);

/* The next line that is there. 1 and *ret; 0: more must be read, or it has ended. Half a line at
 * the end is one; what follows the bound of one that is too long is passed over. */
int lines_next(Lines *lines, Line *ret);
/* Reads once, which waits unless fd is readable. Only after lines_next() has given 0. 0, or a
 * negative errno: then it has ended. */
int lines_read(Lines *lines, int fd);
bool lines_ended(const Lines *lines);
/* Words for people. */
const char *line_problem_text(LineProblem problem);
