/* Files that a child writes. */
#include "../guard.h"
#include "loop/file-writer.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define FOLDER_SIZE 32
#define PATH_SIZE   64

typedef struct Fixture {
        struct ev_loop *loop;
        Guard guard;
        char folder[FOLDER_SIZE];
        char path[PATH_SIZE], temporary[PATH_SIZE];
        FileWriter *writer;
        int log;       /* what was written to stderr, from the start */
        int stderr_fd; /* the real one */
        unsigned n_done;
        int error;
} Fixture;

static void on_done(int error, void *userdata) {
        Fixture *f = userdata;

        assert_false(file_writer_busy(f->writer));
        f->n_done++;
        f->error = error;
        ev_break(f->loop, EVBREAK_ALL);
}

static const FileWriterEvents events = {.done = on_done};

static int setup(void **state) {
        static Fixture fixture;
        Fixture *f = &fixture;

        *f = (Fixture){.loop = ev_default_loop(EVFLAG_AUTO), .folder = "/tmp/spored-test-XXXXXX"};
        if (!f->loop || !mkdtemp(f->folder))
                return -1;
        (void)snprintf(f->path, sizeof(f->path), "%s/file", f->folder);
        (void)snprintf(f->temporary, sizeof(f->temporary), "%s/file.tmp", f->folder);
        guard_start(&f->guard, f->loop);
        f->stderr_fd = dup(STDERR_FILENO);
        f->log = open(f->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (f->log < 0 || dup2(f->log, STDERR_FILENO) < 0)
                return -1;
        *state = f;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        f->writer = file_writer_free(f->writer);
        (void)dup2(f->stderr_fd, STDERR_FILENO);
        close(f->stderr_fd);
        close(f->log);
        guard_stop(&f->guard, f->loop);
        (void)unlink(f->path);
        (void)unlink(f->temporary);
        return rmdir(f->folder);
}

static void new_writer(Fixture *f, const char *path, bool durable) {
        FileWriterParameters parameters = {.path = path, .mode = 0644, .durable = durable};

        assert_int_equal(file_writer_new(&f->writer, f->loop, &parameters, &events, f), 0);
}

static void give(Fixture *f, const char *text) {
        char *data = strdup(text);

        assert_non_null(data);
        assert_int_equal(file_writer_write(f->writer, data, strlen(text)), 0);
}

/* How the last of it ended. */
static int wait_done(Fixture *f) {
        unsigned before = f->n_done;

        while (f->n_done == before && !f->guard.expired)
                (void)ev_run(f->loop, 0);
        assert_false(f->guard.expired);
        return f->error;
}

static void assert_content(const char *path, const char *expected) {
        char text[256] = "";
        _cleanup_fclose_ FILE *file = fopen(path, "re");

        assert_non_null(file);
        text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
        assert_string_equal(text, expected);
}

static unsigned lines_logged(const Fixture *f) {
        char text[4096];
        ssize_t n = pread(f->log, text, sizeof(text), 0);
        unsigned lines = 0;

        for (ssize_t i = 0; i < n; i++)
                lines += text[i] == '\n';
        return lines;
}

static void test_a_file_is_written_with_its_mode(void **state) {
        Fixture *f = *state;
        mode_t old = umask(0077);
        struct stat st;

        new_writer(f, f->path, true);
        give(f, "one\n");
        assert_true(file_writer_busy(f->writer));
        assert_int_equal(wait_done(f), 0);
        (void)umask(old);
        assert_content(f->path, "one\n");
        assert_int_equal(stat(f->path, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0644);
        assert_int_equal(access(f->temporary, F_OK), -1);
        assert_int_equal(lines_logged(f), 0);
}

static void test_an_empty_one_too(void **state) {
        Fixture *f = *state;

        new_writer(f, f->path, false);
        give(f, "");
        assert_int_equal(wait_done(f), 0);
        assert_content(f->path, "");
}

static void test_what_comes_meanwhile_is_written_once_and_the_newest(void **state) {
        Fixture *f = *state;

        new_writer(f, f->path, false);
        give(f, "one");
        give(f, "two");
        give(f, "three");
        assert_int_equal(wait_done(f), 0);
        assert_content(f->path, "three");
        assert_int_equal(f->n_done, 1);
        give(f, "four");
        assert_int_equal(wait_done(f), 0);
        assert_content(f->path, "four");
}

static void test_what_was_left_behind_does_not_disturb(void **state) {
        Fixture *f = *state;
        char victim[PATH_SIZE];

        (void)snprintf(victim, sizeof(victim), "%s/victim", f->folder);
        assert_int_equal(symlink(victim, f->temporary), 0);
        new_writer(f, f->path, false);
        give(f, "one");
        assert_int_equal(wait_done(f), 0);
        assert_content(f->path, "one");
        assert_int_equal(access(victim, F_OK), -1);
}

static void test_an_error_is_told_each_time_and_logged_once(void **state) {
        Fixture *f = *state;

        assert_int_equal(mkdir(f->path, 0700), 0);
        new_writer(f, f->path, false);
        give(f, "one");
        assert_int_equal(wait_done(f), -EISDIR);
        assert_int_equal(lines_logged(f), 1);
        give(f, "two");
        assert_int_equal(wait_done(f), -EISDIR);
        assert_int_equal(lines_logged(f), 1);
        assert_int_equal(access(f->temporary, F_OK), -1);
        assert_int_equal(rmdir(f->path), 0);
        give(f, "three");
        assert_int_equal(wait_done(f), 0);
        assert_content(f->path, "three");
        assert_int_equal(lines_logged(f), 2);
}

static void test_another_error_is_logged_again(void **state) {
        Fixture *f = *state;
        char sub[PATH_SIZE], path[PATH_SIZE + 8];

        (void)snprintf(sub, sizeof(sub), "%s/sub", f->folder);
        (void)snprintf(path, sizeof(path), "%s/file", sub);
        new_writer(f, path, true);
        give(f, "one");
        assert_int_equal(wait_done(f), -ENOENT);
        assert_int_equal(close(open(sub, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)), 0);
        give(f, "two");
        assert_int_equal(wait_done(f), -ENOTDIR);
        assert_int_equal(lines_logged(f), 2);
        assert_int_equal(unlink(sub), 0);
}

static void test_the_old_file_stays_when_the_new_cannot_be_written(void **state) {
        Fixture *f = *state;

        new_writer(f, f->path, false);
        give(f, "one");
        assert_int_equal(wait_done(f), 0);
        assert_int_equal(mkdir(f->temporary, 0700), 0);
        give(f, "two");
        assert_int_equal(wait_done(f), -EEXIST);
        assert_content(f->path, "one");
        assert_int_equal(rmdir(f->temporary), 0);
}

static void test_a_pipe_in_its_way_keeps_nobody_waiting(void **state) {
        Fixture *f = *state;

        assert_int_equal(mkfifo(f->temporary, 0600), 0);
        new_writer(f, f->path, false);
        give(f, "one");
        assert_int_equal(wait_done(f), 0);
        assert_content(f->path, "one");
}

/* The child of the first is waited for by the loop all the same, and nobody is told. */
static void test_the_writer_may_end_before_its_child(void **state) {
        Fixture *f = *state;
        char other[PATH_SIZE];

        (void)snprintf(other, sizeof(other), "%s/other", f->folder);
        new_writer(f, other, false);
        give(f, "one");
        give(f, "never");
        f->writer = file_writer_free(f->writer);
        while (access(other, F_OK) < 0 && !f->guard.expired)
                (void)ev_run(f->loop, EVRUN_NOWAIT);
        assert_content(other, "one");
        new_writer(f, f->path, false);
        give(f, "two");
        assert_int_equal(wait_done(f), 0);
        assert_int_equal(f->n_done, 1);
        assert_content(f->path, "two");
        assert_content(other, "one");
        assert_int_equal(unlink(other), 0);
        assert_null(file_writer_free(NULL));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_a_file_is_written_with_its_mode),
                TEST(test_an_empty_one_too),
                TEST(test_what_comes_meanwhile_is_written_once_and_the_newest),
                TEST(test_what_was_left_behind_does_not_disturb),
                TEST(test_an_error_is_told_each_time_and_logged_once),
                TEST(test_another_error_is_logged_again),
                TEST(test_the_old_file_stays_when_the_new_cannot_be_written),
                TEST(test_a_pipe_in_its_way_keeps_nobody_waiting),
                TEST(test_the_writer_may_end_before_its_child),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
