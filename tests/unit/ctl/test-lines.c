/* Lines of bounded length, from a pipe. */
#include "ctl/lines.h"

#include "util/cleanup.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MAX 16

typedef struct Fixture {
        Lines *lines;
        int reading, writing;
} Fixture;

static int setup(void **state) {
        static Fixture fixture;
        int ends[2];

        assert_int_equal(lines_new(&fixture.lines, MAX), 0);
        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        fixture.reading = ends[0];
        fixture.writing = ends[1];
        *state = &fixture;
        return 0;
}

static int teardown(void **state) {
        Fixture *f = *state;

        lines_free(f->lines);
        close(f->reading);
        if (f->writing >= 0)
                close(f->writing);
        return 0;
}

static void put(const Fixture *f, const char *data, size_t size) {
        assert_int_equal(write(f->writing, data, size), (ssize_t)size);
}

#define PUT(f, text) put(f, text, sizeof(text) - 1)

static void end(Fixture *f) {
        close(f->writing);
        f->writing = -1;
}

/* Reads as often as it takes. */
static Line next(const Fixture *f) {
        Line line = {};

        while (lines_next(f->lines, &line) == 0) {
                assert_false(lines_ended(f->lines));
                assert_int_equal(lines_read(f->lines, f->reading), 0);
        }
        return line;
}

static void assert_line(const Fixture *f, uint64_t number, const char *text) {
        Line line = next(f);

        assert_int_equal(line.problem, LINE_FINE);
        assert_string_equal(line.text, text);
        assert_true(line.number == number);
}

static void assert_problem(const Fixture *f, uint64_t number, LineProblem problem) {
        Line line = next(f);

        assert_int_equal(line.problem, problem);
        assert_null(line.text);
        assert_true(line.number == number);
}

static void assert_no_more(const Fixture *f) {
        Line line;

        while (!lines_ended(f->lines)) {
                assert_int_equal(lines_next(f->lines, &line), 0);
                assert_int_equal(lines_read(f->lines, f->reading), 0);
        }
        assert_int_equal(lines_next(f->lines, &line), 0);
}

static void test_lines_come_one_by_one(void **state) {
        Fixture *f = *state;

        PUT(f, "one\n\nthr");
        assert_line(f, 1, "one");
        assert_line(f, 2, "");
        PUT(f, "ee\n");
        assert_line(f, 3, "three");
        end(f);
        assert_no_more(f);
}

static void test_half_a_line_at_the_end_is_one(void **state) {
        Fixture *f = *state;

        PUT(f, "one\ntwo");
        end(f);
        assert_line(f, 1, "one");
        assert_line(f, 2, "two");
        assert_no_more(f);
}

static void test_the_bound(void **state) {
        Fixture *f = *state;

        PUT(f, "0123456789abcdef\n0123456789abcdefg\n0123456789abcdef");
        end(f);
        assert_line(f, 1, "0123456789abcdef");
        assert_problem(f, 2, LINE_TOO_LONG);
        assert_line(f, 3, "0123456789abcdef");
        assert_no_more(f);
}

static void test_a_long_line_is_passed_over_once(void **state) {
        Fixture *f = *state;
        char text[1000];

        memset(text, 'x', sizeof(text));
        put(f, text, sizeof(text));
        PUT(f, "\nnext\n");
        put(f, text, sizeof(text));
        end(f);
        assert_problem(f, 1, LINE_TOO_LONG);
        assert_line(f, 2, "next");
        assert_problem(f, 3, LINE_TOO_LONG);
        assert_no_more(f);
}

static void test_what_is_no_text(void **state) {
        Fixture *f = *state;

        PUT(f, "a\0b\n\xff\n\xc3\xa4\n\xc3\n\0");
        end(f);
        assert_problem(f, 1, LINE_HAS_NUL);
        assert_problem(f, 2, LINE_NOT_UTF8);
        assert_line(f, 3, "\xc3\xa4");
        assert_problem(f, 4, LINE_NOT_UTF8);
        assert_problem(f, 5, LINE_HAS_NUL);
        assert_no_more(f);
}

static void test_an_empty_input_has_no_line(void **state) {
        Fixture *f = *state;

        end(f);
        assert_no_more(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(test_lines_come_one_by_one),
                TEST(test_half_a_line_at_the_end_is_one),
                TEST(test_the_bound),
                TEST(test_a_long_line_is_passed_over_once),
                TEST(test_what_is_no_text),
                TEST(test_an_empty_input_has_no_line),
        };

        return cmocka_run_group_tests_name("ctl-lines", tests, NULL, NULL);
}
