#include "daemon/presence.h"

#include "bluez/names.h"
#include "bluez/predecessors.h"
#include "bluez/registrar.h"
#include "core/registrations.h"
#include "daemon/limitations.h"
#include "daemon/pinning.h"
#include "daemon/registrars.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct Presence {
        struct ev_loop *loop;
        const Profile *profile;
        const PresenceEvents *events;
        void *userdata;
        Predecessors *predecessors;
        Pinning pinning;
        char *owner, *adapter; /* its path; NULL: there is none */
        char *said;            /* the owner whose limitations are in the log */
        Registrations *registrations;
        Registrar **registrars;  /* one for each thing of registrations */
        struct ev_timer stopped; /* so that `stopped` is told from the loop */
        bool stopping;
};

static void on_call_register(size_t thing, const char *owner, const char *manager, void *userdata) {
        Presence *p = userdata;

        registrar_register(p->registrars[thing], owner, manager);
}

static void on_call_unregister(
        size_t thing, const char *owner, const char *manager, void *userdata) {
        Presence *p = userdata;

        registrar_unregister(p->registrars[thing], owner, manager);
}

static void on_cancel_call(size_t thing, void *userdata) {
        Presence *p = userdata;

        registrar_cancel(p->registrars[thing]);
}

static void on_set_timer(size_t thing, uint64_t delay_usec, void *userdata) {
        Presence *p = userdata;

        registrar_set_timer(p->registrars[thing], delay_usec);
}

static void log_change(
        const Presence *p, size_t thing, RegistrationState old, RegistrationState new) {
        const char *what = registrar_what(p->registrars[thing]);

        log_debug("%s: %s -> %s", what, registration_state_name(old), registration_state_name(new));
        if (new == REGISTRATION_REGISTERED)
                log_info("%s registered with BlueZ on %s", what,
                        thing == REGISTRATIONS_AGENT ? BLUEZ_PATH : p->adapter);
}

static void on_thing_changed(
        size_t thing, RegistrationState old, RegistrationState new, void *userdata) {
        Presence *p = userdata;

        log_change(p, thing, old, new);
        /* Who is there next has not refused anything. */
        if (new == REGISTRATION_ABSENT || new == REGISTRATION_STOPPED)
                registrar_forget_error(p->registrars[thing]);
        if (thing == REGISTRATIONS_APPLICATION && old == REGISTRATION_REGISTERED)
                p->events->application_lost(p->userdata);
        if (thing == REGISTRATIONS_APPLICATION && old == REGISTRATION_REGISTERING &&
                new == REGISTRATION_WAITING)
                pinning_refused(&p->pinning, presence_application_error(p));
        if (thing >= REGISTRATIONS_ADVERTISEMENTS && new == REGISTRATION_REGISTERED)
                p->events->advertisement_registered(registrations_index(thing), p->userdata);
        if (p->stopping && registrations_at_rest(p->registrations))
                timer_start_once(p->loop, &p->stopped, 0);
        p->events->changed(p->userdata);
}

static const RegistrationsEvents registrations_events = {
        .call_register = on_call_register,
        .call_unregister = on_call_unregister,
        .cancel_call = on_cancel_call,
        .set_timer = on_set_timer,
        .changed = on_thing_changed,
};

static void on_registered(size_t thing, RegistrationOutcome outcome, void *userdata) {
        Presence *p = userdata;
        const char *error = registrar_error(p->registrars[thing]);

        if (thing >= REGISTRATIONS_ADVERTISEMENTS && outcome == REGISTRATION_REFUSED && error &&
                p->events->advertisement_refused(registrations_index(thing),
                        registrar_error_name(p->registrars[thing]), error, p->userdata))
                registrations_refused_and_renewed(p->registrations, registrations_index(thing));
        else
                registrations_registered(p->registrations, thing, outcome);
}

static void on_unregistered(size_t thing, void *userdata) {
        Presence *p = userdata;

        registrations_unregistered(p->registrations, thing);
}

static void on_timer(size_t thing, void *userdata) {
        Presence *p = userdata;

        registrations_timer(p->registrations, thing);
}

static const RegistrarEvents registrar_events = {
        .registered = on_registered,
        .unregistered = on_unregistered,
        .timer = on_timer,
};

static void on_stopped(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Presence *p = w->data;

        p->events->stopped(p->userdata);
}

static void on_predecessors_changed(void *userdata) {
        Presence *p = userdata;

        if (predecessors_state(p->predecessors) == PREDECESSORS_STUCK)
                pinning_stuck(&p->pinning, predecessors_pid(p->predecessors));
        p->events->changed(p->userdata);
}

static const PredecessorsEvents predecessors_events = {.changed = on_predecessors_changed};

