/* One connection of a local program: lines in, lines out, both bounded. */
#include "socket/peer.h"

#include "util/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define READ_CHUNK 16384
#define OUTPUT_MIN 4096

struct Peer {
        struct ev_loop *loop;
        int fd; /* -1: ended */
        PeerParameters parameters;
        const PeerEvents *events;
        void *userdata;
        ev_io readable, writable;
        ev_idle turn; /* lines are left for the next turn of the loop */
        char *input;  /* room for line_max and a newline */
        size_t input_start, input_used;
        size_t scanned;   /* bytes of the first line known to hold no newline */
        size_t held_size; /* of a first line that is not done with; its drop is 0 if there is none
                           */
        size_t held_drop; /* what goes with it, the newline included */
        bool waits;       /* for peer_retry() */
        bool skipping;    /* inside a line that was too long */
        bool hung_up;     /* the peer sends no more; it may still read */
        bool lines_left;  /* input may hold whole lines */
        char *output;     /* grows up to output_max */
        size_t output_room, output_start, output_used;
};

DEFINE_CLEANUP(Peer *, peer_free);

static size_t output_waiting(const Peer *peer) {
        return peer->output_used - peer->output_start;
}

/* A peer that lags behind in reading is not read either. */
static bool is_congested(const Peer *peer) {
        return output_waiting(peer) > peer->parameters.output_max / 2;
}

static void disconnect(Peer *peer) {
        ev_io_stop(peer->loop, &peer->readable);
        ev_io_stop(peer->loop, &peer->writable);
        ev_idle_stop(peer->loop, &peer->turn);
        if (peer->fd >= 0)
                close(peer->fd);
        peer->fd = -1;
}

static void end(Peer *peer, int error) {
        if (peer->fd < 0)
                return;
        disconnect(peer);
        peer->events->ended(error, peer->userdata);
}

static size_t input_room(const Peer *peer) {
        return peer->parameters.line_max + 1 - peer->input_used;
}

/* A peer that waits is read as far as there is room behind, because only so its end is seen. */
static bool is_to_be_read(const Peer *peer) {
        if (peer->hung_up || is_congested(peer))
                return false;
        return peer->waits ? input_room(peer) > 0 : !peer->lines_left;
}

static void update_watchers(Peer *peer) {
        if (peer->fd < 0)
                return;
        if (is_to_be_read(peer))
                ev_io_start(peer->loop, &peer->readable);
        else
                ev_io_stop(peer->loop, &peer->readable);
        if (output_waiting(peer) > 0)
                ev_io_start(peer->loop, &peer->writable);
        else
                ev_io_stop(peer->loop, &peer->writable);
        if (peer->lines_left && !peer->waits && !is_congested(peer))
                ev_idle_start(peer->loop, &peer->turn);
        else
                ev_idle_stop(peer->loop, &peer->turn);
}

/* Sets the size of the first line and what to drop with it. A last line that was never ended
 * counts: a request is whole or it is not JSON. */
static bool find_line(Peer *peer, size_t *ret_size, size_t *ret_drop) {
        const char *input = peer->input + peer->input_start;
        const char *newline = NULL;
        size_t have = peer->input_used - peer->input_start;

        if (peer->held_drop > 0) {
                *ret_size = peer->held_size;
                *ret_drop = peer->held_drop;
                return true;
        }
        if (have > peer->scanned)
                newline = memchr(input + peer->scanned, '\n', have - peer->scanned);
        if (newline) {
                *ret_size = (size_t)(newline - input);
                *ret_drop = *ret_size + 1;
                return true;
        }
        peer->scanned = have;
        *ret_size = *ret_drop = have;
        return have > peer->parameters.line_max || (peer->hung_up && have > 0);
}

