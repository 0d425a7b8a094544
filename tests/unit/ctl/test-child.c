/* Real children: their input, their environment, their end. */
#include "ctl/child.h"

#include "ctl/signals.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#define NO_LIMIT 0

static int signal_fd;

/* A child that writes to its standard output, which is the pipe. */
typedef struct Fixture {
        Child child;
        int output;
} Fixture;

static int setup_all(void **state) {
        signal_fd = signals_open();
        return signal_fd >= 0 ? 0 : -1;
}

static int teardown_all(void **state) {
        return close(signal_fd);
}

/* A pipe in place of our standard output while it is started; script sees it as fd 1. */
static void start(Fixture *f, const char *script, const char *input, size_t size, uint64_t limit) {
        const char *const words[] = {"sh", "-c", script, "sh", "a  b", NULL};
        char *const environment[] = {(char[]){"PATH=/usr/bin:/bin"}, (char[]){"X=y z"}, NULL};
        int ends[2], standard;

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        standard = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        assert_true(standard >= 0);
        assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
        assert_int_equal(child_start(&f->child, (char *const *)(uintptr_t)words, environment, input,
                                 size, limit),
                0);
        assert_int_equal(dup2(standard, STDOUT_FILENO), STDOUT_FILENO);
        close(standard);
        close(ends[1]);
        f->output = ends[0];
}

/* Up to the end of all that hold the pipe. */
static void assert_prints(const Fixture *f, const char *expected) {
        char text[200] = "";
        size_t size = 0;
        ssize_t n;

        while ((n = read(f->output, text + size, sizeof(text) - 1 - size)) > 0)
                size += (size_t)n;
        assert_int_equal(n, 0);
        assert_string_equal(text, expected);
        close(f->output);
}

static void assert_says(const Fixture *f, const char *line) {
        char text[20] = "";

        assert_int_equal(read(f->output, text, strlen(line)), (ssize_t)strlen(line));
        assert_string_equal(text, line);
}

static int wait_end(Fixture *f) {
        struct pollfd poll_fd = {.fd = signal_fd, .events = POLLIN};
        int status;

        while (child_reap(&f->child, &status) == 0) {
                assert_int_equal(poll(&poll_fd, 1, -1), 1);
                assert_false(signals_take(signal_fd));
        }
        assert_int_equal(f->child.pid, 0);
        assert_int_equal(child_reap(&f->child, &status), 0);
        return status;
}

static void test_a_child_has_its_input_words_and_environment(void **state) {
        Fixture f;

        start(&f, "printf '%s|' \"$1\" \"$X\"; od -An -tx1; exit 3", "\0\1\377", 3, NO_LIMIT);
        assert_prints(&f, "a  b|y z| 00 01 ff\n");
        assert_int_equal(WEXITSTATUS(wait_end(&f)), 3);
        start(&f, "wc -c", "", 0, NO_LIMIT);
        assert_prints(&f, "0\n");
        assert_int_equal(wait_end(&f), 0);
}

static void test_input_that_nobody_reads_does_no_harm(void **state) {
        static char input[CHILD_INPUT_MAX + 1];
        char *const words[] = {(char[]){"true"}, NULL};
        Fixture f;

        start(&f, "exit 0", input, CHILD_INPUT_MAX, NO_LIMIT);
        assert_prints(&f, "");
        assert_int_equal(wait_end(&f), 0);
        assert_int_equal(
                child_start(&f.child, words, words + 1, input, sizeof(input), NO_LIMIT), -EMSGSIZE);
}

static void test_no_signal_is_blocked_and_sigpipe_not_ignored(void **state) {
        Fixture f;

        start(&f, "sed -n 's/^SigBlk:[\t ]*0*//p' /proc/self/status; kill -PIPE $$", "", 0,
                NO_LIMIT);
        assert_prints(&f, "\n");
        assert_int_equal(WTERMSIG(wait_end(&f)), SIGPIPE);
}

