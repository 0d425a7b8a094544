/* Text for files that do not take it. */
#include "sim/output.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

DEFINE_CLEANUP(Output *, output_free);

#define MUCH ((size_t)1024 * 1024) /* more than any of these files takes unread */

/* A file's two ends. */
typedef struct Ends {
        int reader, writer;
} Ends;

static void ends_done(Ends *ends) {
        if (ends->reader >= 0)
                (void)close(ends->reader);
        (void)close(ends->writer);
}

static Ends open_pipe(void) {
        int fds[2];

        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        return (Ends){fds[0], fds[1]};
}

static Ends open_sockets(void) {
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        return (Ends){fds[0], fds[1]};
}

static Ends open_terminal(void) {
        Ends ends = {.reader = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};

        assert_true(ends.reader >= 0);
        assert_int_equal(grantpt(ends.reader), 0);
        assert_int_equal(unlockpt(ends.reader), 0);
        ends.writer = open(ptsname(ends.reader), O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_true(ends.writer >= 0);
        return ends;
}

static Output *new_output(int fd) {
        Output *o;

        assert_int_equal(output_new(&o, fd), 0);
        return o;
}

static void add_much(Output *o) {
        for (size_t i = 0; i < MUCH / 4; i++) {
                char text[5];

                (void)snprintf(text, sizeof(text), "%04zx", i & 0xffff);
                assert_true(output_add(o, text, 4));
        }
}

static void expect_not_waited(Ends opened) {
        _cleanup_(ends_done) Ends ends = opened;
        _cleanup_(output_freep) Output *o = new_output(ends.writer);

        add_much(o);
        assert_int_equal(output_write(o), 0);
        assert_in_range(output_waiting(o), 1, MUCH - 1);
}

static void test_a_pipe_that_nobody_reads_is_not_waited_for(void **state) {
        expect_not_waited(open_pipe());
}

static void test_a_socket_that_nobody_reads_is_not_waited_for(void **state) {
        expect_not_waited(open_sockets());
}

static void test_a_terminal_that_nobody_reads_is_not_waited_for(void **state) {
        expect_not_waited(open_terminal());
}

static void test_everything_arrives_in_order_as_it_is_read(void **state) {
        _cleanup_(ends_done) Ends ends = open_pipe();
        _cleanup_(output_freep) Output *o = new_output(ends.writer);
        char text[5] = "", expected[5];

        add_much(o);
        for (size_t i = 0; i < MUCH / 4; i++) {
                assert_int_equal(output_write(o), 0);
                assert_int_equal(read(ends.reader, text, 4), 4);
                (void)snprintf(expected, sizeof(expected), "%04zx", i & 0xffff);
                assert_string_equal(text, expected);
        }
        assert_int_equal(output_waiting(o), 0);
}

static void test_others_who_write_there_still_wait(void **state) {
        _cleanup_(ends_done) Ends ends = open_pipe();
        _cleanup_(output_freep) Output *o = new_output(ends.writer);

        add_much(o);
        assert_int_equal(output_write(o), 0);
        assert_int_equal(fcntl(ends.writer, F_GETFL) & O_NONBLOCK, 0);
}

static void test_what_was_taken_back_is_not_written(void **state) {
        _cleanup_(ends_done) Ends ends = open_pipe();
        _cleanup_(output_freep) Output *o = new_output(ends.writer);
        char text[16];

        assert_true(output_add(o, "one", 3));
        assert_true(output_add(o, "two", 3));
        output_take_back(o, 3);
        assert_true(output_add(o, "three", 5));
        assert_int_equal(output_write(o), 0);
        assert_int_equal(read(ends.reader, text, sizeof(text)), 8);
        assert_memory_equal(text, "onethree", 8);
}

static void test_a_reader_that_has_gone_is_an_error_from_then_on(void **state) {
        _cleanup_(ends_done) Ends ends = open_pipe();
        _cleanup_(output_freep) Output *o = new_output(ends.writer);

        (void)signal(SIGPIPE, SIG_IGN);
        (void)close(ends.reader);
        ends.reader = -1;
        assert_true(output_add(o, "x", 1));
        assert_int_equal(output_write(o), -EPIPE);
        assert_int_equal(output_write(o), -EPIPE);
}

static void test_a_full_disk_is_an_error(void **state) {
        _cleanup_close_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
        _cleanup_(output_freep) Output *o = new_output(full);

        assert_true(output_add(o, "x", 1));
        assert_int_equal(output_write(o), -ENOSPC);
}

static void test_no_file_is_an_error(void **state) {
        _cleanup_(output_freep) Output *o = new_output(-1);

        assert_int_equal(output_write(o), -EBADF);
}

static void test_draining_ends_when_it_is_told_to(void **state) {
        _cleanup_(ends_done) Ends ends = open_pipe(), stop = open_pipe();
        _cleanup_(output_freep) Output *o = new_output(ends.writer);

        add_much(o);
        assert_int_equal(write(stop.writer, "x", 1), 1);
        assert_int_equal(output_drain(o, stop.reader, -1), 0);
        assert_true(output_waiting(o) > 0);
}

static void test_draining_ends_when_nothing_is_taken(void **state) {
        _cleanup_(ends_done) Ends ends = open_pipe();
        _cleanup_(output_freep) Output *o = new_output(ends.writer);

        add_much(o);
        assert_int_equal(output_drain(o, -1, 0), 0);
        assert_true(output_waiting(o) > 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_pipe_that_nobody_reads_is_not_waited_for),
                cmocka_unit_test(test_a_socket_that_nobody_reads_is_not_waited_for),
                cmocka_unit_test(test_a_terminal_that_nobody_reads_is_not_waited_for),
                cmocka_unit_test(test_everything_arrives_in_order_as_it_is_read),
                cmocka_unit_test(test_others_who_write_there_still_wait),
                cmocka_unit_test(test_what_was_taken_back_is_not_written),
                cmocka_unit_test(test_a_reader_that_has_gone_is_an_error_from_then_on),
                cmocka_unit_test(test_a_full_disk_is_an_error),
                cmocka_unit_test(test_no_file_is_an_error),
                cmocka_unit_test(test_draining_ends_when_it_is_told_to),
                cmocka_unit_test(test_draining_ends_when_nothing_is_taken),
        };

        return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
