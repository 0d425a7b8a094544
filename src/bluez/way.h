/* One way out of a characteristic: the signal, or a socket. It has a cursor of its own in the queue
 * and a lane of the pacer. */
#pragma once

#include "bluez/device.h"
#include "bluez/packet-socket.h"
#include "core/pacer.h"
#include "core/profile.h"
#include "core/queue.h"

typedef struct Way {
        const Characteristic *characteristic;
        QueueNotifier *cursor;            /* NULL: the signal's, while it serves nobody */
        PacketSocket *socket;             /* NULL: the signal's, or BlueZ has closed it */
        char device[DEVICE_ADDRESS_SIZE]; /* whose; "": the signal's */
        uint16_t mtu;                     /* of the one central that hears it; 0: of several */
        uint64_t confirm_by_usec; /* when the indication that was sent last is waited for no more;
                                   * 0: none is */
        size_t lane;              /* the pacer's */
        struct Way *next;         /* another socket of the characteristic's */
        struct Outlet *outlet;    /* whose it is */
        bool asked;               /* whether BlueZ has taken the socket, by ping */
        sd_bus_slot *ping;
} Way;

/* The lanes of a pacer and whose they are. Those of the signals are there from the beginning, by
 * Characteristic.index. */
typedef struct Lanes {
        Pacer *pacer;         /* borrowed */
        SocketBudget *budget; /* likewise */
        size_t n_signals;
        Way **sockets; /* behind those of the signals; NULL: free */
        size_t n_sockets;
} Lanes;

void lanes_done(Lanes *lanes);
/* NULL: it is a signal's, or nobody's. */
Way *lanes_socket(const Lanes *lanes, size_t lane);

/* What the pacer is told of a way of this characteristic. */
PacerLane way_lane(const Characteristic *c, bool unwindowed);

/* A pacer with a lane for each characteristic; those that do not notify never wait. -ENOMEM. */
int lanes_new_pacer(Pacer **ret, const PacerParameters *parameters, const Profile *profile);

/* A way by socket; *ret_fd is BlueZ's end, and the caller's to close. The socket's events get the
 * way. A negative errno: as packet_socket_new(), queue_notifier_new(), pacer_add_lane(). */
int way_new(Way **ret, int *ret_fd, const Characteristic *c, const char *device, Queue *queue,
        Lanes *lanes, struct ev_loop *loop, const PacketSocketEvents *events);
/* Counts what was given to its socket as sent if BlueZ has read it, and takes it back if BlueZ
 * never will. True: BlueZ has read all that the socket was given. */
bool way_settle(Way *way, uint64_t now_usec);
/* Counts what waited for it as gone; also what was given and may still be read. */
Way *way_free(Way *way, Lanes *lanes);