static void test_a_command_that_is_not_there(void **state) {
        char *const words[] = {(char[]){"/nowhere/command"}, NULL};
        Child child = {};

        assert_int_equal(child_start(&child, words, words + 1, "", 0, NO_LIMIT), -ENOENT);
        assert_int_equal(child.pid, 0);
}

static void test_a_command_is_found_as_it_will_be_run(void **state) {
        assert_int_equal(child_find("/nowhere/command"), -ENOENT);
        assert_int_equal(child_find("command-of-nowhere"), -ENOENT);
        assert_int_equal(child_find("/bin/sh"), 0);
        assert_int_equal(child_find("sh"), 0);
        assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
        assert_int_equal(child_find("sh"), -ENOENT);
        assert_int_equal(setenv("PATH", "/nowhere::/bin", 1), 0);
        assert_int_equal(child_find("sh"), 0);
}

static void test_without_a_limit_it_has_no_end(void **state) {
        Fixture f;

        start(&f, "read x; echo got", "", 0, NO_LIMIT);
        assert_true(f.child.next_usec == UINT64_MAX);
        child_check_time(&f.child, UINT64_MAX - 1);
        assert_false(f.child.overdue);
        assert_prints(&f, "got\n");
        assert_int_equal(wait_end(&f), 0);
}

static void test_at_the_limit_it_is_told_to_end(void **state) {
        Fixture f;

        start(&f, "trap 'echo told; exit 5' TERM; echo ready; while :; do sleep 1000 & wait; done",
                "", 0, 3600 * USEC_PER_SEC);
        assert_says(&f, "ready\n");
        child_check_time(&f.child, f.child.next_usec - 1);
        assert_false(f.child.overdue);
        child_check_time(&f.child, f.child.next_usec);
        assert_true(f.child.overdue);
        /* First this: a sleep that has just begun did not hear of it. */
        assert_int_equal(WEXITSTATUS(wait_end(&f)), 5);
        assert_prints(&f, "told\n");
}

static void test_what_goes_on_is_killed(void **state) {
        uint64_t told_usec;
        Fixture f;

        start(&f, "trap '' TERM; echo ready; while :; do sleep 1000; done", "", 0,
                3600 * USEC_PER_SEC);
        assert_says(&f, "ready\n");
        told_usec = f.child.next_usec;
        child_end(&f.child, told_usec);
        child_end(&f.child, told_usec + 1);
        assert_true(f.child.next_usec == told_usec + 2 * USEC_PER_SEC);
        child_check_time(&f.child, f.child.next_usec);
        assert_true(f.child.next_usec == UINT64_MAX);
        assert_int_equal(WTERMSIG(wait_end(&f)), SIGKILL);
        assert_prints(&f, "");
}

/* Its group too: the pipe has no other end any more. */
static void test_what_it_has_started_is_killed_with_it(void **state) {
        Fixture f;

        start(&f, "(trap '' TERM; echo ready; while :; do sleep 1000; done) & wait", "", 0,
                NO_LIMIT);
        assert_says(&f, "ready\n");
        child_end(&f.child, 0);
        assert_int_equal(WTERMSIG(wait_end(&f)), SIGTERM);
        assert_prints(&f, "");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_child_has_its_input_words_and_environment),
                cmocka_unit_test(test_input_that_nobody_reads_does_no_harm),
                cmocka_unit_test(test_no_signal_is_blocked_and_sigpipe_not_ignored),
                cmocka_unit_test(test_a_command_that_is_not_there),
                cmocka_unit_test(test_without_a_limit_it_has_no_end),
                cmocka_unit_test(test_at_the_limit_it_is_told_to_end),
                cmocka_unit_test(test_what_goes_on_is_killed),
                cmocka_unit_test(test_what_it_has_started_is_killed_with_it),
                cmocka_unit_test(test_a_command_is_found_as_it_will_be_run), /* changes PATH */
        };

        return cmocka_run_group_tests_name("ctl-child", tests, setup_all, teardown_all);
}
