/* The window of outstanding signals. bluetoothd takes signals without bound, so after `window`
 * of them we wait for a Ping round trip: what was sent before the Ping has then been read. A
 * bluetoothd that has stopped thus fills our queues, under their policy, and not the bus. */
#pragma once

#include <stdbool.h>

typedef struct Pacer {
        unsigned window;      /* 1 or more */
        unsigned outstanding; /* sent and not covered by a Ping that came back */
        unsigned covered;     /* of these, sent before the Ping that is under way */
        bool ping_pending;
} Pacer;

void pacer_init(Pacer *pacer, unsigned window);
/* bluetoothd has a new owner: nothing is outstanding any more. The answer of a Ping under way must
 * not be reported. */
void pacer_reset(Pacer *pacer);
bool pacer_may_send(const Pacer *pacer);
void pacer_sent(Pacer *pacer);
/* True once half of the window is outstanding and no Ping is under way. */
bool pacer_wants_ping(const Pacer *pacer);
void pacer_ping_sent(Pacer *pacer);
/* answered: the Ping came back; otherwise it failed and another one is wanted. Ignored if no Ping
 * is under way. */
void pacer_ping_done(Pacer *pacer, bool answered);
