/* When a notification may go, and whose. */
#include "core/pacer.h"

#include "core/bucket.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

typedef struct Lane {
        bool used, stirred;
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
        size_t *stirred; /* the lanes that are to be asked, in no order; room for all */
        size_t n_stirred;
        size_t turn; /* the lane behind the one that was served last */
};

DEFINE_CLEANUP(Pacer *, pacer_free);

static void start_lane(Lane *lane, const PacerLane *parameters) {
        *lane = (Lane){.used = true, .stirred = lane->stirred, .parameters = *parameters};
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
        pacer->stirred = calloc(n_lanes + 1, sizeof(size_t));
        if (!pacer->lanes || !pacer->stirred)
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
        free(pacer->stirred);
        free(pacer);
        return NULL;
}

static size_t free_lane(const Pacer *pacer) {
        size_t i = 0;

        while (i < pacer->n_lanes && pacer->lanes[i].used)
                i++;
        return i;
}

static int make_room(Pacer *pacer) {
        size_t n = pacer->n_lanes + 1;

        size_t *stirred = reallocarray(pacer->stirred, n, sizeof(*stirred));
        if (!stirred)
                return -ENOMEM;
        pacer->stirred = stirred;
        Lane *lanes = reallocarray(pacer->lanes, n, sizeof(*lanes));
        if (!lanes)
                return -ENOMEM;
        pacer->lanes = lanes;
        lanes[pacer->n_lanes++] = (Lane){0};
        return 0;
}

int pacer_add_lane(Pacer *pacer, const PacerLane *lane, size_t *ret_lane) {
        size_t i = free_lane(pacer);
        int r = i == pacer->n_lanes ? make_room(pacer) : 0;

        if (r < 0)
                return r;
        start_lane(&pacer->lanes[i], lane);
        *ret_lane = i;
        return 0;
}

void pacer_remove_lane(Pacer *pacer, size_t lane) {
        pacer->lanes[lane].used = false;
}

void pacer_reconfigure(Pacer *pacer, const PacerParameters *parameters, uint64_t now_usec) {
        assert(parameters->window > 0);
        pacer->window = parameters->window;
        bucket_set_rate(&pacer->bucket, parameters->rate, now_usec);
}

void pacer_reconfigure_lane(Pacer *pacer, size_t lane, const PacerLane *to, uint64_t now_usec) {
        Lane *l = &pacer->lanes[lane];

        l->parameters = *to;
        bucket_set_rate(&l->bucket, to->rate, now_usec);
        if (l->next_usec > now_usec + to->min_interval_usec)
                l->next_usec = now_usec + to->min_interval_usec;
}

void pacer_reset(Pacer *pacer) {
        pacer->outstanding = pacer->covered = 0;
        pacer->ping_pending = false;
}

void pacer_stir(Pacer *pacer, size_t lane) {
        if (pacer->lanes[lane].stirred)
                return;
        pacer->lanes[lane].stirred = true;
        pacer->stirred[pacer->n_stirred++] = lane;
}

static void calm(Pacer *pacer, size_t at) {
        pacer->lanes[pacer->stirred[at]].stirred = false;
        pacer->stirred[at] = pacer->stirred[--pacer->n_stirred];
}

static bool window_holds(const Pacer *pacer, const Lane *lane) {
        return pacer->outstanding >= pacer->window && !lane->parameters.unwindowed;
}

static uint64_t lane_ready_usec(const Lane *lane, uint64_t now_usec) {
        uint64_t usec = bucket_ready_usec(&lane->bucket, now_usec);

        return usec > lane->next_usec ? usec : lane->next_usec;
}

/* Equals take turns. */
static bool goes_before(const Pacer *pacer, size_t a, size_t b) {
        Priority pa = pacer->lanes[a].parameters.priority, pb = pacer->lanes[b].parameters.priority;
        size_t n = pacer->n_lanes;

        if (pa != pb)
                return pa > pb;
        return (a + n - pacer->turn) % n < (b + n - pacer->turn) % n;
}

int pacer_next(Pacer *pacer, bool (*waits)(size_t lane, void *userdata), void *userdata,
        uint64_t now_usec, size_t *ret_lane, uint64_t *ret_again_usec) {
        uint64_t adapter_usec = bucket_ready_usec(&pacer->bucket, now_usec);
        uint64_t lanes_usec = USEC_NEVER;
        size_t best = pacer->n_lanes;

        *ret_again_usec = USEC_NEVER;
        for (size_t at = pacer->n_stirred; at-- > 0;) {
                size_t index = pacer->stirred[at];
                const Lane *lane = &pacer->lanes[index];

                if (lane->used && window_holds(pacer, lane))
                        continue;
                if (!lane->used || !waits(index, userdata)) {
                        calm(pacer, at);
                        continue;
                }
                uint64_t usec = lane_ready_usec(lane, now_usec);
                if (usec < lanes_usec)
                        lanes_usec = usec;
                if (usec <= now_usec && (best == pacer->n_lanes || goes_before(pacer, index, best)))
                        best = index;
        }
        if (best < pacer->n_lanes && adapter_usec <= now_usec) {
                *ret_lane = best;
                return 1;
        }
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
        pacer->turn = (lane + 1) % pacer->n_lanes;
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
