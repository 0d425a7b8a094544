/* The log on stderr, which here is a pipe. */
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>

typedef struct Capture {
        int read_fd;
        int saved_stderr;
} Capture;

/* A pipe in place of stderr, non-blocking on our side of it only. */
static int capture_start(void **state) {
        static Capture capture;
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
                return -1;
        capture = (Capture){.read_fd = fds[0], .saved_stderr = dup(STDERR_FILENO)};
        if (dup2(fds[1], STDERR_FILENO) < 0 || close(fds[1]) < 0)
                return -1;
        *state = &capture;
        log_set_level(LOG_LEVEL_INFO);
        return 0;
}

static int capture_stop(void **state) {
        Capture *capture = *state;

        if (dup2(capture->saved_stderr, STDERR_FILENO) < 0)
                return -1;
        close(capture->saved_stderr);
        if (capture->read_fd >= 0)
                close(capture->read_fd);
        return 0;
}

/* What has been written so far; "" if nothing. */
static const char *captured(void **state) {
        static char text[2 * PIPE_BUF];
        const Capture *capture = *state;
        ssize_t n = read(capture->read_fd, text, sizeof text - 1);

        text[n > 0 ? n : 0] = '\0';
        return text;
}

static void test_a_line_carries_the_program_and_the_level(void **state) {
        log_info("hello %d", 5);
        log_warning("careful");
        log_error("broken");
        assert_string_equal(captured(state),
                "spored: hello 5\nspored: warning: careful\nspored: error: broken\n");
}

static void test_lines_above_the_level_are_not_written(void **state) {
        uint64_t dropped = log_dropped();

        log_debug("too much");
        log_set_level(LOG_LEVEL_WARNING);
        log_info("too much");
        assert_string_equal(captured(state), "");
        log_set_level(LOG_LEVEL_DEBUG);
        log_debug("wanted");
        assert_string_equal(captured(state), "spored: wanted\n");
        assert_true(log_dropped() == dropped);
}

static void test_control_characters_do_not_reach_the_terminal(void **state) {
        log_info("name is \"%s\"", "x\nspored: error: \x1b[31mfake");
        assert_string_equal(captured(state), "spored: name is \"x?spored: error: ?[31mfake\"\n");
}

static void test_a_long_line_is_cut_below_what_a_pipe_takes_whole(void **state) {
        char text[2 * PIPE_BUF];
        const char *line;

        memset(text, 'x', sizeof text);
        text[sizeof text - 1] = '\0';
        log_error("%s", text);
        line = captured(state);
        assert_true(strlen(line) <= PIPE_BUF);
        assert_string_equal(line + strlen(line) - 5, "x...\n");
}

static void test_a_full_pipe_drops_the_line_and_counts_it(void **state) {
        const Capture *capture = *state;
        uint64_t dropped = log_dropped();
        char block[PIPE_BUF] = {0};

        /* O_NONBLOCK belongs to the open file: set to fill it, cleared for the test itself, so
         * that a log that waited would hang here. */
        assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK), 0);
        while (write(STDERR_FILENO, block, sizeof block) > 0)
                ;
        assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, 0), 0);
        log_info("lost");
        assert_true(log_dropped() == dropped + 1);
        while (read(capture->read_fd, block, sizeof block) > 0)
                ;
        log_info("found");
        assert_string_equal(captured(state), "spored: found\n");
        assert_true(log_dropped() == dropped + 1);
}

static void test_a_pipe_without_a_reader_drops_the_line(void **state) {
        Capture *capture = *state;
        uint64_t dropped = log_dropped();

        close(capture->read_fd);
        capture->read_fd = -1;
        log_info("lost");
        assert_true(log_dropped() == dropped + 1);
}

static void test_errno_survives_and_can_be_shown(void **state) {
        errno = ENOENT;
        log_info("open: %m");
        assert_int_equal(errno, ENOENT);
        assert_string_equal(captured(state), "spored: open: No such file or directory\n");
}

static void test_a_foreign_journal_stream_is_not_taken_for_ours(void **state) {
        assert_int_equal(setenv("JOURNAL_STREAM", "1:1", 1), 0);
        log_open();
        assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
        log_write(LOG_LEVEL_INFO, "SPORED_DEVICE=x", "still here");
        assert_string_equal(captured(state), "spored: still here\n");
}

#define captured_test(f) cmocka_unit_test_setup_teardown(f, capture_start, capture_stop)

int main(void) {
        const struct CMUnitTest tests[] = {
                captured_test(test_a_line_carries_the_program_and_the_level),
                captured_test(test_lines_above_the_level_are_not_written),
                captured_test(test_control_characters_do_not_reach_the_terminal),
                captured_test(test_a_long_line_is_cut_below_what_a_pipe_takes_whole),
                captured_test(test_a_full_pipe_drops_the_line_and_counts_it),
                captured_test(test_a_pipe_without_a_reader_drops_the_line),
                captured_test(test_errno_survives_and_can_be_shown),
                captured_test(test_a_foreign_journal_stream_is_not_taken_for_ours),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
