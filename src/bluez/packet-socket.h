/* Our end of a socket for packets whose other end is given to BlueZ. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_SIZE_MAX 512 /* BlueZ reads and writes no more at once */

/* How many there may be, notifications and writes together. */
typedef struct SocketBudget {
        size_t max, used;
        uint64_t refused;
} SocketBudget;

typedef struct PacketSocket PacketSocket;

typedef struct PacketSocketEvents {
        /* BlueZ has written; data is borrowed. NULL: nobody wants to know. */
        void (*packet)(const uint8_t *data, size_t size, void *userdata);
        /* BlueZ has read what was sent, or what failed may be tried again. NULL: nothing is sent.
         */
        void (*writable)(void *userdata);
        /* BlueZ has closed its end. Told once, and last: it may be freed from here. */
        void (*closed)(void *userdata);
} PacketSocketEvents;

/* *ret_fd is BlueZ's end, and the caller's to close. budget is borrowed. -EMFILE: the budget, or
 * the process, has no more. */
int packet_socket_new(PacketSocket **ret, int *ret_fd, struct ev_loop *loop, SocketBudget *budget,
        const PacketSocketEvents *events, void *userdata);
/* What BlueZ has not read yet it can still read, if it has not closed its end. Takes NULL. */
PacketSocket *packet_socket_free(PacketSocket *socket);

/* 1 to PACKET_SIZE_MAX bytes, while it is not blocked. `writable` or `closed` follows, after an
 * error too. One packet at a time, so that what waits waits in our queue, and it is known which
 * BlueZ has not read when it closes its end. */
int packet_socket_send(PacketSocket *socket, const uint8_t *data, size_t size);
/* Something was sent, or failed, and nothing has followed yet. */
bool packet_socket_blocked(const PacketSocket *socket);

/* What has become of what was sent last. */
typedef enum PacketFate {
        PACKET_READ,    /* or nothing was sent */
        PACKET_UNREAD,  /* and never will be: BlueZ has closed its end */
        PACKET_UNKNOWN, /* it can still be read */
} PacketFate;

PacketFate packet_socket_fate(PacketSocket *socket);
/* Tells now what the loop would tell next. True: `closed` was told. */
bool packet_socket_look(PacketSocket *socket);
