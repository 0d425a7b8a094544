#include "daemon/values-file.h"

#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/ordinary-file.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define HEADER       "spored-values 1"
#define LINE_ROOM    4096 /* a name, and two digits for each of VALUE_SIZE_MAX bytes */
#define LINES_MAX    65536
#define WARNINGS_MAX 10

typedef struct Loading {
        const char *path;
        const Profile *profile;
        Values *values;
        unsigned line;
        unsigned n_bad;
} Loading;

__attribute__((format(printf, 2, 3))) static void warn(Loading *l, const char *format, ...) {
        char why[FORMAT_WHY_SIZE + 128];
        va_list args;

        if (++l->n_bad > WARNINGS_MAX)
                return;
        va_start(args, format);
        (void)vsnprintf(why, sizeof(why), format, args);
        va_end(args);
        bytes_make_printable(why);
        log_warning("%s:%u: left out: %s", l->path, l->line, why);
}

static void load_value(Loading *l, const Characteristic *c, const char *hex) {
        uint8_t data[VALUE_SIZE_MAX];
        char why[FORMAT_WHY_SIZE];
        Value *v = values_at(l->values, c);
        size_t size;

        if (v->seq > 0)
                return;
        if (!c->persist)
                warn(l, "%s is not to be kept (persist = no)", c->name);
        else if (v->kept)
                warn(l, "%s is here a second time", c->name);
        else if (bytes_from_hex(data, sizeof(data), hex, &size) < 0)
                warn(l, "the value of %s is not hex, or longer than %d bytes", c->name,
                        VALUE_SIZE_MAX);
        else if (characteristic_check(c, data, size, why) != 0)
                warn(l, "%s: %s", c->name, why);
        else if (values_restore(l->values, c, data, size) < 0)
                warn(l, "the value of %s is too long", c->name);
        else
                v->kept = true;
}

static void load_line(Loading *l, char *line) {
        char *space = strchr(line, ' ');

        if (!space) {
                warn(l, "this is not \"NAME HEX\"");
                return;
        }
        *space = '\0';
        const Characteristic *c = profile_find(l->profile, line);
        if (c)
                load_value(l, c, space + 1);
        else
                warn(l, "there is no characteristic %s", line);
}

/* A line without its end is one that was not written to its end. */
static bool read_line(Loading *l, FILE *file, char line[static LINE_ROOM]) {
        size_t length = 0;
        int c;

        l->line++;
        while ((c = getc(file)) != EOF && c != '\n' && length < LINE_ROOM - 1)
                line[length++] = (char)c;
        line[length] = '\0';
        if (c == EOF && length == 0)
                return false;
        if (c == '\n' && strlen(line) == length)
                return true;
        warn(l, "the line and what follows: it is %s",
                c == EOF ? "cut off" : "no text, or too long");
        return false;
}

static void load(Loading *l, FILE *file) {
        char line[LINE_ROOM];

        if (!read_line(l, file, line)) {
                if (l->n_bad == 0)
                        warn(l, "%s", ferror(file) ? strerror(errno) : "the file is empty");
                return;
        }
        if (strcmp(line, HEADER) != 0) {
                warn(l, "the whole file, its first line is not \"%s\"", HEADER);
                return;
        }
        while (read_line(l, file, line)) {
                load_line(l, line);
                if (l->line == LINES_MAX) {
                        warn(l, "what follows: the file is longer than %d lines", LINES_MAX);
                        return;
                }
        }
        if (ferror(file))
                warn(l, "cannot be read: %s", strerror(errno));
}

void values_file_load(const char *path, const Profile *profile, Values *values) {
        Loading l = {.path = path, .profile = profile, .values = values};
        _cleanup_fclose_ FILE *file = NULL;

        int r = ordinary_file_open(&file, path);
        if (r < 0) {
                if (r != -ENOENT)
                        log_warning("%s:1: cannot be read, no value is restored: %s", path,
                                ordinary_file_error(r));
                return;
        }
        load(&l, file);
        if (l.n_bad > WARNINGS_MAX)
                log_warning("%s: %u more lines are left out", path, l.n_bad - WARNINGS_MAX);
}

int values_file_text(char **ret, size_t *ret_size, const Profile *profile, Values *values) {
        char hex[2 * VALUE_SIZE_MAX + 1];
        _cleanup_free_ char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        if (!out)
                return -ENOMEM;
        (void)fputs(HEADER "\n", out);
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);
                const Value *v = values_at(values, c);

                if (!v->kept)
                        continue;
                bytes_to_hex(hex, v->data, v->size);
                (void)fprintf(out, "%s %s\n", c->name, hex);
        }
        int failed = ferror(out);
        if (fclose(out) != 0 || failed || !text)
                return -ENOMEM;
        *ret = STEAL(text);
        *ret_size = size;
        return 0;
}
