/* Whether bluetoothd answers. Whatever comes from it says that it does; if nothing has come for a
 * while it is sent a Ping. One at a time and without a time limit: however late, its answer says
 * that bluetoothd is back, and one that has stopped finds one question waiting and not thousands.
 * Whoever calls it anyway says so here, and is then the one who has asked. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct PulseParameters {
        uint64_t interval_usec; /* without a word until it is asked; 0: never */
        uint64_t timeout_usec;  /* until it counts as not answering */
} PulseParameters;

typedef struct PulseEvents {
        /* It has stopped answering, or answers again; and each interval while it does not. From the
         * loop. */
        void (*changed)(void *userdata);
} PulseEvents;

typedef struct Pulse Pulse;

int pulse_new(Pulse **ret, struct ev_loop *loop, sd_bus *bus, const PulseParameters *parameters,
        const PulseEvents *events, void *userdata);
Pulse *pulse_free(Pulse *pulse);

/* Other times; what is under way goes on. */
void pulse_reconfigure(Pulse *pulse, const PulseParameters *parameters);

/* BlueZ's unique name, copied; NULL: it is not there. -ENOMEM: it is not watched. */
int pulse_set_owner(Pulse *pulse, const char *owner);
/* Something has come from it. */
void pulse_heard(Pulse *pulse);
/* It has been called, and is to answer at once; and what came for an answer: true if it is
 * bluetoothd's own, and not the bus's or a timeout. */
void pulse_asked(Pulse *pulse);
bool pulse_answered(Pulse *pulse, sd_bus_message *m);

/* For how long nothing has come from it although it was asked; 0: it answers. */
uint64_t pulse_silent_usec(const Pulse *pulse);
