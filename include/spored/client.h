/* libspored: talk to spored over its socket. Lines in, lines out; every line is one JSON object
 * (see sporectl(1) for the requests). No global state; not thread-safe per object. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct SporedClient SporedClient;

/* The socket this environment means: $SPORED_SOCKET_PATH, else $XDG_RUNTIME_DIR/spored.sock if
 * it exists, else /run/spored/spored.sock. Writes to path, of size bytes; -ENAMETOOLONG. */
int spored_client_default_path(char *path, size_t size);

/* Connects; path NULL means the default. 0 and an owned *ret, or the negative errno of connect().
 */
int spored_client_new(SporedClient **ret, const char *path);
/* Closes and frees. Returns NULL, takes NULL. */
SporedClient *spored_client_free(SporedClient *client);

/* For poll(): readable when spored_client_receive() has something to read. */
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