static int new_registrations(
        Presence *p, sd_bus *bus, const Settings *settings, const char *agent) {
        RegistrationsParameters parameters = {
                .agent = agent != NULL,
                .n_advertisements = p->profile->n_advertisements,
                .retry_min_usec = settings->bluez.retry_min_usec,
                .retry_max_usec = settings->bluez.retry_max_usec,
        };

        int r = registrations_new(&p->registrations, &parameters, &registrations_events, p);
        if (r < 0)
                return r;
        size_t n = registrations_count(p->registrations);
        p->registrars = calloc(n, sizeof(Registrar *));
        if (!p->registrars)
                return -ENOMEM;
        RegistrarsContext context = {
                .loop = p->loop,
                .bus = bus,
                .settings = settings,
                .profile = p->profile,
                .agent = agent,
                .events = &registrar_events,
                .userdata = p,
        };
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = registrars_new_one(&p->registrars[i], i, &context);
        for (size_t i = 0; r >= 0 && i < p->profile->n_advertisements; i++)
                registrations_want(p->registrations, i, p->profile->advertisements[i]->advertise);
        return r;
}

int presence_new(Presence **ret, struct ev_loop *loop, sd_bus *bus,
        const PresenceParameters *parameters, const PresenceEvents *events, void *userdata) {
        const Settings *settings = parameters->settings;
        Presence *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->profile = parameters->profile;
        p->events = events;
        p->userdata = userdata;
        pinning_init(&p->pinning, parameters->serving, p->profile, settings->bluez.handle_tries);
        ev_timer_init(&p->stopped, on_stopped, 0., 0.);
        p->stopped.data = p;
        int r = predecessors_new(&p->predecessors, loop, bus,
                settings->bluez.predecessor_timeout_usec, &predecessors_events, p);
        if (r >= 0)
                r = new_registrations(p, bus, settings, parameters->agent);
        if (r < 0) {
                presence_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Presence *presence_free(Presence *p) {
        if (!p)
                return NULL;
        ev_timer_stop(p->loop, &p->stopped);
        predecessors_free(p->predecessors);
        for (size_t i = 0; p->registrars && i < registrations_count(p->registrations); i++)
                registrar_free(p->registrars[i]);
        free(p->registrars);
        registrations_free(p->registrations);
        free(p->owner);
        free(p->adapter);
        free(p->said);
        free(p);
        return NULL;
}

void presence_reconfigure(Presence *p, const Settings *settings) {
        registrations_set_retry(
                p->registrations, settings->bluez.retry_min_usec, settings->bluez.retry_max_usec);
        for (size_t i = 0; i < registrations_count(p->registrations); i++)
                registrar_set_timeout(p->registrars[i], registrars_timeout_usec(i, settings));
        pinning_set_tries(&p->pinning, settings->bluez.handle_tries);
        predecessors_set_timeout(p->predecessors, settings->bluez.predecessor_timeout_usec);
}

/* An adapter that comes and goes is no other BlueZ. */
static void say_limitations(Presence *p, const PresenceTarget *target) {
        if (p->said && strcmp(p->said, target->owner) == 0)
                return;
        free(p->said);
        p->said = strdup(target->owner);
        limitations_log(p->profile, target->version);
}

/* A BlueZ, or an adapter, that holds nothing of ours. */
static void begin(Presence *p, const PresenceTarget *target) {
        say_limitations(p, target);
        pinning_begin(&p->pinning, target->version);
        predecessors_look(p->predecessors, target->last);
}

static bool replace(char **where, const char *with) {
        bool other = with ? !*where || strcmp(*where, with) != 0 : *where != NULL;

        if (!other)
                return false;
        free(*where);
        *where = with ? strdup(with) : NULL;
        return true;
}

static bool changes_target(Presence *p, const PresenceTarget *target) {
        bool owner = replace(&p->owner, target->owner);
        bool adapter = replace(&p->adapter, target->adapter ? target->adapter->path : NULL);

        return (owner || adapter) && p->owner && p->adapter;
}

static bool way_clear(const Presence *p) {
        switch (predecessors_state(p->predecessors)) {
        case PREDECESSORS_UNKNOWN:
        case PREDECESSORS_HERE:
                break;
        case PREDECESSORS_GONE:
        case PREDECESSORS_STUCK:
                return true;
        }
        return false;
}

void presence_set_target(Presence *p, const PresenceTarget *target) {
        const AdapterInfo *adapter = target->adapter;

        if (changes_target(p, target) && !p->stopping)
                begin(p, target);
        RegistrationsFacts facts = {
                .owner = p->owner,
                .adapter = p->adapter,
                .gatt_manager = adapter && adapter->has_gatt_manager,
                .advertising_manager = adapter && adapter->has_advertising_manager,
                .powered = adapter && adapter->powered,
                .answers = target->answers,
                .way_clear = way_clear(p),
        };
        if (registrations_set_facts(p->registrations, &facts) < 0)
                log_error("no memory to register with BlueZ");
}

void presence_set_agent(Presence *p, const char *capability) {
        if (capability)
                registrar_set_text(p->registrars[REGISTRATIONS_AGENT], capability);
        registrations_want_agent(p->registrations, capability != NULL);
}

void presence_agent_released(Presence *p) {
        registrations_released(p->registrations, REGISTRATIONS_AGENT);
}

void presence_advertisement_released(Presence *p, size_t index, unsigned side) {
        registrations_released(p->registrations,
                REGISTRATIONS_ADVERTISEMENTS + REGISTRATIONS_SIDES * index + side);
}

void presence_renew_advertisement(Presence *p, size_t index) {
        registrations_renew(p->registrations, index);
}

void presence_want_advertisement(Presence *p, size_t index, bool wanted) {
        registrations_want(p->registrations, index, wanted);
}

void presence_stop(Presence *p) {
        p->stopping = true;
        registrations_set_active(p->registrations, false);
        if (registrations_at_rest(p->registrations))
                timer_start_once(p->loop, &p->stopped, 0);
}

static bool may_be_held(const Presence *p, size_t thing) {
        switch (registrations_state(p->registrations, thing)) {
        case REGISTRATION_REGISTERING:
        case REGISTRATION_REGISTERED:
        case REGISTRATION_CLEARING:
        case REGISTRATION_UNREGISTERING:
                return true;
        case REGISTRATION_ABSENT:
        case REGISTRATION_WAITING:
        case REGISTRATION_STOPPED:
        case _REGISTRATION_STATE_MAX:
                break;
        }
        return false;
}

/* It may be held, and is not being unregistered already. */
static bool needs_unregistering(const Presence *p, size_t thing) {
        RegistrationState state = registrations_state(p->registrations, thing);

        return state == REGISTRATION_REGISTERING || state == REGISTRATION_REGISTERED;
}

void presence_leave(Presence *p) {
        for (size_t i = registrations_count(p->registrations); i > 0; i--)
                if (needs_unregistering(p, i - 1))
                        registrar_leave(p->registrars[i - 1], p->owner,
                                i - 1 == REGISTRATIONS_AGENT ? BLUEZ_PATH : p->adapter);
}

void presence_left(const Presence *p, char *out, size_t size) {
        const bool application = may_be_held(p, REGISTRATIONS_APPLICATION);
        char advertisements[40] = "";
        size_t n = 0;

        for (size_t i = REGISTRATIONS_ADVERTISEMENTS; i < registrations_count(p->registrations);
                i++)
                n += may_be_held(p, i);
        if (n == 1)
                (void)snprintf(advertisements, sizeof(advertisements), "the advertisement");
        else if (n > 1)
                (void)snprintf(advertisements, sizeof(advertisements), "%zu advertisements", n);
        const char *parts[] = {may_be_held(p, REGISTRATIONS_AGENT) ? "the agent" : "",
                application ? "the application" : "", advertisements};
        *out = '\0';
        for (size_t i = 0, length = 0; i < ELEMENTS(parts) && length < size; i++) {
                bool last = i + 1 == ELEMENTS(parts) || (i + 2 == ELEMENTS(parts) && n == 0);
                const char *before = length == 0 ? "" : last ? " and " : ", ";

                if (*parts[i])
                        length += (size_t)snprintf(
                                out + length, size - length, "%s%s", before, parts[i]);
        }
}

bool presence_complete(const Presence *p) {
        return registrations_complete(p->registrations);
}

const char *presence_agent_error(const Presence *p) {
        return registrar_error(p->registrars[REGISTRATIONS_AGENT]);
}

bool presence_agent_registered(const Presence *p) {
        return registrations_state(p->registrations, REGISTRATIONS_AGENT) ==
               REGISTRATION_REGISTERED;
}

const char *presence_application_error(const Presence *p) {
        return registrar_error(p->registrars[REGISTRATIONS_APPLICATION]);
}

const char *presence_advertisement_error(const Presence *p, size_t index) {
        return registrar_error(p->registrars[registrations_advertisement(p->registrations, index)]);
}

RegistrationState presence_advertisement_state(const Presence *p, size_t index) {
        return registrations_state(
                p->registrations, registrations_advertisement(p->registrations, index));
}

bool presence_advertisement_on_air(const Presence *p, size_t index) {
        const size_t first = REGISTRATIONS_ADVERTISEMENTS + REGISTRATIONS_SIDES * index;

        for (size_t side = 0; side < REGISTRATIONS_SIDES; side++)
                if (registrations_state(p->registrations, first + side) == REGISTRATION_REGISTERED)
                        return true;
        return false;
}

bool presence_pinned(const Presence *p) {
        return pinning_set(&p->pinning);
}

pid_t presence_predecessor(const Presence *p) {
        return predecessors_state(p->predecessors) == PREDECESSORS_HERE
                       ? predecessors_pid(p->predecessors)
                       : 0;
}