/* Returns what is to be dropped: nothing while the line is not done with. */
static size_t report_line(Peer *peer, const char *line, size_t size, size_t drop) {
        PeerNext next = peer->events->line(line, size, peer->userdata);

        peer->waits = next == PEER_WAIT;
        peer->held_size = next == PEER_NEXT_LINE ? 0 : size;
        peer->held_drop = next == PEER_NEXT_LINE ? 0 : drop;
        return next == PEER_NEXT_LINE ? drop : 0;
}

/* True if there was a line; input_start moves behind it once it is done with. */
static bool take_line(Peer *peer) {
        size_t size, drop;
        bool ends;

        if (!find_line(peer, &size, &drop))
                return false;
        ends = drop > size || (peer->hung_up && size <= peer->parameters.line_max);
        peer->scanned = 0;
        if (peer->skipping)
                peer->skipping = !ends;
        else if (ends)
                drop = report_line(peer, peer->input + peer->input_start, size, drop);
        else {
                peer->skipping = true;
                peer->events->line_too_long(peer->userdata);
        }
        peer->input_start += drop;
        return true;
}

/* Moves what is left of a line to the front. */
static void make_input_room(Peer *peer) {
        if (peer->input_start == 0)
                return;
        peer->input_used -= peer->input_start;
        memmove(peer->input, peer->input + peer->input_start, peer->input_used);
        peer->input_start = 0;
}

static void settle(Peer *peer, bool more) {
        if (peer->fd < 0)
                return;
        /* Not in each turn: it would be done as often as there are lines. */
        if (!more)
                make_input_room(peer);
        peer->lines_left = more;
        if (peer->hung_up && !more && output_waiting(peer) == 0) {
                end(peer, 0);
                return;
        }
        update_watchers(peer);
}

/* Answers what is there, as far as this turn goes. */
static void process(Peer *peer) {
        unsigned n = 0;
        bool more = true;

        while (more && n < peer->parameters.requests_per_turn && !peer->waits &&
                !is_congested(peer) && peer->fd >= 0) {
                more = take_line(peer);
                n++;
        }
        settle(peer, more);
}

/* Not only half of the connection is closed: nobody is there to read an answer. */
static bool is_closed(const Peer *peer) {
        struct pollfd poll_fd = {.fd = peer->fd};

        return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLHUP | POLLERR));
}

