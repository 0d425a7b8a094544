#include "sim/gatt/value-socket.h"

#include "sim/gatt/att.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS_PER_TURN 16

static void watch(ValueSocket *s, int events) {
        struct ev_loop *loop = s->provider->application->server->loop;
        int fd = s->io.fd;

        s->events = events;
        ev_io_stop(loop, &s->io);
        ev_io_set(&s->io, fd, events);
        if (events && !s->provider->application->server->still)
                ev_io_start(loop, &s->io);
}

void value_socket_close(ValueSocket *s) {
        watch(s, 0);
        TAILQ_REMOVE(s->list, s, entry);
        close(s->io.fd);
        free(s);
}

static short state_of(const ValueSocket *s) {
        struct pollfd p = {.fd = s->io.fd, .events = POLLIN | POLLOUT};

        return poll(&p, 1, 0) < 0 ? (short)POLLERR : p.revents;
}

/* What bluetoothd makes of a packet that it cannot read, or an empty one: it looks no more. */
static bool take_packet(ValueSocket *s) {
        uint8_t data[ATT_VALUE_SIZE_MAX];

        ssize_t size = read(s->io.fd, data, sizeof(data));
        if (size <= 0) {
                watch(s, 0);
                return false;
        }
        if (s->packet)
                s->packet(s, data, (size_t)size);
        return true;
}

/* Nothing more goes in, so what is in it ends. */
void value_socket_end(ValueSocket *s) {
        bool more = ev_is_active(&s->io) && shutdown(s->io.fd, SHUT_RD) == 0;

        while (more)
                more = take_packet(s);
        value_socket_close(s);
}

static void write_confirmations(ValueSocket *s) {
        static const uint8_t byte = 1;

        for (; s->confirmations > 0; s->confirmations--)
                (void)value_socket_send(s, &byte, sizeof(byte));
        watch(s, EV_READ);
}

/* A packet that came before the other side closed still counts. */
static void on_io(struct ev_loop *loop, struct ev_io *w, int revents) {
        ValueSocket *s = w->data;

        for (unsigned i = 0; i < PACKETS_PER_TURN; i++) {
                short state = state_of(s);

                if (s->confirmations > 0 && (state & POLLOUT))
                        write_confirmations(s);
                if ((state & (POLLHUP | POLLERR | POLLNVAL)) && !(state & POLLIN)) {
                        value_socket_close(s);
                        return;
                }
                if (!(state & POLLIN))
                        return;
                /* Closed by the other side: readable for ever, with nothing in it. */
                if (!take_packet(s)) {
                        if (state & POLLHUP)
                                value_socket_close(s);
                        return;
                }
        }
}

static int read_descriptor(sd_bus_message *reply) {
        uint16_t mtu;
        int fd;

        int r = sd_bus_message_read(reply, "hq", &fd, &mtu);
        if (r < 0)
                return r;
        fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        return fd < 0 ? -errno : fd;
}

int value_socket_new(ValueSocket **ret, struct ValueSocketList *list, Provider *provider,
        GattLink *link, sd_bus_message *reply, ValueSocketPacket packet) {
        int fd = read_descriptor(reply);
        if (fd < 0)
                return fd;

        ValueSocket *s = calloc(1, sizeof(*s));
        if (!s) {
                close(fd);
                return -ENOMEM;
        }
        s->list = list;
        s->provider = provider;
        s->link = link;
        s->id = ++provider->application->server->last_id;
        s->packet = packet;
        ev_io_init(&s->io, on_io, fd, 0);
        s->io.data = s;
        TAILQ_INSERT_TAIL(list, s, entry);
        watch(s, EV_READ);
        *ret = s;
        return 0;
}

void value_sockets_close(struct ValueSocketList *list) {
        ValueSocket *s;

        while ((s = TAILQ_FIRST(list)))
                value_socket_close(s);
}

void value_sockets_end(struct ValueSocketList *list, const GattLink *link) {
        ValueSocket *s, *next;

        for (s = TAILQ_FIRST(list); s; s = next) {
                next = TAILQ_NEXT(s, entry);
                if (s->link == link)
                        value_socket_end(s);
        }
}

void value_sockets_follow(const struct ValueSocketList *list) {
        for (ValueSocket *s = TAILQ_FIRST(list); s; s = TAILQ_NEXT(s, entry))
                watch(s, s->events);
}

ValueSocket *value_socket_find(const struct ValueSocketList *list, const GattLink *link) {
        ValueSocket *s;

        for (s = TAILQ_FIRST(list); s; s = TAILQ_NEXT(s, entry))
                if (!s->link || s->link == link)
                        return s;
        return NULL;
}

int value_socket_send(const ValueSocket *s, const uint8_t *data, size_t size) {
        return send(s->io.fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

void value_socket_confirm(ValueSocket *s) {
        s->confirmations++;
        watch(s, EV_READ | EV_WRITE);
}
