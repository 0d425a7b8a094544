/* A central that listens for an advertisement. */
#include "sim/central/search.h"

#include "loop/timer.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

struct Search {
        struct ev_loop *loop;
        const Bluez *bluez;
        bool running;
        char *name; /* owned */
        bool has_service;
        Uuid service;
        SearchFound found;
        void *userdata;
        struct ev_timer look, timeout;
};

static void stop(Search *s) {
        ev_timer_stop(s->loop, &s->look);
        ev_timer_stop(s->loop, &s->timeout);
        s->running = false;
        free(STEAL(s->name));
}

static void on_look(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Search *s = w->data;
        const Heard *heard = bluez_heard(s->bluez, s->name, s->has_service ? &s->service : NULL);

        if (heard && s->found(0, heard, s->userdata))
                stop(s);
}

static void on_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Search *s = w->data;

        stop(s);
        (void)s->found(-ETIMEDOUT, NULL, s->userdata);
}

int search_start(Search *search, const SearchWanted *wanted, SearchFound found, void *userdata) {
        if (search->running)
                return -EBUSY;
        stop(search);
        search->name = wanted->name ? strdup(wanted->name) : NULL;
        if (wanted->name && !search->name)
                return -ENOMEM;
        search->has_service = wanted->service != NULL;
        if (wanted->service)
                search->service = *wanted->service;
        search->found = found;
        search->userdata = userdata;
        search->running = true;
        timer_start_once(search->loop, &search->look, 0);
        if (wanted->timeout_usec > 0)
                timer_start_once(search->loop, &search->timeout, wanted->timeout_usec);
        return 0;
}

void search_heard(Search *search) {
        if (search->running)
                timer_start_once(search->loop, &search->look, 0);
}

int search_new(Search **ret, struct ev_loop *loop, const Bluez *bluez) {
        Search *s = calloc(1, sizeof(*s));

        if (!s)
                return -ENOMEM;
        s->loop = loop;
        s->bluez = bluez;
        ev_timer_init(&s->look, on_look, 0., 0.);
        ev_timer_init(&s->timeout, on_timeout, 0., 0.);
        s->look.data = s->timeout.data = s;
        *ret = s;
        return 0;
}

Search *search_free(Search *search) {
        if (!search)
                return NULL;
        bool running = search->running;
        stop(search);
        if (running)
                (void)search->found(-ECANCELED, NULL, search->userdata);
        free(search);
        return NULL;
}
