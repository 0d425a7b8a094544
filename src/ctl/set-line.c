/* A line of `sporectl set -` to set requests. */
#include "ctl/set-line.h"

#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

static int __attribute__((format(printf, 2, 3)))
refuse(char why[static MESSAGE_WHY_SIZE], const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(why, MESSAGE_WHY_SIZE, format, arguments);
        va_end(arguments);
        return -EINVAL;
}

/* The next word, NUL-terminated in place; NULL: none. */
static char *next_word(char **cursor) {
        char *word = *cursor + strspn(*cursor, BLANKS), *end = word + strcspn(word, BLANKS);

        if (*word == '\0')
                return NULL;
        *cursor = *end == '\0' ? end : end + 1;
        *end = '\0';
        return word;
}

static int split_fields(
        const char **words, size_t *ret_n, char *text, char why[static MESSAGE_WHY_SIZE]) {
        const char *word;

        *ret_n = 0;
        while ((word = next_word(&text))) {
                if (!arguments_is_field(word))
                        return refuse(why,
                                "'%.100s' is not FIELD=VALUE; a value with spaces needs "
                                "a line of JSON",
                                word);
                words[(*ret_n)++] = word;
        }
        return 0;
}

/* text: what follows the name, without blanks at either end. */
static int add_text(json_t *set, char *text, char why[static MESSAGE_WHY_SIZE]) {
        _cleanup_free_ const char **words = calloc(strlen(text) / 2 + 1, sizeof(*words));
        size_t n = 1;
        int r = 0;

        if (!words)
                return -ENOMEM;
        words[0] = text;
        if (arguments_is_field(text))
                r = split_fields(words, &n, text, why);
        return r < 0 ? r : message_add_values(set, words, n, why);
}

/* Changes line. */
static int parse_words(json_t *requests, char *line, char why[static MESSAGE_WHY_SIZE]) {
        const char *name = next_word(&line);
        json_t *set;
        int r;

        line += strspn(line, BLANKS);
        if (*line == '\0')
                return refuse(why, "%.100s: no value follows", name);
        r = message_new_set(&set, name);
        if (r < 0)
                return r;
        if (json_array_append_new(requests, set) < 0)
                return -ENOMEM;
        return add_text(set, line, why);
}

/* A request: the client puts in an id of its own. */
static int take_request(json_t *requests, json_t *object, char why[static MESSAGE_WHY_SIZE]) {
        const json_t *op = json_object_get(object, "op");

        if (op && (!json_is_string(op) || strcmp(json_string_value(op), "set") != 0))
                return refuse(why, "the op of a request is set here");
        (void)json_object_del(object, "id");
        if (json_object_set_new(object, "op", json_string("set")) < 0)
                return -ENOMEM;
        return json_array_append(requests, object) < 0 ? -ENOMEM : 0;
}

static int take_values(json_t *requests, json_t *object, char why[static MESSAGE_WHY_SIZE]) {
        const char *name;
        json_t *value;

        if (json_object_size(object) == 0)
                return refuse(why, "there is nothing in it");
        json_object_foreach(object, name, value) {
                json_t *set;
                int r = message_new_set(&set, name);

                if (r < 0)
                        return r;
                if (json_array_append_new(requests, set) < 0 ||
                        json_object_set(set, json_is_object(value) ? "fields" : "value", value) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int parse_json(json_t *requests, const char *line, char why[static MESSAGE_WHY_SIZE]) {
        json_error_t error;
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        int r;

        if (!object)
                r = refuse(why, "not JSON: %.120s, column %d", error.text, error.column);
        else if (!json_is_object(object))
                r = refuse(why, "not a JSON object");
        else if (json_is_string(json_object_get(object, "characteristic")))
                r = take_request(requests, object, why);
        else
                r = take_values(requests, object, why);
        json_decref(object);
        return r;
}

int set_line_parse(json_t **ret, const char *line, char why[static MESSAGE_WHY_SIZE]) {
        const char *begin = line + strspn(line, BLANKS);
        _cleanup_free_ char *copy = strdup(begin);
        json_t *requests = json_array();
        int r = copy && requests ? 0 : -ENOMEM;

        if (r == 0) {
                for (size_t n = strlen(copy); n > 0 && strchr(BLANKS, copy[n - 1]); n--)
                        copy[n - 1] = '\0';
                if (*copy == '{' || *copy == '[')
                        r = parse_json(requests, copy, why);
                else if (*copy != '\0' && *copy != '#')
                        r = parse_words(requests, copy, why);
        }
        if (r == 0)
                *ret = requests;
        else
                json_decref(requests);
        return r;
}
