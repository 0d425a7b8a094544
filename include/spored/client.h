/* libspored: talk to spored over its socket. Lines in, lines out; every line is one JSON object
 * (see sporectl(1) for the requests). No global state; not thread-safe per object. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct SporedClient SporedClient;

/* Where this environment looks for spored, index counting from 0: at $SPORED_SOCKET_PATH alone if
 * that is set, else at $XDG_RUNTIME_DIR/spored.sock, then at /run/spored/spored.sock. 1: written to
 * path, of size bytes; 0: there are no more places; -ENAMETOOLONG. */
int spored_client_path(unsigned index, char *path, size_t size);

/* Connects to path; NULL: to the first of the places of spored_client_path() where spored listens.
 * A socket file that nobody listens on does not hide the next place. 0 and an owned *ret, or the
 * negative errno of connect(), of the place that was tried last. */
int spored_client_new(SporedClient **ret, const char *path);
/* Closes and frees. Returns NULL, takes NULL. */
SporedClient *spored_client_free(SporedClient *client);

/* For poll(). Readable means that something has come, not how many lines: more than one may have
 * come at once, and poll() knows nothing of those that have been read and wait in here. So call
 * spored_client_receive() with a timeout of 0 until it gives 0, and also once before the first
 * poll() after each spored_client_send(), which reads while it waits. */
int spored_client_fd(const SporedClient *client);

/* Sends one line; the newline is added. Waits until it is sent. A negative errno: -EPIPE if
 * spored has closed. */
int spored_client_send(SporedClient *client, const char *line);

/* Waits up to timeout_ms (-1: for ever) for the next line. 1: *ret_line, without its newline,
 * valid until the next call; 0: time is up; -ECONNRESET: spored has closed; other errno. */
int spored_client_receive(SporedClient *client, int timeout_ms, const char **ret_line);

#ifdef __cplusplus
}
#endif
