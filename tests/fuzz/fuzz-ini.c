/* A configuration file. What is told of it must be text that a file could hold. */
#include "config/ini-reader.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static void check(const char *text, unsigned line) {
        if (line == 0 || strlen(text) > INI_LINE_MAX || strchr(text, '\n'))
                abort();
}

static void on_section(const char *name, unsigned line, void *userdata) {
        check(name, line);
}

static void on_entry(const char *key, const char *value, unsigned line, void *userdata) {
        check(key, line);
        check(value, line);
}

static void on_line(const char *text, unsigned line, void *userdata) {
        check(text, line);
}

static void on_problem(unsigned line, const char *why, void *userdata) {
        if (*why == '\0')
                abort();
}

static const IniEvents events = {
        .section = on_section,
        .entry = on_entry,
        .more = on_line,
        .problem = on_problem,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FILE *file = tmpfile();

        if (!file)
                abort();
        if (fwrite(data, 1, size, file) == size) {
                rewind(file);
                (void)ini_read(file, &events, NULL);
        }
        (void)fclose(file);
        return 0;
}
