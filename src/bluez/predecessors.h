/* Connections to the bus of processes that have ended. The bus may take its time to notice the end
 * (kill -9 with much on its way), and until then BlueZ keeps what such a process has registered:
 * one that registers the same handles meanwhile brings bluetoothd down. Only those of our own user
 * count. */
#pragma once

#include <ev.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

typedef struct Predecessors Predecessors;

typedef enum PredecessorsState {
        PREDECESSORS_UNKNOWN, /* being looked for */
        PREDECESSORS_HERE,    /* waited for */
        PREDECESSORS_GONE,
        PREDECESSORS_STUCK, /* still there after the timeout: not waited for any longer */
} PredecessorsState;

typedef struct PredecessorsEvents {
        /* The state is another. From the loop alone. */
        void (*changed)(void *userdata);
} PredecessorsEvents;

/* timeout_usec limits each look, the waiting included. */
int predecessors_new(Predecessors **ret, struct ev_loop *loop, sd_bus *bus, uint64_t timeout_usec,
        const PredecessorsEvents *events, void *userdata);
/* Another time for those that are waited for from then on. */
void predecessors_set_timeout(Predecessors *predecessors, uint64_t timeout_usec);
Predecessors *predecessors_free(Predecessors *predecessors);

/* Looks anew. last: a process, of whatever user, that has just given up what it had, and may be
 * about to end: it is waited for once; 0: there is none. Where the bus knows processes by other
 * numbers than we do (a container) nobody is found. */
void predecessors_look(Predecessors *predecessors, pid_t last);
PredecessorsState predecessors_state(const Predecessors *predecessors);
/* One that is still there; 0: none is. */
pid_t predecessors_pid(const Predecessors *predecessors);
