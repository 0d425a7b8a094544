/* A central that connects, explores, and does it again when it was cut. */
#include "sim/central/tour.h"

#include "loop/timer.h"
#include "sim/central/explore.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>

#define MTU_OFFERED 517
#define PAUSE_USEC  USEC_PER_SEC /* before it looks again */

typedef struct Tour {
        Central *central;
        struct ev_timer pause;
        bool exploring, again;
        CentralDone on_explored;
        SearchFound on_found;
} Tour;

static void pause_tour(Tour *t) {
        timer_start_once(central_air(t->central)->loop, &t->pause, PAUSE_USEC);
}

static void explore(Tour *t) {
        t->again = t->exploring;
        if (t->exploring)
                return;
        t->exploring = true;
        if (explore_start(t->central, t->on_explored, t) < 0)
                t->exploring = false;
}

static void on_explored(int r, void *userdata) {
        Tour *t = userdata;

        t->exploring = false;
        if (r == 0 && t->again)
                explore(t);
}

static bool on_found(int r, const Heard *heard, void *userdata) {
        Tour *t = userdata;

        if (r == 0)
                r = central_connect(t->central, MTU_OFFERED);
        if (r == -ENOTCONN)
                return false;
        if (r < 0 && r != -ECANCELED)
                pause_tour(t);
        return true;
}

static void look(Tour *t) {
        static const SearchWanted anything = {};

        if (central_is_up(t->central))
                explore(t);
        else if (!central_has_link(t->central) &&
                 search_start(central_search(t->central), &anything, t->on_found, t) < 0)
                pause_tour(t);
}

static void on_pause(struct ev_loop *loop, struct ev_timer *w, int revents) {
        look(w->data);
}

static void on_connected(void *userdata) {
        explore(userdata);
}

static void on_disconnected(void *userdata) {
        pause_tour(userdata);
}

/* More may change, and whoever registers anew takes a moment. */
static void on_table_changed(void *userdata) {
        pause_tour(userdata);
}

static void on_freed(void *userdata) {
        Tour *t = userdata;

        ev_timer_stop(central_air(t->central)->loop, &t->pause);
        free(t);
}

static const CentralWatch watch = {.connected = on_connected,
        .disconnected = on_disconnected,
        .table_changed = on_table_changed,
        .freed = on_freed};

int tour_start(Central *central) {
        Tour *t = calloc(1, sizeof(*t));

        if (!t)
                return -ENOMEM;
        t->central = central;
        t->on_explored = on_explored;
        t->on_found = on_found;
        ev_timer_init(&t->pause, on_pause, 0., 0.);
        t->pause.data = t;
        int r = central_watch(central, &watch, t);
        if (r < 0)
                free(t);
        else
                look(t);
        return r;
}
