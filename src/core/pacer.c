/* The window of outstanding signals. */
#include "core/pacer.h"

#include <assert.h>

void pacer_init(Pacer *pacer, unsigned window) {
        assert(window > 0);
        *pacer = (Pacer){.window = window};
}

void pacer_reset(Pacer *pacer) {
        pacer_init(pacer, pacer->window);
}

bool pacer_may_send(const Pacer *pacer) {
        return pacer->outstanding < pacer->window;
}

void pacer_sent(Pacer *pacer) {
        pacer->outstanding++;
}

bool pacer_wants_ping(const Pacer *pacer) {
        unsigned half = pacer->window / 2 + pacer->window % 2;

        return !pacer->ping_pending && pacer->outstanding >= half;
}

void pacer_ping_sent(Pacer *pacer) {
        pacer->ping_pending = true;
        pacer->covered = pacer->outstanding;
}

void pacer_ping_done(Pacer *pacer, bool answered) {
        if (answered)
                pacer->outstanding -= pacer->covered;
        pacer->ping_pending = false;
        pacer->covered = 0;
}
