/* The sockets that centrals' writes come by: neither checked nor answered by the time that BlueZ
 * has them. A packet is a write. */
#pragma once

#include "bluez/packet-socket.h"
#include "core/profile.h"

typedef struct WriteSockets WriteSockets;

typedef struct WriteSocketsEvents {
        /* device is the central's address, or NULL: a socket of several. data is borrowed. */
        void (*written)(const Characteristic *c, const char *device, const uint8_t *data,
                size_t size, void *userdata);
} WriteSocketsEvents;

/* budget is borrowed for its life. */
int write_sockets_new(WriteSockets **ret, struct ev_loop *loop, SocketBudget *budget,
        const WriteSocketsEvents *events, void *userdata);
WriteSockets *write_sockets_free(WriteSockets *sockets);

/* *ret_fd is BlueZ's end, and the caller's to close. Ours ends when BlueZ closes it: the central
 * has left. device: an address, or NULL. As packet_socket_new(). */
int write_sockets_open(
        WriteSockets *sockets, const Characteristic *c, const char *device, int *ret_fd);
