/* JSON values as text, and text in columns. */
#include "ctl/text.h"

#include "util/cleanup.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* C0, DEL, and C1 as UTF-8 has it (C2 80 to C2 9F). Sets the number of bytes to escape. */
static size_t control_size(const unsigned char *p) {
        if (*p < 0x20 || *p == 0x7f)
                return 1;
        return p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f ? 2 : 0;
}

static void write_escaped(FILE *out, const char *text, size_t size) {
        const unsigned char *p = (const unsigned char *)text;

        for (size_t i = 0; i < size;) {
                size_t n = control_size(p + i);

                if (p[i] == '\n')
                        fputs("\\n", out);
                else if (n > 0)
                        for (size_t k = 0; k < n; k++)
                                fprintf(out, "\\x%02x", p[i + k]);
                else
                        fputc(p[i], out);
                i += n > 0 ? n : 1;
        }
}

void text_print(FILE *out, const char *text) {
        write_escaped(out, text, strlen(text));
}

static void write_json(FILE *out, const json_t *value) {
        _cleanup_free_ char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

        if (text)
                text_print(out, text);
}

/* Not an array of something. */
static void write_single(FILE *out, const json_t *value) {
        switch (json_typeof(value)) {
        case JSON_STRING:
                write_escaped(out, json_string_value(value), json_string_length(value));
                return;
        case JSON_INTEGER:
                fprintf(out, "%lld", (long long)json_integer_value(value));
                return;
        case JSON_REAL:
                fprintf(out, "%.15g", json_real_value(value));
                return;
        case JSON_ARRAY:
        case JSON_TRUE:
        case JSON_FALSE:
        case JSON_NULL:
        case JSON_OBJECT:
                write_json(out, value);
                return;
        }
}

/* The elements of an array with commas between: the form in which they are set. */
static void write_value(FILE *out, const json_t *value) {
        if (!json_is_array(value)) {
                write_single(out, value);
                return;
        }
        for (size_t i = 0; i < json_array_size(value); i++) {
                if (i > 0)
                        fputc(',', out);
                write_single(out, json_array_get(value, i));
        }
}

/* What either of them gives; value is looked at if text is NULL. */
static char *collect(const char *text, const json_t *value) {
        char *collected = NULL;
        size_t size;
        FILE *out = open_memstream(&collected, &size);
        bool failed;

        if (!out)
                return NULL;
        if (text)
                text_print(out, text);
        else if (value)
                write_value(out, value);
        failed = ferror(out);
        if (fclose(out) == 0 && !failed)
                return collected;
        free(collected);
        return NULL;
}

char *text_of_value(const json_t *value) {
        return collect(NULL, value);
}

char *text_of_string(const char *text) {
        return collect(text, NULL);
}

void text_print_part(FILE *out, const char *before, const char *text) {
        if (!text)
                return;
        fputs(before, out);
        text_print(out, text);
}

void text_age(char out[static TEXT_AGE_SIZE], double seconds) {
        static const struct {
                double seconds;
                const char *unit;
        } units[] = {{1, "s"}, {60, "min"}, {3600, "h"}, {86400, "d"}};
        size_t i = 0;

        /* Up to two of a unit are told in the one below. */
        while (i + 1 < ELEMENTS(units) && seconds >= 2 * units[i + 1].seconds)
                i++;
        (void)snprintf(out, TEXT_AGE_SIZE, "%.*f%s", seconds < 10 ? 1 : 0,
                floor(seconds / units[i].seconds * (seconds < 10 ? 10 : 1)) /
                        (seconds < 10 ? 10 : 1),
                units[i].unit);
}

void text_count(char out[static TEXT_COUNT_SIZE], json_int_t count) {
        static const char units[] = {'k', 'M', 'G'};
        size_t i = 0;

        if (count < 100000) {
                (void)snprintf(out, TEXT_COUNT_SIZE, "%lld", (long long)count);
                return;
        }
        for (count /= 1000; count >= 10000 && i + 1 < sizeof(units); i++)
                count /= 1000;
        (void)snprintf(out, TEXT_COUNT_SIZE, "%lld%c", (long long)count, units[i]);
}

size_t text_width(const char *text) {
        size_t width = 0;

        for (; *text; text++)
                if (((unsigned char)*text & 0xc0) != 0x80)
                        width++;
        return width;
}

void text_print_left(FILE *out, const char *text, size_t width) {
        size_t have = text_width(text);

        fprintf(out, "%s%*s", text, have < width ? (int)(width - have) : 0, "");
}

void text_print_right(FILE *out, const char *text, size_t width) {
        size_t have = text_width(text);

        fprintf(out, "%*s%s", have < width ? (int)(width - have) : 0, "", text);
}
