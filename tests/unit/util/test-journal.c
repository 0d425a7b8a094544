/* What journald gets, read from a socket that stands in for its own. */
#include "util/cleanup.h"
#include "util/journal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

typedef struct Journal {
        char folder[32];
        char path[48];
        int fd;        /* where journald would read */
        int sender_fd; /* ours */
} Journal;

static int journal_start(void **state) {
        static Journal journal;
        struct sockaddr_un address = {.sun_family = AF_UNIX};

        journal = (Journal){.folder = "/tmp/test-journal-XXXXXX"};
        if (!mkdtemp(journal.folder))
                return -1;
        (void)snprintf(journal.path, sizeof journal.path, "%s/socket", journal.folder);
        strcpy(address.sun_path, journal.path);
        journal.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        journal.sender_fd = journal_open();
        *state = &journal;
        return bind(journal.fd, (struct sockaddr *)&address, sizeof address);
}

static int journal_stop(void **state) {
        const Journal *journal = *state;

        close(journal->fd);
        close(journal->sender_fd);
        return unlink(journal->path) < 0 ? -1 : rmdir(journal->folder);
}

static const char *received(const Journal *journal) {
        static char text[256];
        ssize_t n = read(journal->fd, text, sizeof text - 1);

        text[n > 0 ? n : 0] = '\0';
        return text;
}

static void test_a_line_is_one_datagram_of_fields(void **state) {
        const Journal *journal = *state;

        assert_int_equal(journal_send(journal->sender_fd, journal->path, 4, "careful", NULL), 0);
        assert_string_equal(
                received(journal), "PRIORITY=4\nSYSLOG_IDENTIFIER=spored\nMESSAGE=careful\n");
        assert_string_equal(received(journal), "");
}

static void test_the_extra_field_goes_with_it(void **state) {
        const Journal *journal = *state;

        assert_int_equal(
                journal_send(journal->sender_fd, journal->path, 6, "on air", "SPORED_WHY=boot"), 0);
        assert_string_equal(received(journal),
                "PRIORITY=6\nSYSLOG_IDENTIFIER=spored\nMESSAGE=on air\nSPORED_WHY=boot\n");
}

static void test_a_journal_that_reads_nothing_gives_eagain(void **state) {
        const Journal *journal = *state;
        int r = 0;

        /* The kernel queues a bounded number of datagrams; far fewer than these. */
        for (unsigned i = 0; i < 100000 && r == 0; i++)
                r = journal_send(journal->sender_fd, journal->path, 6, "again", NULL);
        assert_int_equal(r, -EAGAIN);
        assert_string_not_equal(received(journal), "");
        assert_int_equal(journal_send(journal->sender_fd, journal->path, 6, "again", NULL), 0);
}

static void test_a_missing_journal_is_an_error(void **state) {
        const Journal *journal = *state;

        assert_int_equal(
                journal_send(journal->sender_fd, "/nonexistent/socket", 6, "x", NULL), -ENOENT);
}

static void test_the_stream_is_known_by_device_and_inode(void **state) {
        const Journal *journal = *state;
        struct stat st;
        char name[64], other[64];

        assert_int_equal(fstat(journal->fd, &st), 0);
        (void)snprintf(name, sizeof name, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
        (void)snprintf(
                other, sizeof other, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino + 1);
        assert_true(journal_is_stream(journal->fd, name));
        assert_false(journal_is_stream(journal->fd, other));
        assert_false(journal_is_stream(journal->fd, ""));
        assert_false(journal_is_stream(journal->fd, NULL));
        assert_false(journal_is_stream(-1, name));
}

#define journal_test(f) cmocka_unit_test_setup_teardown(f, journal_start, journal_stop)

int main(void) {
        const struct CMUnitTest tests[] = {
                journal_test(test_a_line_is_one_datagram_of_fields),
                journal_test(test_the_extra_field_goes_with_it),
                journal_test(test_a_journal_that_reads_nothing_gives_eagain),
                journal_test(test_a_missing_journal_is_an_error),
                journal_test(test_the_stream_is_known_by_device_and_inode),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
