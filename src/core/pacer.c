/* When a notification may go, and whose. */
#include "core/pacer.h"

#include "core/bucket.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

typedef struct Lane {
        bool used;
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

static void start_lane(Lane *lane, const PacerLane *parameters) {
        *lane = (Lane){.used = true, .parameters = *parameters};
        bucket_init(&lane->bucket, parameters->rate);
}

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
        for (size_t i = 0; i < n_lanes; i++)
                start_lane(&pacer->lanes[i], &lanes[i]);
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

static size_t free_lane(const Pacer *pacer) {
        size_t i = 0;

        while (i < pacer->n_lanes && pacer->lanes[i].used)
                i++;
        return i;
}

int pacer_add_lane(Pacer *pacer, const PacerLane *lane, size_t *ret_lane) {
        size_t i = free_lane(pacer);

        if (i == pacer->n_lanes) {
                Lane *more = reallocarray(pacer->lanes, i + 1, sizeof(*more));
                if (!more)
                        return -ENOMEM;
                pacer->lanes = more;
                pacer->n_lanes++;
        }
        start_lane(&pacer->lanes[i], lane);
        *ret_lane = i;
        return 0;
}

void pacer_remove_lane(Pacer *pacer, size_t lane) {
        pacer->lanes[lane].used = false;
}

void pacer_reset(Pacer *pacer) {
        pacer->outstanding = pacer->covered = 0;
        pacer->ping_pending = false;
}

/* There, not held back by the window, and with something to send. */
static bool lane_waits(const Pacer *pacer, size_t index, bool (*waits)(size_t lane, void *userdata),
        void *userdata) {
        const Lane *lane = &pacer->lanes[index];

        if (!lane->used)
                return false;
        if (pacer->outstanding >= pacer->window && !lane->parameters.unwindowed)
                return false;
        return waits(index, userdata);
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
        for (size_t i = 0; i < pacer->n_lanes; i++) {
                size_t index = (pacer->turn + i) % pacer->n_lanes;
                const Lane *lane = &pacer->lanes[index];
                uint64_t usec;

                if (!lane_waits(pacer, index, waits, userdata))
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

        if (!l->parameters.unwindowed)
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
