/* The stream to spored: a socket that comes and goes, what waits to be sent, what has come and is
 * no whole line yet, and a timer for pauses; behind one epoll descriptor that stays. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Without its newline. The longest line of spored's is its metrics: about 1.5 KiB for each
 * characteristic. */
#define SPORED_LINE_MAX   (16 * 1024 * 1024)
#define SPORED_UNSENT_MAX (1024 * 1024)

typedef struct SporedConnection SporedConnection;

/* Not open yet. A negative errno. */
int spored_connection_new(SporedConnection **ret);
SporedConnection *spored_connection_free(SporedConnection *connection);

/* Connects without waiting. path NULL: to the first place where spored listens. 0, or the negative
 * errno of the place that was tried last; -EAGAIN: too many others are just connecting. */
int spored_connection_open(SporedConnection *connection, const char *path);
/* Forgets what was not sent and what was not read. */
void spored_connection_close(SporedConnection *connection);
bool spored_connection_is_open(const SporedConnection *connection);

/* The epoll descriptor: readable when spored_connection_step() or the timer has something. */
int spored_connection_fd(const SporedConnection *connection);
size_t spored_connection_unsent(const SporedConnection *connection);
/* Sends text and a newline, now or when there is room. -ENOBUFS: SPORED_UNSENT_MAX; -ENOMEM. An
 * error of the socket is told by the next step. */
int spored_connection_send(SporedConnection *connection, const char *text);
/* Sends what waits and reads once, without waiting. 0; -ECONNRESET: spored has closed;
 * another errno: the connection is of no use any more. There may be lines in each case. */
int spored_connection_step(SporedConnection *connection);
/* 1: *ret is the next line, NUL in place of its newline, valid until the next step. 0: there is no
 * whole one; -EMSGSIZE: it is longer than SPORED_LINE_MAX. */
int spored_connection_line(SporedConnection *connection, char **ret, size_t *ret_size);

/* Once, in so many milliseconds; 0: not at all. In place of the time before. */
void spored_connection_set_timer(SporedConnection *connection, unsigned ms);
/* True, once, after the time has come. */
bool spored_connection_timer_due(SporedConnection *connection);
