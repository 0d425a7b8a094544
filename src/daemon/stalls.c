#include "daemon/stalls.h"

#include "loop/timer.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by the daemon. */
struct Stalls {
        struct ev_loop *loop;
        const Profile *profile;
        Values *values;
        const StallsEvents *events;
        void *userdata;
        struct ev_timer due;
};

static uint64_t stalls_usec(const Stalls *s, const Characteristic *c) {
        const Value *v = values_at(s->values, c);

        return v->room_awaited && v->queue ? queue_stalls_usec(v->queue) : USEC_NEVER;
}

/* Nobody waits where nothing is full. For what is watched a timer runs, which is early at worst:
 * each value that is sent moves its time away. */
static void start_timer(Stalls *s) {
        uint64_t next_usec = USEC_NEVER;

        for (size_t i = 0; i < s->profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(s->profile, i);
                uint64_t at = stalls_usec(s, c);

                values_at(s->values, c)->room_awaited = at < USEC_NEVER;
                if (at < next_usec)
                        next_usec = at;
        }
        timer_start_at(s->loop, &s->due, next_usec);
}

static void on_due(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Stalls *s = w->data;
        uint64_t now_usec = clock_now_usec();

        for (size_t i = 0; i < s->profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(s->profile, i);

                if (stalls_usec(s, c) > now_usec)
                        continue;
                values_at(s->values, c)->room_awaited = false;
                s->events->due(c, s->userdata);
        }
        start_timer(s);
}

int stalls_new(Stalls **ret, struct ev_loop *loop, const Profile *profile, Values *values,
        const StallsEvents *events, void *userdata) {
        Stalls *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        s->loop = loop;
        s->profile = profile;
        s->values = values;
        s->events = events;
        s->userdata = userdata;
        ev_timer_init(&s->due, on_due, 0., 0.);
        s->due.data = s;
        *ret = s;
        return 0;
}

Stalls *stalls_free(Stalls *s) {
        if (!s)
                return NULL;
        ev_timer_stop(s->loop, &s->due);
        free(s);
        return NULL;
}

void stalls_reconfigure(Stalls *s, const Profile *profile) {
        s->profile = profile;
        start_timer(s);
}

void stalls_watch(Stalls *s, const Characteristic *c) {
        Value *v = values_at(s->values, c);

        if (v->room_awaited)
                return;
        v->room_awaited = true;
        start_timer(s);
}
