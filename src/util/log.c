/* Logging that never waits. */
#include "util/log.h"

#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/journal.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* With its prefix and newline a text fits into PIPE_BUF, which a pipe takes whole or not. */
#define TEXT_SIZE  (PIPE_BUF - 32)
#define FIELD_SIZE 1024

/* One log a process: every floor writes to it, and handing it down would put it in every call. */
static struct {
        LogLevel level;
        int journal_fd; /* -1: stderr */
        uint64_t dropped;
} the_log = {.level = LOG_LEVEL_INFO, .journal_fd = -1};

void log_open(void) {
        if (the_log.journal_fd >= 0)
                close(the_log.journal_fd);
        the_log.journal_fd = -1;
        /* Without a socket stderr still leads to journald. */
        if (journal_is_stream(STDERR_FILENO, getenv("JOURNAL_STREAM")))
                the_log.journal_fd = journal_open();
}

void log_set_level(LogLevel level) {
        the_log.level = level;
}

uint64_t log_dropped(void) {
        return the_log.dropped;
}

static const char *level_prefix(LogLevel level) {
        switch (level) {
        case LOG_LEVEL_ERROR:
                return "error: ";
        case LOG_LEVEL_WARNING:
                return "warning: ";
        case LOG_LEVEL_INFO:
        case LOG_LEVEL_DEBUG:
                return "";
        }
        return "";
}

/* True if stderr took the whole line. A pipe without a reader gives POLLERR, not SIGPIPE. */
static bool stderr_write(LogLevel level, const char *text) {
        struct pollfd stderr_poll = {.fd = STDERR_FILENO, .events = POLLOUT};
        char line[PIPE_BUF];
        int size = snprintf(line, sizeof line, "spored: %s%s\n", level_prefix(level), text);
        ssize_t n;

        if (poll(&stderr_poll, 1, 0) != 1 || stderr_poll.revents != POLLOUT)
                return false;
        n = send(STDERR_FILENO, line, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == ENOTSOCK)
                n = write(STDERR_FILENO, line, (size_t)size);
        return n == size;
}

/* A cut text ends with dots. */
__attribute__((format(printf, 3, 0))) static void format_text(
        char *out, size_t room, const char *format, va_list args) {
        int size = vsnprintf(out, room, format, args);

        if (size < 0)
                *out = '\0';
        else if ((size_t)size >= room)
                strcpy(out + room - 4, "...");
        bytes_make_printable(out);
}

void log_write(LogLevel level, const char *field, const char *format, ...) {
        int saved_errno = errno;
        char text[TEXT_SIZE], field_text[FIELD_SIZE];
        va_list args;
        bool taken;

        if (level > the_log.level)
                return;
        va_start(args, format);
        format_text(text, sizeof text, format, args);
        va_end(args);
        if (the_log.journal_fd >= 0) {
                (void)snprintf(field_text, sizeof field_text, "%s", field ? field : "");
                bytes_make_printable(field_text);
                taken = journal_send(the_log.journal_fd, JOURNAL_SOCKET, (int)level, text,
                                field ? field_text : NULL) == 0;
        } else
                taken = stderr_write(level, text);
        if (!taken)
                the_log.dropped++;
        errno = saved_errno;
}
