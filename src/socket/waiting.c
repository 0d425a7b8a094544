/* The sets that wait for room. */
#include "socket/waiting.h"

#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>

/* All in a line may wait equally long, so the first is the first whose time is over. */
typedef struct Line {
        Waiter *first, **end; /* end: where the next one is put */
        bool room;            /* to be tried */
} Line;

struct Waiting {
        struct ev_loop *loop;
        ev_timer timer;
        Line *lines; /* owned: by Characteristic.index */
        size_t n_lines, n_waiters;
        void (*retry)(void *owner);
};

DEFINE_CLEANUP(Waiting *, waiting_free);

static uint64_t due_usec(const Line *line) {
        if (!line->first)
                return USEC_NEVER;
        return line->room ? 0 : line->first->until_usec;
}

static void arm(Waiting *waiting) {
        uint64_t due = USEC_NEVER;

        for (size_t i = 0; i < waiting->n_lines; i++)
                if (due_usec(&waiting->lines[i]) < due)
                        due = due_usec(&waiting->lines[i]);
        timer_start_at(waiting->loop, &waiting->timer, due);
}

static void try_line(Waiting *waiting, Line *line) {
        line->room = false;
        while (line->first) {
                const Waiter *first = line->first;

                waiting->retry(first->owner);
                if (line->first == first)
                        break;
        }
        /* Those that left have asked for what was just done. */
        line->room = false;
}

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int revents) {
        Waiting *waiting = watcher->data;
        uint64_t now = clock_now_usec();

        for (size_t i = 0; i < waiting->n_lines; i++)
                if (due_usec(&waiting->lines[i]) <= now)
                        try_line(waiting, &waiting->lines[i]);
        arm(waiting);
}

int waiting_new(
        Waiting **ret, struct ev_loop *loop, size_t n_characteristics, void (*retry)(void *owner)) {
        _cleanup_(waiting_freep) Waiting *waiting = calloc(1, sizeof(*waiting));

        if (!waiting)
                return -ENOMEM;
        *waiting = (Waiting){.loop = loop, .retry = retry};
        ev_timer_init(&waiting->timer, on_timer, 0., 0.);
        waiting->timer.data = waiting;
        waiting->lines = calloc(n_characteristics + 1, sizeof(*waiting->lines));
        if (!waiting->lines)
                return -ENOMEM;
        waiting->n_lines = n_characteristics;
        for (size_t i = 0; i < n_characteristics; i++)
                waiting->lines[i].end = &waiting->lines[i].first;
        *ret = STEAL(waiting);
        return 0;
}

Waiting *waiting_free(Waiting *waiting) {
        if (!waiting)
                return NULL;
        ev_timer_stop(waiting->loop, &waiting->timer);
        free(waiting->lines);
        free(waiting);
        return NULL;
}

bool waiting_is_first(const Waiting *waiting, const Waiter *waiter, const Characteristic *c) {
        const Waiter *first = waiting->lines[c->index].first;

        return !first || first == waiter;
}

bool waiting_join(Waiting *waiting, Waiter *waiter, const Characteristic *c) {
        uint64_t now = clock_now_usec();
        Line *line = &waiting->lines[c->index];

        if (!waiter->characteristic) {
                if (c->put_timeout_usec == 0)
                        return false;
                waiter->characteristic = c;
                waiter->until_usec = now + c->put_timeout_usec;
                *line->end = waiter;
                line->end = &waiter->next;
                waiting->n_waiters++;
                arm(waiting);
                return true;
        }
        if (waiter->until_usec > now)
                return true;
        waiting_leave(waiting, waiter);
        return false;
}

void waiting_leave(Waiting *waiting, Waiter *waiter) {
        Line *line;

        if (!waiter->characteristic)
                return;
        line = &waiting->lines[waiter->characteristic->index];
        for (Waiter **p = &line->first; *p; p = &(*p)->next)
                if (*p == waiter) {
                        *p = waiter->next;
                        break;
                }
        line->end = &line->first;
        while (*line->end)
                line->end = &(*line->end)->next;
        *waiter = (Waiter){.owner = waiter->owner};
        waiting->n_waiters--;
        line->room = true;
        arm(waiting);
}

void waiting_room(Waiting *waiting, const Characteristic *c) {
        Line *line = &waiting->lines[c->index];

        if (!line->first || line->room)
                return;
        line->room = true;
        arm(waiting);
}

size_t waiting_count(const Waiting *waiting) {
        return waiting->n_waiters;
}
