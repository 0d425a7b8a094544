#include "fixture.h"

#include "util/cleanup.h"

#include <ftw.h>
#include <sys/stat.h>

int fixture_setup(void **state) {
        Fixture *f = calloc(1, sizeof(*f));

        assert_non_null(f);
        strcpy(f->root, "/tmp/spored-sense-XXXXXX");
        assert_non_null(mkdtemp(f->root));
        *state = f;
        return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        return remove(path);
}

int fixture_teardown(void **state) {
        Fixture *f = *state;

        nftw(f->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(f);
        return 0;
}

char *fixture_path(const Fixture *f, const char *name) {
        char *path;

        assert_true(asprintf(&path, "%s%s", f->root, name) > 0);
        return path;
}

static void make_directories(const Fixture *f, const char *path) {
        for (const char *p = path + strlen(f->root) + 1; (p = strchr(p, '/')); p++) {
                _cleanup_free_ char *directory = strndup(path, (size_t)(p - path));

                assert_non_null(directory);
                mkdir(directory, 0700);
        }
}

void fixture_write(const Fixture *f, const char *name, const char *text) {
        _cleanup_free_ char *path = fixture_path(f, name);
        _cleanup_fclose_ FILE *file = NULL;

        make_directories(f, path);
        file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
}

void fixture_link(const Fixture *f, const char *name, const char *target) {
        _cleanup_free_ char *path = fixture_path(f, name), *to = fixture_path(f, target);

        make_directories(f, path);
        assert_int_equal(symlink(to, path), 0);
}

void fixture_pipe(const Fixture *f, const char *name) {
        _cleanup_free_ char *path = fixture_path(f, name);

        make_directories(f, path);
        assert_int_equal(mkfifo(path, 0600), 0);
}

void fixture_remove(const Fixture *f, const char *name) {
        _cleanup_free_ char *path = fixture_path(f, name);

        assert_int_equal(remove(path), 0);
}
