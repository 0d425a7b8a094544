/* Runs an sd_bus on a libev loop. The only place where the two meet. */
#pragma once

#include <ev.h>
#include <systemd/sd-bus.h>

typedef struct BusSource BusSource;

typedef struct BusSourceEvents {
        /* The connection is lost: error is a negative errno. Reported once, outside any sd-bus
         * call, so the source and the bus may be freed here. */
        void (*disconnected)(int error, void *userdata);
} BusSourceEvents;

/* Takes a reference on bus. -ENOMEM. */
int bus_source_new(BusSource **ret, struct ev_loop *loop, sd_bus *bus,
        const BusSourceEvents *events, void *userdata);
/* Leaves the bus open; drops the reference. Returns NULL, takes NULL. */
BusSource *bus_source_free(BusSource *source);
