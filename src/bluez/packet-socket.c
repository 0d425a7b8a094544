#include "bluez/packet-socket.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define PACKETS_PER_TURN 32 /* then everybody else has a turn */

/* Owned by whoever called packet_socket_new(). */
struct PacketSocket {
        struct ev_loop *loop;
        struct ev_io io;
        SocketBudget *budget;
        const PacketSocketEvents *events;
        void *userdata;
        bool blocked;
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

typedef enum Taken { TAKEN_PACKET, TAKEN_NOTHING, TAKEN_END } Taken;

static Taken take_packet(PacketSocket *s) {
        uint8_t data[PACKET_SIZE_MAX];

        ssize_t size = recv(s->io.fd, data, sizeof(data), 0);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
                return TAKEN_NOTHING;
        if (size < 0 || (size == 0 && at_end(s)))
                return TAKEN_END;
        if (s->events->packet)
                s->events->packet(data, (size_t)size, s->userdata);
        return TAKEN_PACKET;
}

/* True: it has ended, and may be freed by now. */
static bool take_packets(PacketSocket *s) {
        Taken taken = TAKEN_PACKET;

        for (unsigned i = 0; i < PACKETS_PER_TURN && taken == TAKEN_PACKET; i++)
                taken = take_packet(s);
        if (taken != TAKEN_END)
                return false;
        ev_io_stop(s->loop, &s->io);
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

static int make_pair(int fds[static 2]) {
        int least = 1;

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        /* The kernel makes it its minimum. */
        if (setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)) < 0) {
                int error = errno;

                close(fds[0]);
                close(fds[1]);
                return -error;
        }
        return 0;
}

int packet_socket_new(PacketSocket **ret, int *ret_fd, struct ev_loop *loop, SocketBudget *budget,
        const PacketSocketEvents *events, void *userdata) {
        _cleanup_free_ PacketSocket *s = NULL;
        int fds[2];

        if (budget->used >= budget->max) {
                budget->refused++;
                return -EMFILE;
        }
        s = calloc(1, sizeof(*s));
        int r = s ? make_pair(fds) : -ENOMEM;
        if (r < 0)
                return r;
        s->loop = loop;
        s->budget = budget;
        s->events = events;
        s->userdata = userdata;
        ev_io_init(&s->io, on_io, fds[0], EV_READ);
        s->io.data = s;
        ev_io_start(loop, &s->io);
        budget->used++;
        *ret_fd = fds[1];
        *ret = STEAL(s);
        return 0;
}

PacketSocket *packet_socket_free(PacketSocket *socket) {
        if (!socket)
                return NULL;
        ev_io_stop(socket->loop, &socket->io);
        close(socket->io.fd);
        socket->budget->used--;
        free(socket);
        return NULL;
}

int packet_socket_send(PacketSocket *s, const uint8_t *data, size_t size) {
        if (send(s->io.fd, data, size, MSG_NOSIGNAL) >= 0)
                return 0;
        int error = errno;
        s->blocked = true;
        /* Also where the kernel was short of memory, which nothing else tells the end of. */
        watch(s, EV_READ | EV_WRITE);
        return -error;
}

bool packet_socket_blocked(const PacketSocket *socket) {
        return socket->blocked;
}

bool packet_socket_is_empty(const PacketSocket *socket) {
        int unread = 0;

        return ioctl(socket->io.fd, SIOCOUTQ, &unread) < 0 || unread == 0;
}

bool packet_socket_look(PacketSocket *socket) {
        return ev_is_active(&socket->io) && take_packets(socket);
}
