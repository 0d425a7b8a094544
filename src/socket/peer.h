/* One connection of a local program: lines in, lines out, both bounded. Knows nothing of what the
 * lines say. */
#pragma once

#include <ev.h>
#include <stddef.h>

typedef struct PeerParameters {
        size_t line_max;            /* bytes of a line, without the newline */
        size_t output_max;          /* bytes that may wait to be read by the peer */
        unsigned requests_per_turn; /* lines, before the loop turns */
} PeerParameters;

typedef struct PeerEvents {
        /* A line without its newline, borrowed for the call and not NUL-terminated. */
        void (*line)(const char *line, size_t size, void *userdata);
        /* Once for a line above line_max; what follows of that line is skipped. */
        void (*line_too_long)(void *userdata);
        /* The connection is closed and nothing more is reported: 0: by the peer; -ENOBUFS: the peer
         * did not read; or another negative errno. May come from inside peer_send() and the calls
         * above: free the peer later, from a callback of one's own. */
        void (*ended)(int error, void *userdata);
} PeerEvents;

typedef struct Peer Peer;

/* Takes fd, which does not block, if it succeeds. events is borrowed. -ENOMEM. */
int peer_new(Peer **ret, struct ev_loop *loop, int fd, const PeerParameters *parameters,
        const PeerEvents *events, void *userdata);
/* Closes without a report. */
Peer *peer_free(Peer *peer);

/* Sends a line; the newline is added. What the socket does not take waits, up to output_max. */
void peer_send(Peer *peer, const char *line, size_t size);
