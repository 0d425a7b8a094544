#include "bluez/packet-socket.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define PACKETS_PER_TURN 32 /* then everybody else has a turn */

/* Owned by whoever called packet_socket_new(). */
struct PacketSocket {
        struct ev_loop *loop;
        struct ev_io io;
        struct ev_io reads; /* of BlueZ; on a descriptor of its own, or -1: nothing is sent */
        SocketBudget *budget;
        const PacketSocketEvents *events;
        void *userdata;
        bool blocked; /* what was to be sent has failed */
        bool sent;    /* something, and `writable` has not followed */
        PacketFate fate;
};

static void watch(PacketSocket *s, int events) {
        int fd = s->io.fd;

        ev_io_stop(s->loop, &s->io);
        ev_io_set(&s->io, fd, events);
        ev_io_start(s->loop, &s->io);
}

/* A packet may be empty: then the end is told by the hang-up, behind what is left. */
static bool at_end(const PacketSocket *s) {
        struct pollfd p = {.fd = s->io.fd, .events = POLLIN};
        int left = 0;

        if (poll(&p, 1, 0) < 0 || !(p.revents & (POLLHUP | POLLERR | POLLNVAL)))
                return false;
        return ioctl(s->io.fd, FIONREAD, &left) < 0 || left == 0;
}

/* The kernel counts one too many while it still frees what was read. */
static bool has_left(const PacketSocket *s) {
        int unread = 0;

        return ioctl(s->io.fd, SIOCOUTQ, &unread) < 0 || unread <= 1;
}

static bool was_reset(const PacketSocket *s) {
        int error = 0;
        socklen_t size = sizeof(error);

        return getsockopt(s->io.fd, SOL_SOCKET, SO_ERROR, &error, &size) >= 0 &&
               error == ECONNRESET;
}

/* Where BlueZ closes its end, the error comes first, then the end, and then what is unread goes: so
 * the error is asked for last. */
static void find_out(PacketSocket *s) {
        if (s->fate != PACKET_UNKNOWN)
                return;
        bool left = has_left(s);
        if (was_reset(s))
                s->fate = PACKET_UNREAD;
        else if (left)
                s->fate = PACKET_READ;
}

static void on_reads(struct ev_loop *loop, struct ev_io *w, int revents) {
        PacketSocket *s = w->data;
        struct epoll_event event;

        (void)epoll_wait(w->fd, &event, 1, 0);
        find_out(s);
        if (!s->sent || s->fate != PACKET_READ)
                return;
        s->sent = false;
        s->events->writable(s->userdata);
}

typedef enum Taken { TAKEN_PACKET, TAKEN_RESET, TAKEN_NOTHING, TAKEN_END } Taken;

static Taken take_packet(PacketSocket *s) {
        uint8_t data[PACKET_SIZE_MAX];

        ssize_t size = recv(s->io.fd, data, sizeof(data), 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
                return TAKEN_NOTHING;
        if (size < 0 && errno == ECONNRESET)
                return TAKEN_RESET;
        if (size < 0 || (size == 0 && at_end(s)))
                return TAKEN_END;
        if (s->events->packet)
                s->events->packet(data, (size_t)size, s->userdata);
        return TAKEN_PACKET;
}

/* True: it has ended, and may be freed by now. */
static bool take_packets(PacketSocket *s) {
        Taken taken = TAKEN_PACKET;

        for (unsigned i = 0; i < PACKETS_PER_TURN && taken <= TAKEN_RESET; i++) {
                taken = take_packet(s);
                if (taken == TAKEN_RESET && s->fate == PACKET_UNKNOWN)
                        s->fate = PACKET_UNREAD;
        }
        if (taken != TAKEN_END)
                return false;
        ev_io_stop(s->loop, &s->io);
        ev_io_stop(s->loop, &s->reads);
        s->events->closed(s->userdata);
        return true;
}

static void on_io(struct ev_loop *loop, struct ev_io *w, int revents) {
        PacketSocket *s = w->data;

        if ((revents & EV_WRITE) && s->blocked) {
                s->blocked = false;
                watch(s, EV_READ);
                s->events->writable(s->userdata);
        }
        (void)take_packets(s);
}

/* An edge for each packet that is read: by its level a socket is writable before, too. */
static int watch_reads(PacketSocket *s) {
        struct epoll_event edge = {.events = EPOLLOUT | EPOLLET};

        int fd = epoll_create1(EPOLL_CLOEXEC);
        if (fd < 0)
                return -errno;
        ev_io_init(&s->reads, on_reads, fd, EV_READ);
        s->reads.data = s;
        ev_io_start(s->loop, &s->reads);
        return epoll_ctl(fd, EPOLL_CTL_ADD, s->io.fd, &edge) < 0 ? -errno : 0;
}

static int open_pair(PacketSocket *s, int *ret_fd) {
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        ev_io_init(&s->io, on_io, fds[0], EV_READ);
        s->io.data = s;
        ev_io_start(s->loop, &s->io);
        int r = s->events->writable ? watch_reads(s) : 0;
        if (r < 0)
                close(fds[1]);
        else
                *ret_fd = fds[1];
        return r;
}

static void close_watched(PacketSocket *s, struct ev_io *io) {
        ev_io_stop(s->loop, io);
        if (io->fd >= 0)
                close(io->fd);
}

int packet_socket_new(PacketSocket **ret, int *ret_fd, struct ev_loop *loop, SocketBudget *budget,
        const PacketSocketEvents *events, void *userdata) {
        PacketSocket *s;

        if (budget->used >= budget->max) {
                budget->refused++;
                return -EMFILE;
        }
        s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;
        s->loop = loop;
        s->budget = budget;
        s->events = events;
        s->userdata = userdata;
        s->io.fd = s->reads.fd = -1;
        budget->used++;
        int r = open_pair(s, ret_fd);
        if (r < 0)
                packet_socket_free(s);
        else
                *ret = s;
        return r;
}

PacketSocket *packet_socket_free(PacketSocket *socket) {
        if (!socket)
                return NULL;
        close_watched(socket, &socket->reads);
        close_watched(socket, &socket->io);
        socket->budget->used--;
        free(socket);
        return NULL;
}

int packet_socket_send(PacketSocket *s, const uint8_t *data, size_t size) {
        if (send(s->io.fd, data, size, MSG_NOSIGNAL) >= 0) {
                s->sent = true;
                s->fate = PACKET_UNKNOWN;
                return 0;
        }
        int error = errno;
        s->blocked = true;
        /* Also where the kernel was short of memory, which nothing else tells the end of. */
        watch(s, EV_READ | EV_WRITE);
        return -error;
}

bool packet_socket_blocked(const PacketSocket *socket) {
        return socket->blocked || socket->sent;
}

PacketFate packet_socket_fate(PacketSocket *socket) {
        find_out(socket);
        return socket->fate;
}

bool packet_socket_look(PacketSocket *socket) {
        return ev_is_active(&socket->io) && take_packets(socket);
}
