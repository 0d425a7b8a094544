/* One simulated central: its address, its link, and what it has discovered. */
#pragma once

#include "sim/bluetoothd/bluez.h"
#include "sim/central/remote-table.h"
#include "sim/central/request-queue.h"
#include "sim/central/search.h"

/* What all centrals share; borrowed. */
typedef struct Air {
        struct ev_loop *loop;
        Bluez *bluez;
        GattServer *server;
        const Profile *profile; /* for names and units; NULL: none */
} Air;

typedef struct Central Central;

/* Whoever stays with a central for longer than one request. */
typedef struct CentralWatch {
        void (*connected)(void *userdata);
        void (*disconnected)(void *userdata);
        void (*table_changed)(void *userdata); /* Service Changed was indicated */
        void (*freed)(void *userdata);         /* the central; the last call */
} CentralWatch;

typedef void (*CentralDone)(int r, void *userdata);

/* Its address is static random and made from the name. air and name must outlive it. */
int central_new(Central **ret, const Air *air, const char *name);
/* Leaves without an event. What waits is told -ECANCELED. */
Central *central_free(Central *central);

const char *central_name(const Central *central);
const char *central_address(const Central *central);
const Air *central_air(const Central *central);
/* "AA:BB:CC:DD:EE:FF", of a central that has no link. -EINVAL, -EISCONN */
int central_set_address(Central *central, const char *address);
/* For its life. -EBUSY: somebody has it already. */
int central_watch(Central *central, const CentralWatch *watch, void *userdata);

/* Connected, and has not vanished. */
bool central_is_up(const Central *central);
/* It has a link, on which it may have vanished. */
bool central_has_link(const Central *central);
Search *central_search(Central *central);

/* Tells `NAME connected …`. mtu is what it offers. -ENOTCONN: nothing is on the air. */
int central_connect(Central *central, uint16_t mtu);
/* Ends the link and tells `NAME disconnected reason=…`; bluetoothd is told too if leaves is set,
 * else it is bluetoothd who has cut it. Nothing without a link. */
void central_end_link(Central *central, uint8_t reason, bool leaves);
/* From now on it takes and answers nothing. What waits is told -ENOTCONN. */
void central_vanish(Central *central);

/* What it knows of the peripheral: discovered now if it was not, in this connection. -ENOMEM */
int central_discover(Central *central, const RemoteTable **ret);
void central_forget_table(Central *central);
RequestQueue *central_requests(Central *central);
int central_write_command(Central *central, uint16_t handle, const uint8_t *data, size_t size);

/* done's r is the SMP code, or a negative errno. -EBUSY */
int central_pair(Central *central, CentralDone done, void *userdata);
void central_set_confirms(Central *central, bool confirms);
/* Takes one value in this time at most; 0: each at once. */
void central_set_slow(Central *central, uint64_t usec);

/* done's r is 0 when count values have come that were not waited for before; or -ETIMEDOUT.
 * -EBUSY */
int central_wait(
        Central *central, uint64_t count, uint64_t timeout_usec, CentralDone done, void *userdata);
/* Values that have come and were not waited for. */
uint64_t central_values(const Central *central);

/* Begins the event `NAME what`. */
void central_event_begin(const Central *central, const char *what);
