#include "bluez/pulse.h"

#include "bluez/names.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct Pulse {
        struct ev_loop *loop;
        sd_bus *bus;
        PulseParameters parameters;
        const PulseEvents *events;
        void *userdata;
        char *owner;         /* NULL: nobody is watched */
        uint64_t heard_usec; /* when something came last */
        uint64_t asked_usec; /* when it was first asked since; 0: it was not */
        bool silent, told;   /* told: what `changed` was last called for */
        bool late;           /* the time is over; what the bus has read meanwhile is looked at */
        sd_bus_slot *ping;
        struct ev_timer due;
};

/* Often called: the timer finds out by itself. */
void pulse_heard(Pulse *p) {
        p->heard_usec = clock_now_usec();
        p->asked_usec = 0;
        p->late = false;
        if (!p->silent)
                return;
        p->silent = false;
        timer_start_once(p->loop, &p->due, 0);
}

bool pulse_answered(Pulse *p, sd_bus_message *m) {
        const char *sender = sd_bus_message_get_sender(m);
        bool answered = sender && p->owner && strcmp(sender, p->owner) == 0;

        /* What the bus does not let through says nothing of bluetoothd. */
        if (answered || !sd_bus_message_is_method_error(m, SD_BUS_ERROR_NO_REPLY))
                pulse_heard(p);
        return answered;
}

/* It has answered: an idle machine is not woken up to look whether it has. */
static void rest(Pulse *p) {
        if (p->asked_usec == 0 && p->told == p->silent && p->parameters.interval_usec > 0)
                timer_start_once(p->loop, &p->due, p->parameters.interval_usec);
}

static int on_pong(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Pulse *p = userdata;

        p->ping = sd_bus_slot_unref(p->ping);
        (void)pulse_answered(p, m);
        rest(p);
        return 0;
}

void pulse_asked(Pulse *p) {
        if (!p->owner || p->parameters.interval_usec == 0 || p->asked_usec > 0)
                return;
        p->asked_usec = clock_now_usec();
        timer_start_once(p->loop, &p->due, p->parameters.timeout_usec);
}

static void ping(Pulse *p) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        if (p->ping)
                return;
        int r = sd_bus_message_new_method_call(p->bus, &m, p->owner, "/", DBUS_PEER, "Ping");
        if (r >= 0)
                r = sd_bus_call_async(p->bus, &p->ping, m, on_pong, p, UINT64_MAX);
        if (r < 0)
                log_warning("bluetoothd cannot be pinged: %s", strerror(-r));
        else
                pulse_asked(p);
}

static void tell(Pulse *p) {
        p->told = p->silent;
        p->events->changed(p->userdata);
}

/* The answer may be among what the bus has not read yet, this process having stood still too. */
static void expire(Pulse *p) {
        if (!p->silent && !p->late) {
                p->late = true;
                timer_start_once(p->loop, &p->due, 0);
                return;
        }
        p->silent = true;
        ping(p);
        timer_start_once(p->loop, &p->due, p->parameters.interval_usec);
        tell(p);
}

static void on_due(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Pulse *p = w->data;
        uint64_t now = clock_now_usec();

        if (p->asked_usec > 0 && now >= p->asked_usec + p->parameters.timeout_usec) {
                expire(p);
                return;
        }
        if (p->parameters.interval_usec > 0) {
                if (p->asked_usec == 0 && now >= p->heard_usec + p->parameters.interval_usec)
                        ping(p);
                timer_start_at(loop, w,
                        p->asked_usec > 0 ? p->asked_usec + p->parameters.timeout_usec
                                          : p->heard_usec + p->parameters.interval_usec);
        }
        if (p->told != p->silent)
                tell(p);
}

int pulse_new(Pulse **ret, struct ev_loop *loop, sd_bus *bus, const PulseParameters *parameters,
        const PulseEvents *events, void *userdata) {
        Pulse *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->bus = sd_bus_ref(bus);
        p->parameters = *parameters;
        p->events = events;
        p->userdata = userdata;
        ev_timer_init(&p->due, on_due, 0., 0.);
        p->due.data = p;
        *ret = p;
        return 0;
}

Pulse *pulse_free(Pulse *p) {
        if (!p)
                return NULL;
        sd_bus_slot_unref(p->ping);
        ev_timer_stop(p->loop, &p->due);
        sd_bus_unref(p->bus);
        free(p->owner);
        free(p);
        return NULL;
}

int pulse_set_owner(Pulse *p, const char *owner) {
        free(p->owner);
        p->owner = owner ? strdup(owner) : NULL;
        p->ping = sd_bus_slot_unref(p->ping);
        p->asked_usec = 0;
        p->silent = p->told = p->late = false;
        ev_timer_stop(p->loop, &p->due);
        if (owner && !p->owner)
                return -ENOMEM;
        if (!owner || p->parameters.interval_usec == 0)
                return 0;
        p->heard_usec = clock_now_usec();
        timer_start_once(p->loop, &p->due, p->parameters.interval_usec);
        return 0;
}

void pulse_reconfigure(Pulse *p, const PulseParameters *parameters) {
        bool was_off = p->parameters.interval_usec == 0;

        p->parameters = *parameters;
        if (!p->owner)
                return;
        if (parameters->interval_usec == 0) {
                p->asked_usec = 0;
                p->silent = p->late = false;
        } else if (was_off) {
                p->heard_usec = clock_now_usec();
        }
        /* It finds out by itself what is due now. */
        timer_start_once(p->loop, &p->due, 0);
}

uint64_t pulse_silent_usec(const Pulse *p) {
        return p->silent ? clock_now_usec() - p->heard_usec : 0;
}