void peer_retry(Peer *peer) {
        if (peer->fd < 0 || !peer->waits)
                return;
        if (is_closed(peer)) {
                end(peer, 0);
                return;
        }
        peer->waits = false;
        /* Although it may lag behind in reading: others wait behind it. */
        (void)take_line(peer);
        settle(peer, true);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int revents) {
        Peer *peer = watcher->data;
        size_t room = input_room(peer);
        ssize_t n;

        n = recv(peer->fd, peer->input + peer->input_used, room < READ_CHUNK ? room : READ_CHUNK,
                MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return;
        if (n < 0) {
                end(peer, errno == ECONNRESET ? 0 : -errno);
                return;
        }
        if (n == 0 && peer->waits && is_closed(peer)) {
                end(peer, 0);
                return;
        }
        if (n == 0)
                peer->hung_up = true;
        peer->input_used += (size_t)n;
        process(peer);
}

static void on_turn(struct ev_loop *loop, ev_idle *watcher, int revents) {
        Peer *peer = watcher->data;

        process(peer);
}

/* Sends without waiting and sets *ret_sent. A negative errno ends the peer. */
static int try_send(Peer *peer, struct iovec *parts, size_t n_parts, size_t *ret_sent) {
        const struct msghdr message = {.msg_iov = parts, .msg_iovlen = n_parts};
        ssize_t n = sendmsg(peer->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

        *ret_sent = n > 0 ? (size_t)n : 0;
        if (n >= 0 || errno == EAGAIN || errno == EINTR)
                return 0;
        end(peer, errno == EPIPE || errno == ECONNRESET ? 0 : -errno);
        return -EPIPE;
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int revents) {
        Peer *peer = watcher->data;
        struct iovec part = {
                .iov_base = peer->output + peer->output_start, .iov_len = output_waiting(peer)};
        size_t sent;

        if (try_send(peer, &part, 1, &sent) < 0)
                return;
        peer->output_start += sent;
        if (output_waiting(peer) == 0)
                peer->output_start = peer->output_used = 0;
        if (peer->hung_up && !peer->lines_left && output_waiting(peer) == 0) {
                end(peer, 0);
                return;
        }
        update_watchers(peer);
}

/* Makes room behind output_used. */
static int reserve_output(Peer *peer, size_t size) {
        size_t waiting = output_waiting(peer);
        size_t room = peer->output_room > 0 ? peer->output_room : OUTPUT_MIN;
        char *grown;

        if (peer->output_start > 0) {
                memmove(peer->output, peer->output + peer->output_start, waiting);
                peer->output_start = 0;
                peer->output_used = waiting;
        }
        if (waiting + size <= peer->output_room)
                return 0;
        while (room < waiting + size)
                room *= 2;
        grown = realloc(peer->output, room);
        if (!grown)
                return -ENOMEM;
        peer->output = grown;
        peer->output_room = room;
        return 0;
}

/* The rest of a line and its newline wait until the peer reads. */
static int enqueue(Peer *peer, const char *rest, size_t size, size_t output_max) {
        int r;

        if (output_waiting(peer) + size + 1 > output_max)
                return -ENOBUFS;
        if (peer->output_used + size + 1 > peer->output_room) {
                r = reserve_output(peer, size + 1);
                if (r < 0)
                        return r;
        }
        memcpy(peer->output + peer->output_used, rest, size);
        peer->output_used += size;
        peer->output[peer->output_used++] = '\n';
        return 0;
}

static void send_line(Peer *peer, const char *line, size_t size, size_t output_max) {
        char newline[] = "\n";
        /* sendmsg() does not write what its parts point to. */
        struct iovec parts[] = {{.iov_base = (char *)(uintptr_t)line, .iov_len = size},
                {.iov_base = newline, .iov_len = 1}};
        size_t sent = 0;
        int r;

        if (peer->fd < 0)
                return;
        if (output_waiting(peer) == 0 && try_send(peer, parts, ELEMENTS(parts), &sent) < 0)
                return;
        if (sent > size)
                return;
        r = enqueue(peer, line + sent, size - sent, output_max);
        if (r < 0) {
                end(peer, r);
                return;
        }
        update_watchers(peer);
}

void peer_send(Peer *peer, const char *line, size_t size) {
        send_line(peer, line, size, peer->parameters.output_max);
}

void peer_answer(Peer *peer, const char *line, size_t size) {
        send_line(peer, line, size, SIZE_MAX);
}

int peer_fd(const Peer *peer) {
        return peer->fd;
}

int peer_new(Peer **ret, struct ev_loop *loop, int fd, const PeerParameters *parameters,
        const PeerEvents *events, void *userdata) {
        _cleanup_(peer_freep) Peer *peer = calloc(1, sizeof(*peer));

        if (!peer)
                return -ENOMEM;
        *peer = (Peer){.loop = loop,
                .fd = -1,
                .parameters = *parameters,
                .events = events,
                .userdata = userdata};
        ev_io_init(&peer->readable, on_readable, fd, EV_READ);
        ev_io_init(&peer->writable, on_writable, fd, EV_WRITE);
        ev_idle_init(&peer->turn, on_turn);
        /* At the highest priority an idle watcher has its turn in every turn of the loop. */
        ev_set_priority(&peer->turn, EV_MAXPRI);
        peer->readable.data = peer->writable.data = peer->turn.data = peer;
        peer->input = malloc(parameters->line_max + 1);
        if (!peer->input)
                return -ENOMEM;
        peer->fd = fd;
        update_watchers(peer);
        *ret = STEAL(peer);
        return 0;
}

Peer *peer_free(Peer *peer) {
        if (!peer)
                return NULL;
        disconnect(peer);
        free(peer->input);
        free(peer->output);
        free(peer);
        return NULL;
}
