/* When a notification may go, and whose. */
#include "core/pacer.h"

#include "core/bucket.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>

typedef struct Lane {
        PacerLane parameters;
        Bucket bucket;
        uint64_t next_usec; /* by its interval */
} Lane;

/* Owned by whoever called pacer_new(). */
struct Pacer {
        unsigned window;
        unsigned outstanding; /* sent and not covered by a Ping that came back */
        unsigned covered;     /* of these, sent before the Ping that is under way */
        bool ping_pending;
        Bucket bucket; /* the adapter's */
        Lane *lanes;
        size_t n_lanes;
        size_t turn; /* the lane behind the one that was served last */
};

DEFINE_CLEANUP(Pacer *, pacer_free);

int pacer_new(
        Pacer **ret, const PacerParameters *parameters, const PacerLane *lanes, size_t n_lanes) {
        _cleanup_(pacer_freep) Pacer *pacer = calloc(1, sizeof(*pacer));

        assert(parameters->window > 0);
        if (!pacer)
                return -ENOMEM;
        pacer->window = parameters->window;
        bucket_init(&pacer->bucket, parameters->rate);
        pacer->lanes = calloc(n_lanes + 1, sizeof(Lane));
        if (!pacer->lanes)
                return -ENOMEM;
        pacer->n_lanes = n_lanes;
        for (size_t i = 0; i < n_lanes; i++) {
                pacer->lanes[i].parameters = lanes[i];
                bucket_init(&pacer->lanes[i].bucket, lanes[i].rate);
        }
        *ret = STEAL(pacer);
        return 0;
}

Pacer *pacer_free(Pacer *pacer) {
        if (!pacer)
                return NULL;
        free(pacer->lanes);
        free(pacer);
        return NULL;
}

void pacer_reset(Pacer *pacer) {
        pacer->outstanding = pacer->covered = 0;
        pacer->ping_pending = false;
}

static uint64_t lane_ready_usec(const Lane *lane, uint64_t now_usec) {
        uint64_t usec = bucket_ready_usec(&lane->bucket, now_usec);

        return usec > lane->next_usec ? usec : lane->next_usec;
}

int pacer_next(Pacer *pacer, bool (*waits)(size_t lane, void *userdata), void *userdata,
        uint64_t now_usec, size_t *ret_lane, uint64_t *ret_again_usec) {
        uint64_t adapter_usec = bucket_ready_usec(&pacer->bucket, now_usec);
        uint64_t lanes_usec = USEC_NEVER;
        const Lane *best = NULL;

        *ret_again_usec = USEC_NEVER;
        if (pacer->outstanding >= pacer->window)
                return 0;
        for (size_t i = 0; i < pacer->n_lanes; i++) {
                size_t index = (pacer->turn + i) % pacer->n_lanes;
                const Lane *lane = &pacer->lanes[index];
                uint64_t usec;

                if (!waits(index, userdata))
                        continue;
                usec = lane_ready_usec(lane, now_usec);
                if (usec < lanes_usec)
                        lanes_usec = usec;
                if (usec > now_usec ||
                        (best && lane->parameters.priority <= best->parameters.priority))
                        continue;
                best = lane;
                *ret_lane = index;
        }
        if (best && adapter_usec <= now_usec)
                return 1;
        if (lanes_usec != USEC_NEVER)
                *ret_again_usec = lanes_usec > adapter_usec ? lanes_usec : adapter_usec;
        return 0;
}

void pacer_sent(Pacer *pacer, size_t lane, uint64_t now_usec) {
        Lane *l = &pacer->lanes[lane];

        pacer->outstanding++;
        bucket_take(&pacer->bucket, now_usec);
        bucket_take(&l->bucket, now_usec);
        l->next_usec = now_usec + l->parameters.min_interval_usec;
        pacer->turn = lane + 1;
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
