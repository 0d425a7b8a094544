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
        Line *lines; /* owned: by Characteristic.index, and one for those whose are no more */
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

static Line *new_lines(size_t n) {
        Line *lines = calloc(n, sizeof(*lines));

        for (size_t i = 0; lines && i < n; i++)
                lines[i].end = &lines[i].first;
        return lines;
}

static void append(Line *line, Waiter *waiter) {
        *line->end = waiter;
        line->end = &waiter->next;
}

int waiting_new(
        Waiting **ret, struct ev_loop *loop, size_t n_characteristics, void (*retry)(void *owner)) {
        _cleanup_(waiting_freep) Waiting *waiting = calloc(1, sizeof(*waiting));

        if (!waiting)
                return -ENOMEM;
        *waiting = (Waiting){.loop = loop, .retry = retry};
        ev_timer_init(&waiting->timer, on_timer, 0., 0.);
        waiting->timer.data = waiting;
        waiting->n_lines = n_characteristics + 1;
        waiting->lines = new_lines(waiting->n_lines);
        if (!waiting->lines)
                return -ENOMEM;
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

        if (!waiter->waits) {
                if (c->put_timeout_usec == 0)
                        return false;
                waiter->waits = true;
                waiter->characteristic = c;
                waiter->line = c->index;
                waiter->until_usec = now + c->put_timeout_usec;
                append(line, waiter);
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

        if (!waiter->waits)
                return;
        line = &waiting->lines[waiter->line];
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

static void move_waiter(Line *lines, size_t gone, Waiter *waiter, const Profile *profile) {
        const Characteristic *c = NULL;

        if (waiter->characteristic)
                c = profile_find(profile, waiter->characteristic->name);
        waiter->characteristic = c;
        waiter->line = c ? c->index : gone;
        waiter->next = NULL;
        append(&lines[waiter->line], waiter);
}

int waiting_set_profile(Waiting *waiting, const Profile *profile) {
        size_t gone = profile->n_characteristics;
        Line *lines = new_lines(gone + 1);

        if (!lines)
                return -ENOMEM;
        for (size_t i = 0; i < waiting->n_lines; i++)
                for (Waiter *w = waiting->lines[i].first, *next; w; w = next) {
                        next = w->next;
                        move_waiter(lines, gone, w, profile);
                }
        free(waiting->lines);
        waiting->lines = lines;
        waiting->n_lines = gone + 1;
        waiting_try_all(waiting);
        return 0;
}

void waiting_try_all(Waiting *waiting) {
        uint64_t now = clock_now_usec();

        for (size_t i = 0; i < waiting->n_lines; i++) {
                for (Waiter *w = waiting->lines[i].first; w; w = w->next)
                        if (w->characteristic &&
                                w->until_usec > now + w->characteristic->put_timeout_usec)
                                w->until_usec = now + w->characteristic->put_timeout_usec;
                waiting->lines[i].room = waiting->lines[i].first != NULL;
        }
        arm(waiting);
}

size_t waiting_count(const Waiting *waiting) {
        return waiting->n_waiters;
}
