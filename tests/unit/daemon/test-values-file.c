/* The file that keeps values: what is good of it comes back, the rest is named and left out. */
#include "fixture.h"

#include "daemon/values-file.h"
#include "util/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOG_ROOM 8192

typedef struct Place {
        Fixture *fixture;
        char folder[32], path[64];
        int log, stderr_fd;
} Place;

static int setup(void **state) {
        static Place place;
        Place *p = &place;

        *p = (Place){.folder = "/tmp/spored-test-XXXXXX"};
        if (fixture_setup((void **)&p->fixture) < 0 || !mkdtemp(p->folder))
                return -1;
        (void)snprintf(p->path, sizeof(p->path), "%s/values", p->folder);
        p->fixture->level->persist = p->fixture->plain->persist = true;
        fixture_start(p->fixture);
        p->stderr_fd = dup(STDERR_FILENO);
        p->log = open(p->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (p->log < 0 || dup2(p->log, STDERR_FILENO) < 0)
                return -1;
        *state = p;
        return 0;
}

static int teardown(void **state) {
        Place *p = *state;

        (void)dup2(p->stderr_fd, STDERR_FILENO);
        close(p->stderr_fd);
        close(p->log);
        (void)remove(p->path);
        (void)rmdir(p->folder);
        return fixture_teardown((void **)&p->fixture);
}

static void put_file(const Place *p, const char *data, size_t size) {
        _cleanup_fclose_ FILE *file = fopen(p->path, "we");

        assert_non_null(file);
        assert_int_equal(fwrite(data, 1, size, file), size);
}

static void load(Place *p) {
        values_file_load(p->path, p->fixture->profile, p->fixture->values);
}

static void load_text(Place *p, const char *text) {
        put_file(p, text, strlen(text));
        load(p);
}

/* All that was logged. */
static const char *logged(const Place *p) {
        static char text[LOG_ROOM];
        ssize_t n = pread(p->log, text, sizeof(text) - 1, 0);

        text[n > 0 ? n : 0] = '\0';
        return text;
}

static unsigned count(const char *text, const char *part) {
        unsigned n = 0;

        for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
                n++;
        return n;
}

/* One warning, which names the line. */
static void assert_warned(const Place *p, unsigned line, const char *why) {
        char place[96];

        (void)snprintf(place, sizeof(place), "spored: warning: %s:%u: ", p->path, line);
        assert_ptr_equal(strstr(logged(p), place), logged(p));
        assert_non_null(strstr(logged(p), why));
        assert_int_equal(count(logged(p), "\n"), 1);
}

static void test_what_is_written_is_read_back(void **state) {
        Place *p = *state;
        Fixture *f = p->fixture;
        _cleanup_free_ char *text = NULL;
        size_t size;

        assert_int_equal(fixture_set(f, f->level, 0xab, START_USEC), 0);
        assert_int_equal(fixture_set(f, f->alarm, 1, START_USEC), 0);
        assert_int_equal(values_set(f->values, f->plain, NULL, 0, START_USEC), 0);
        values_at(f->values, f->level)->kept = values_at(f->values, f->plain)->kept = true;
        assert_int_equal(values_file_text(&text, &size, f->profile, f->values), 0);
        assert_string_equal(text, "spored-values 1\nlevel ab\nplain \n");
        assert_int_equal(size, strlen(text));

        f->values = values_free(f->values);
        fixture_start(f);
        load_text(p, text);
        assert_value(f, f->level, "ab");
        assert_value(f, f->plain, "");
        assert_true(values_at(f->values, f->level)->kept && values_at(f->values, f->plain)->kept);
        assert_false(values_at(f->values, f->alarm)->kept);
        assert_string_equal(logged(p), "");
}

static void test_no_file_is_fine(void **state) {
        Place *p = *state;

        load(p);
        assert_string_equal(logged(p), "");
}

static void test_the_good_lines_around_a_bad_one_count(void **state) {
        static const struct {
                const char *line, *why;
        } bad[] = {
                {"", "NAME HEX"},
                {"nonsense", "NAME HEX"},
                {"unknown 01", "there is no characteristic unknown"},
                {"alarm 01", "alarm is not to be kept"},
                {"plain xy", "not hex"},
                {"plain 0", "not hex"},
                {"plain 010203040506070809", "plain: "},
                {"\x1b[31m 01", "there is no characteristic ?[31m"},
        };
        Place *p = *state;
        Fixture *f = p->fixture;

        for (size_t i = 0; i < ELEMENTS(bad); i++) {
                char text[256];

                assert_int_equal(ftruncate(p->log, 0), 0);
                assert_int_equal(lseek(p->log, 0, SEEK_SET), 0);
                f->values = values_free(f->values);
                fixture_start(f);
                (void)snprintf(text, sizeof(text), "spored-values 1\n%s\nlevel 05\n", bad[i].line);
                load_text(p, text);
                assert_warned(p, 2, bad[i].why);
                assert_value(f, f->level, "05");
                assert_value(f, f->plain, "01");
        }
}

static void test_the_second_of_a_name_is_left_out(void **state) {
        Place *p = *state;

        load_text(p, "spored-values 1\nlevel 05\nlevel 06\n");
        assert_warned(p, 3, "a second time");
        assert_value(p->fixture, p->fixture->level, "05");
}

static void test_of_a_file_that_is_cut_off_the_whole_lines_count(void **state) {
        Place *p = *state;

        load_text(p, "spored-values 1\nlevel 05\nplain 02");
        assert_warned(p, 3, "cut off");
        assert_value(p->fixture, p->fixture->level, "05");
        assert_value(p->fixture, p->fixture->plain, "01");
}

static void test_another_kind_of_file_is_left_out_whole(void **state) {
        Place *p = *state;

        load_text(p, "spored-values 2\nlevel 05\n");
        assert_warned(p, 1, "spored-values 1");
        assert_value(p->fixture, p->fixture->level, "");
}

static void test_an_empty_file_is_named(void **state) {
        Place *p = *state;

        load_text(p, "");
        assert_warned(p, 1, "the file is empty");
}

static void test_bytes_that_are_no_text_end_it(void **state) {
        static const char text[] = "spored-values 1\nlevel 05\nplain 0\0002\nplain 03\n";
        Place *p = *state;

        put_file(p, text, sizeof(text) - 1);
        load(p);
        assert_warned(p, 3, "no text");
        assert_value(p->fixture, p->fixture->level, "05");
}

static void test_a_line_without_an_end_takes_no_memory(void **state) {
        Place *p = *state;
        _cleanup_free_ char *text = malloc(1 << 20);

        assert_non_null(text);
        memset(text, 'a', 1 << 20);
        put_file(p, text, 1 << 20);
        load(p);
        assert_warned(p, 1, "too long");
}

static void test_many_bad_lines_are_few_warnings(void **state) {
        Place *p = *state;
        _cleanup_fclose_ FILE *file = fopen(p->path, "we");

        assert_non_null(file);
        assert_true(fputs("spored-values 1\n", file) >= 0);
        for (unsigned i = 0; i < 100; i++)
                assert_true(fputs("other 01\n", file) >= 0);
        assert_true(fputs("level 05\n", file) >= 0);
        assert_int_equal(fflush(file), 0);
        load(p);
        assert_value(p->fixture, p->fixture->level, "05");
        assert_int_equal(count(logged(p), "\n"), 11);
        assert_non_null(strstr(logged(p), ": 90 more lines are left out"));
}

static void test_a_folder_in_its_place_is_named(void **state) {
        Place *p = *state;

        assert_int_equal(mkdir(p->path, 0700), 0);
        load(p);
        assert_warned(p, 1, "Is a directory");
}

static void test_a_pipe_in_its_place_does_not_hold_up_the_start(void **state) {
        Place *p = *state;

        assert_int_equal(mkfifo(p->path, 0600), 0);
        load(p);
        assert_warned(p, 1, "no ordinary file");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(test_what_is_written_is_read_back),
                TEST(test_no_file_is_fine),
                TEST(test_the_good_lines_around_a_bad_one_count),
                TEST(test_the_second_of_a_name_is_left_out),
                TEST(test_of_a_file_that_is_cut_off_the_whole_lines_count),
                TEST(test_another_kind_of_file_is_left_out_whole),
                TEST(test_an_empty_file_is_named),
                TEST(test_bytes_that_are_no_text_end_it),
                TEST(test_a_line_without_an_end_takes_no_memory),
                TEST(test_many_bad_lines_are_few_warnings),
                TEST(test_a_folder_in_its_place_is_named),
                TEST(test_a_pipe_in_its_place_does_not_hold_up_the_start),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
