/* Lines of bounded length. */
#include "ctl/lines.h"

#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

struct Lines {
        char *buffer; /* room for a line, its newline and a NUL */
        size_t max;
        size_t start, used;
        uint64_t number; /* of the last line */
        bool skipping;   /* the rest of a line that is too long */
        bool ended;
};

DEFINE_CLEANUP(Lines *, lines_free);

int lines_new(Lines **ret, size_t max) {
        _cleanup_(lines_freep) Lines *lines = calloc(1, sizeof(*lines));

        if (!lines)
                return -ENOMEM;
        lines->buffer = malloc(max + 2);
        if (!lines->buffer)
                return -ENOMEM;
        lines->max = max;
        *ret = STEAL(lines);
        return 0;
}

Lines *lines_free(Lines *lines) {
        if (!lines)
                return NULL;
        free(lines->buffer);
        free(lines);
        return NULL;
}

static LineProblem find_problem(const char *text, size_t size) {
        if (memchr(text, '\0', size))
                return LINE_HAS_NUL;
        return bytes_is_utf8((const uint8_t *)text, size) ? LINE_FINE : LINE_NOT_UTF8;
}

/* The next size bytes, and with them the newline if there is one. */
static int give(Lines *lines, size_t size, bool newline, Line *ret) {
        char *text = lines->buffer + lines->start;
        LineProblem problem = find_problem(text, size);

        text[size] = '\0';
        lines->start += size + (newline ? 1 : 0);
        *ret = (Line){.number = ++lines->number,
                .text = problem == LINE_FINE ? text : NULL,
                .problem = problem};
        return 1;
}

/* There is no newline in what was read. */
static int give_rest(Lines *lines, Line *ret) {
        size_t size = lines->used - lines->start;

        if (lines->skipping || size > lines->max) {
                bool already = lines->skipping;

                lines->start = lines->used = 0;
                lines->skipping = true;
                if (already)
                        return 0;
                *ret = (Line){.number = ++lines->number, .problem = LINE_TOO_LONG};
                return 1;
        }
        if (!lines->ended || size == 0)
                return 0;
        return give(lines, size, false, ret);
}

int lines_next(Lines *lines, Line *ret) {
        for (;;) {
                const char *text = lines->buffer + lines->start;
                const char *newline = memchr(text, '\n', lines->used - lines->start);

                if (!newline)
                        return give_rest(lines, ret);
                if (!lines->skipping)
                        return give(lines, (size_t)(newline - text), true, ret);
                lines->skipping = false;
                lines->start += (size_t)(newline - text) + 1;
        }
}

int lines_read(Lines *lines, int fd) {
        ssize_t n;

        memmove(lines->buffer, lines->buffer + lines->start, lines->used - lines->start);
        lines->used -= lines->start;
        lines->start = 0;
        n = read(fd, lines->buffer + lines->used, lines->max + 1 - lines->used);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return 0;
        lines->ended = n <= 0;
        if (n < 0)
                return -errno;
        lines->used += (size_t)n;
        return 0;
}

bool lines_ended(const Lines *lines) {
        return lines->ended;
}

const char *line_problem_text(LineProblem problem) {
        switch (problem) {
        case LINE_FINE:
                return "fine";
        case LINE_TOO_LONG:
                return "it is too long";
        case LINE_HAS_NUL:
                return "there is a NUL byte in it";
        case LINE_NOT_UTF8:
                return "it is not UTF-8";
        }
        return "";
}
