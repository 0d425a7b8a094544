/* A line that is an array of requests. */
#include "socket/batch.h"

#include <string.h>

static bool is_space(char c) {
        return c == ' ' || c == '\t' || c == '\r';
}

static size_t skip_space(const char *line, size_t size, size_t i) {
        while (i < size && is_space(line[i]))
                i++;
        return i;
}

bool batch_is(const char *line, size_t size) {
        size_t i = skip_space(line, size, 0);

        return i < size && line[i] == '[';
}

/* The place behind the string that begins at i; size if it does not end. */
static size_t skip_string(const char *line, size_t size, size_t i) {
        for (i++; i < size && line[i] != '"'; i++)
                if (line[i] == '\\')
                        i++;
        return i < size ? i + 1 : size;
}

/* The place of the comma or bracket that ends the element which begins at i; size if none does. */
static size_t find_end(const char *line, size_t size, size_t i) {
        size_t depth = 0;

        while (i < size) {
                if (line[i] == '"') {
                        i = skip_string(line, size, i);
                        continue;
                }
                if (depth == 0 && memchr(",]}", line[i], 3))
                        return i;
                if (line[i] == '[' || line[i] == '{')
                        depth++;
                else if (line[i] == ']' || line[i] == '}')
                        depth--;
                i++;
        }
        return size;
}

int batch_check(const char *line, size_t size, char detail[static REPLY_DETAIL_SIZE]) {
        size_t i = skip_space(line, size, 0) + 1;
        size_t first = skip_space(line, size, i);

        if (first < size && line[first] == ']' && skip_space(line, size, first + 1) == size)
                return reply_fail(
                        detail, REPLY_E_BAD_REQUEST, "an array of requests has at least one");
        do
                i = find_end(line, size, i) + 1;
        while (i <= size && line[i - 1] == ',');
        if (i > size)
                return reply_fail(detail, REPLY_E_BAD_JSON,
                        "the array of requests is not closed, at byte %zu", size);
        if (line[i - 1] != ']')
                return reply_fail(detail, REPLY_E_BAD_JSON,
                        "the array of requests is closed by '}', at byte %zu", i);
        if (skip_space(line, size, i) < size)
                return reply_fail(detail, REPLY_E_BAD_JSON,
                        "there is more behind the array of requests, at byte %zu", i + 1);
        return 0;
}

bool batch_next(
        const char *line, size_t size, size_t *offset, const char **ret_element, size_t *ret_size) {
        size_t begin = *offset > 0 ? *offset : skip_space(line, size, 0) + 1;
        size_t end;

        if (skip_space(line, size, begin) >= size)
                return false;
        end = find_end(line, size, begin);
        *ret_element = line + begin;
        *ret_size = end - begin;
        *offset = end + 1;
        return true;
}
