#include "daemon/freshness.h"

#include "loop/timer.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by the daemon. */
struct Freshness {
        struct ev_loop *loop;
        Values *values;
        const FreshnessEvents *events;
        void *userdata;
        struct ev_timer due;
};

/* A set only moves a deadline away, so the timer that runs is early at worst. */
static void start_timer(Freshness *f) {
        timer_start_at(f->loop, &f->due, values_next_stale_usec(f->values));
}

static void tell_stale(Freshness *f, const Characteristic *c, uint64_t now_usec) {
        uint64_t age_usec = now_usec - values_at(f->values, c)->set_usec;

        values_at(f->values, c)->stale_told = true;
        log_warning("%s is stale: nobody has set it for %.1f s", c->name,
                (double)age_usec / (double)USEC_PER_SEC);
        f->events->changed(c, true, age_usec, f->userdata);
}

static void on_due(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Freshness *f = w->data;
        uint64_t now_usec = clock_now_usec();
        const Characteristic *c;

        while ((c = values_take_stale(f->values, now_usec)))
                tell_stale(f, c, now_usec);
        start_timer(f);
}

int freshness_new(Freshness **ret, struct ev_loop *loop, Values *values,
        const FreshnessEvents *events, void *userdata) {
        Freshness *f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;

        f->loop = loop;
        f->values = values;
        f->events = events;
        f->userdata = userdata;
        ev_timer_init(&f->due, on_due, 0., 0.);
        f->due.data = f;
        start_timer(f);
        *ret = f;
        return 0;
}

Freshness *freshness_free(Freshness *f) {
        if (!f)
                return NULL;
        ev_timer_stop(f->loop, &f->due);
        free(f);
        return NULL;
}

void freshness_reconfigure(Freshness *f) {
        uint64_t now_usec = clock_now_usec();
        const Characteristic *c;

        while ((c = values_take_no_longer_stale(f->values, now_usec))) {
                values_at(f->values, c)->stale_told = false;
                log_info("%s is no longer stale, by its new max_age", c->name);
                f->events->changed(c, false, 0, f->userdata);
        }
        start_timer(f);
}

void freshness_taken(Freshness *f, const Characteristic *c) {
        Value *v = values_at(f->values, c);

        if (!v->stale_told)
                return;
        v->stale_told = false;
        log_info("%s is fresh again", c->name);
        start_timer(f);
        f->events->changed(c, false, 0, f->userdata);
}
