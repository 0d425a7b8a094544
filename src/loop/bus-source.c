/* sd-bus on libev, by three rules:
 *
 * 1. Before each block ask sd-bus for fd, events and timeout: any call may have changed them.
 * 2. Overdue means now. sd-bus may have read a message already; it then reports no events and
 *    timeout 0, and the fd stays silent for ever.
 * 3. Process a bounded number of messages, then let the loop turn: a flood must not starve it. */

#include "loop/bus-source.h"

#include "loop/timer.h"
#include "util/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#define MESSAGES_PER_TURN 16

struct BusSource {
        struct ev_loop *loop;
        sd_bus *bus;
        const BusSourceEvents *events;
        void *userdata;
        struct ev_prepare prepare;
        struct ev_io io;
        struct ev_timer timer;
        int error; /* set once the connection is lost */
};

static void source_stop(BusSource *s) {
        ev_prepare_stop(s->loop, &s->prepare);
        ev_io_stop(s->loop, &s->io);
        ev_timer_stop(s->loop, &s->timer);
}

/* Reports from the timer's callback, never from inside sd-bus. */
static void source_fail(BusSource *s, int error) {
        source_stop(s);
        s->error = error;
        timer_start_once(s->loop, &s->timer, 0);
}

static void source_process(BusSource *s) {
        for (unsigned i = 0; i < MESSAGES_PER_TURN; i++) {
                int r = sd_bus_process(s->bus, NULL);
                if (r < 0) {
                        source_fail(s, r);
                        return;
                }
                if (r == 0)
                        return;
        }
}

static void on_io(struct ev_loop *loop, struct ev_io *w, int revents) {
        source_process(w->data);
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        BusSource *s = w->data;

        if (s->error < 0)
                s->events->disconnected(s->error, s->userdata);
        else
                source_process(s);
}

static void source_watch_fd(BusSource *s, int fd, int poll_events) {
        int events =
                ((poll_events & POLLIN) ? EV_READ : 0) | ((poll_events & POLLOUT) ? EV_WRITE : 0);

        if (ev_is_active(&s->io) && s->io.fd == fd &&
                (s->io.events & (EV_READ | EV_WRITE)) == events)
                return;
        ev_io_stop(s->loop, &s->io);
        if (events == 0)
                return;
        ev_io_set(&s->io, fd, events);
        ev_io_start(s->loop, &s->io);
}

static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int revents) {
        BusSource *s = w->data;
        uint64_t due_usec = USEC_NEVER;

        int fd = sd_bus_get_fd(s->bus);
        int events = fd < 0 ? fd : sd_bus_get_events(s->bus);
        int r = events < 0 ? events : sd_bus_get_timeout(s->bus, &due_usec);
        if (r < 0) {
                source_fail(s, r);
                return;
        }
        source_watch_fd(s, fd, events);
        timer_start_at(s->loop, &s->timer, due_usec);
}

int bus_source_new(BusSource **ret, struct ev_loop *loop, sd_bus *bus,
        const BusSourceEvents *events, void *userdata) {
        BusSource *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        s->loop = loop;
        s->bus = sd_bus_ref(bus);
        s->events = events;
        s->userdata = userdata;
        ev_prepare_init(&s->prepare, on_prepare);
        ev_io_init(&s->io, on_io, -1, 0);
        ev_timer_init(&s->timer, on_timer, 0., 0.);
        s->prepare.data = s->io.data = s->timer.data = s;
        ev_prepare_start(loop, &s->prepare);
        *ret = s;
        return 0;
}

BusSource *bus_source_free(BusSource *source) {
        if (!source)
                return NULL;
        source_stop(source);
        sd_bus_unref(source->bus);
        free(source);
        return NULL;
}
