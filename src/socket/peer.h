/* One connection of a local program: lines in, lines out, both bounded. Knows nothing of what the
 * lines say. */
#pragma once

#include <ev.h>
#include <stddef.h>

typedef struct PeerParameters {
        size_t line_max;            /* bytes of a line, without the newline */
        size_t output_max;          /* bytes that may wait to be read by the peer */
        unsigned requests_per_turn; /* before the loop turns */
} PeerParameters;

/* What comes after a line that was reported. */
typedef enum PeerNext {
        PEER_NEXT_LINE, /* it is done with */
        PEER_SAME_LINE, /* there is more in it: it is reported again */
        PEER_WAIT,      /* it is reported again by peer_retry(), and no other before it */
} PeerNext;

typedef struct PeerEvents {
        /* A line without its newline, borrowed for the call and not NUL-terminated. Each report
         * counts as a request. */
        PeerNext (*line)(const char *line, size_t size, void *userdata);
        /* Once for a line above line_max; what follows of that line is skipped. */
        void (*line_too_long)(void *userdata);
        /* The connection is closed and nothing more is reported: 0: by the peer; -ENOBUFS: the peer
         * did not read; or another negative errno. May come from inside what sends and the calls
         * above: free the peer later, from a callback of one's own. */
        void (*ended)(int error, void *userdata);
} PeerEvents;

typedef struct Peer Peer;

/* Takes fd, which does not block, if it succeeds. events is borrowed. -ENOMEM. */
int peer_new(Peer **ret, struct ev_loop *loop, int fd, const PeerParameters *parameters,
        const PeerEvents *events, void *userdata);
/* Closes without a report. */
Peer *peer_free(Peer *peer);

/* Borrowed; -1 once it has ended. */
int peer_fd(const Peer *peer);

/* Sends a line; the newline is added. What the socket does not take waits, up to output_max: beyond
 * it the peer is cut off. */
void peer_send(Peer *peer, const char *line, size_t size);
/* Likewise for the answer to a line, which may be of any size: a peer that lags behind in reading
 * is not asked for the next one. */
void peer_answer(Peer *peer, const char *line, size_t size);

/* Reports the line that waits again, once; what comes behind it has its turn when the loop turns.
 * Reports the end instead if the peer has closed meanwhile. Nothing if no line waits. */
void peer_retry(Peer *peer);
