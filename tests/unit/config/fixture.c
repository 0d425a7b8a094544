/* Files in a temporary directory. */
#include "fixture.h"

#include "util/cleanup.h"

#include <ftw.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int fixture_setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        strcpy(f->directory, "/tmp/spored-config-XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        *state = f;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        return remove(path);
}

int fixture_teardown(void **state) {
        Fixture *f = *state;

        config_free(f->config);
        free(f->problems);
        free(f->nothing);
        nftw(f->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(f);
        return 0;
}

char *fixture_path(const Fixture *f, const char *name) {
        char *path;

        assert_true(asprintf(&path, "%s/%s", f->directory, name) > 0);
        return path;
}

void fixture_write(Fixture *f, const char *name, const char *text) {
        _cleanup_free_ char *path = fixture_path(f, name), *directory = strdup(path);
        _cleanup_fclose_ FILE *file = NULL;

        assert_non_null(directory);
        mkdir(dirname(directory), 0700);
        file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
}

/* "/tmp/x/test.conf:1" is told as "test.conf:1". */
static void hide_directory(const Fixture *f, char *text) {
        size_t size = strlen(f->directory) + 1;

        for (char *p; (p = strstr(text, f->directory));)
                memmove(p, p + size, strlen(p + size) + 1);
}

/* Moves the lines about nothing from what was told to a text of their own. */
static void take_nothing(Fixture *f) {
        char *to = f->problems;
        size_t size = 0;

        free(f->nothing);
        f->nothing = calloc(1, strlen(f->problems) + 1);
        assert_non_null(f->nothing);
        for (char *line = f->problems, *end; *line != '\0'; line = end) {
                const char *found = strstr(line, ": nothing would be served\n");

                end = strchr(line, '\n') + 1;
                if (found && found < end) {
                        memcpy(f->nothing + size, line, (size_t)(end - line));
                        size += (size_t)(end - line);
                        f->warnings--;
                } else {
                        memmove(to, line, (size_t)(end - line));
                        to += end - line;
                }
        }
        *to = '\0';
}

/* environ and argv are so by history; nothing writes to them. */
static char *const *unconst(const char *const *strings) {
        return (char *const *)(uintptr_t)strings;
}

void fixture_load_path(
        Fixture *f, const char *path, const char *const *variables, const char *const *overrides) {
        static const char *const nothing[] = {NULL};
        ConfigSources sources = {
                .file = path,
                .may_be_missing = f->may_be_missing,
                .environ_ = unconst(variables ? variables : nothing),
                .overrides = unconst(overrides),
        };
        FILE *out;
        size_t size;

        f->config = config_free(f->config);
        free(f->problems);
        f->problems = NULL;
        out = open_memstream(&f->problems, &size);
        assert_non_null(out);
        assert_int_equal(config_load(&f->config, &sources, out, &f->errors, &f->warnings), 0);
        fclose(out);
        hide_directory(f, f->problems);
        take_nothing(f);
        assert_true((f->config != NULL) == (f->errors == 0));
}

void fixture_load(Fixture *f, const char *const *variables, const char *const *overrides) {
        _cleanup_free_ char *path = fixture_path(f, "test.conf");

        fixture_load_path(f, path, variables, overrides);
}

void fixture_load_text(Fixture *f, const char *text) {
        fixture_write(f, "test.conf", text);
        fixture_load(f, NULL, NULL);
}

void expect_no_problem(const Fixture *f) {
        assert_string_equal(f->problems, "");
        assert_int_equal(f->errors, 0);
        assert_int_equal(f->warnings, 0);
        assert_non_null(f->config);
}

void expect_problems(const Fixture *f, const char *expected) {
        assert_string_equal(f->problems, expected);
}

const Characteristic *find_characteristic(const Fixture *f, const char *name) {
        const Characteristic *c;

        assert_string_equal(f->problems, "");
        assert_non_null(config_profile(f->config));
        c = profile_find(config_profile(f->config), name);
        assert_non_null(c);
        return c;
}

char *dump_text(const Fixture *f) {
        char *text = NULL;
        FILE *out;
        size_t size;

        out = open_memstream(&text, &size);
        assert_non_null(out);
        config_dump(f->config, out);
        fclose(out);
        return text;
}
