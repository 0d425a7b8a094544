/* What a reload has come to. */
#include "ctl/render-reload.h"

#include "ctl/text.h"

#include <errno.h>
#include <string.h>

static void print_lines(FILE *out, const char *before, const json_t *lines) {
        for (size_t i = 0; i < json_array_size(lines); i++) {
                const char *line = json_string_value(json_array_get(lines, i));

                text_print_part(out, before, line);
                if (line)
                        fputc('\n', out);
        }
}

static void print_more(FILE *out, json_int_t all, const json_t *shown) {
        json_int_t n = (json_int_t)json_array_size(shown);

        if (all > n)
                fprintf(out, "and %" JSON_INTEGER_FORMAT " more\n", all - n);
}

static json_int_t number(const json_t *answer, const char *member) {
        return json_integer_value(json_object_get(answer, member));
}

void render_problems(FILE *out, const json_t *answer) {
        const json_t *problems = json_object_get(answer, "problems");

        print_lines(out, "", problems);
        print_more(out, number(answer, "errors") + number(answer, "warnings"), problems);
}

bool render_is_invalid(const json_t *answer) {
        const char *error = json_string_value(json_object_get(answer, "error"));

        return error && strcmp(error, "invalid_config") == 0;
}

int render_reload(FILE *out, const json_t *answer) {
        const json_t *in_place = json_object_get(answer, "in_place");
        const json_t *anew = json_object_get(answer, "anew");
        const json_t *restart = json_object_get(answer, "restart");

        if (!json_is_array(in_place) || !json_is_array(anew) || !json_is_array(restart))
                return -EPROTO;
        render_problems(out, answer);
        if (number(answer, "changed") == 0)
                fputs("nothing has changed\n", out);
        print_lines(out, "in place: ", in_place);
        print_lines(out, "registered anew: ", anew);
        print_lines(out, "left until a restart: ", restart);
        return 0;
}
