/* The native protocol of systemd-journald: one datagram a line, which is never waited for. */
#pragma once

#include <stdbool.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* True if fd is the stream that journal_stream, "device:inode", names: $JOURNAL_STREAM of
 * systemd.exec(5). NULL names none. */
bool journal_is_stream(int fd, const char *journal_stream);
/* A socket to send from, owned by the caller; or a negative errno. */
int journal_open(void);
/* Sends one line to the socket at path. priority is syslog's. text and field ("NAME=value", or
 * NULL) have no newline. A negative errno: -EAGAIN while nobody takes it. */
int journal_send(int fd, const char *path, int priority, const char *text, const char *field);
