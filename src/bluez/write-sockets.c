#include "bluez/write-sockets.h"

#include "bluez/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

/* Owned by its list. */
typedef struct WriteSocket {
        TAILQ_ENTRY(WriteSocket) entry;
        WriteSockets *sockets;
        const Characteristic *characteristic;
        char device[DEVICE_ADDRESS_SIZE]; /* "": of several */
        PacketSocket *socket;
} WriteSocket;

TAILQ_HEAD(WriteSocketList, WriteSocket);

/* Owned by Serving. */
struct WriteSockets {
        struct ev_loop *loop;
        SocketBudget *budget;
        const WriteSocketsEvents *events;
        void *userdata;
        struct WriteSocketList list;
};

static void close_socket(WriteSocket *w) {
        TAILQ_REMOVE(&w->sockets->list, w, entry);
        packet_socket_free(w->socket);
        free(w);
}

static void on_packet(const uint8_t *data, size_t size, void *userdata) {
        const WriteSocket *w = userdata;

        w->sockets->events->written(w->characteristic, w->device[0] ? w->device : NULL, data, size,
                w->sockets->userdata);
}

static void on_closed(void *userdata) {
        close_socket(userdata);
}

static const PacketSocketEvents socket_events = {.packet = on_packet, .closed = on_closed};

int write_sockets_new(WriteSockets **ret, struct ev_loop *loop, SocketBudget *budget,
        const WriteSocketsEvents *events, void *userdata) {
        WriteSockets *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        s->loop = loop;
        s->budget = budget;
        s->events = events;
        s->userdata = userdata;
        TAILQ_INIT(&s->list);
        *ret = s;
        return 0;
}

WriteSockets *write_sockets_free(WriteSockets *sockets) {
        if (!sockets)
                return NULL;
        while (!TAILQ_EMPTY(&sockets->list))
                close_socket(TAILQ_FIRST(&sockets->list));
        free(sockets);
        return NULL;
}

int write_sockets_open(WriteSockets *s, const Characteristic *c, const char *device, int *ret_fd) {
        WriteSocket *w = calloc(1, sizeof(*w));
        if (!w)
                return -ENOMEM;

        w->sockets = s;
        w->characteristic = c;
        (void)snprintf(w->device, sizeof(w->device), "%s", device ? device : "");
        int r = packet_socket_new(&w->socket, ret_fd, s->loop, s->budget, &socket_events, w);
        if (r < 0) {
                free(w);
                return r;
        }
        TAILQ_INSERT_TAIL(&s->list, w, entry);
        return 0;
}
