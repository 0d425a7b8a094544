/* JSON as a payload: whether a text is well-formed. */
#include "util/json-text.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* The place of the bracket that is too deep, from 1; 0: none is. */
static size_t find_too_deep(const char *text, size_t size) {
        bool in_string = false;
        size_t depth = 0;

        for (size_t i = 0; i < size; i++) {
                if (in_string) {
                        if (text[i] == '\\')
                                i++;
                        else if (text[i] == '"')
                                in_string = false;
                } else if (text[i] == '"')
                        in_string = true;
                else if ((text[i] == '[' || text[i] == '{') && ++depth > JSON_TEXT_DEPTH_MAX)
                        return i + 1;
                else if ((text[i] == ']' || text[i] == '}') && depth > 0)
                        depth--;
        }
        return 0;
}

int json_text_check(const char *text, size_t size, char why[static JSON_TEXT_WHY_SIZE]) {
        const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
        size_t deep = find_too_deep(text, size);
        json_error_t error;
        json_t *value;

        if (size == 0) {
                (void)snprintf(why, JSON_TEXT_WHY_SIZE, "it is empty");
                return -EINVAL;
        }
        if (deep > 0) {
                (void)snprintf(why, JSON_TEXT_WHY_SIZE, "nested deeper than %d at byte %zu",
                        JSON_TEXT_DEPTH_MAX, deep);
                return -EINVAL;
        }
        value = json_loadb(text, size, flags, &error);
        if (value) {
                json_decref(value);
                return 0;
        }
        (void)snprintf(why, JSON_TEXT_WHY_SIZE, "%.60s at byte %d", error.text, error.position);
        return -EINVAL;
}
