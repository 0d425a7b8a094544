/* The sockets that applications give for AcquireNotify() and AcquireWrite(). */
#pragma once

#include "sim/gatt/gatt-state.h"

/* A packet came. data is borrowed. */
typedef void (*ValueSocketPacket)(ValueSocket *socket, const uint8_t *data, size_t size);

/* Owned by its list, which is one of its provider's. */
struct ValueSocket {
        TAILQ_ENTRY(ValueSocket) entry;
        struct ValueSocketList *list;
        Provider *provider;
        GattLink *link; /* whose it is; NULL: all centrals' */
        uint64_t id;
        struct ev_io io;
        ValueSocketPacket packet; /* NULL: only written to */
        unsigned confirmations;   /* that are to be written */
        int events;               /* that are waited for while bluetoothd does not stand still */
};

/* Takes the reply's "hq": a copy of the descriptor. Closes itself when the other side has. A
 * negative errno: the reply is none such. */
int value_socket_new(ValueSocket **ret, struct ValueSocketList *list, Provider *provider,
        GattLink *link, sd_bus_message *reply, ValueSocketPacket packet);
void value_socket_close(ValueSocket *socket);
/* Closes it when what is in it has been taken; at once while bluetoothd stands still. */
void value_socket_end(ValueSocket *socket);
void value_sockets_close(struct ValueSocketList *list);
/* Ends every one of the list that is of link. */
void value_sockets_end(struct ValueSocketList *list, const GattLink *link);
/* bluetoothd stands still, or goes on: what GattServer.still says by now. */
void value_sockets_follow(const struct ValueSocketList *list);
/* The first that is of link or of all centrals, or NULL. */
ValueSocket *value_socket_find(const struct ValueSocketList *list, const GattLink *link);
/* 0 or a negative errno. */
int value_socket_send(const ValueSocket *socket, const uint8_t *data, size_t size);
/* Writes the byte that says that an indication was confirmed; several that cannot be written yet
 * are one. */
void value_socket_confirm(ValueSocket *socket);
