#include "daemon/presence.h"

#include "bluez/names.h"
#include "bluez/predecessors.h"
#include "bluez/registrar.h"
#include "core/handle-pins.h"
#include "daemon/limitations.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct Presence {
        struct ev_loop *loop;
        const Profile *profile;
        Serving *serving;
        const PresenceEvents *events;
        void *userdata;
        Predecessors *predecessors;
        HandlePins pins;
        BluezVersion version;
        char *target; /* the owner and the adapter; NULL: there is none */
        char *said;   /* the owner whose limitations are in the log */
        Registrar *application, *advertisement;
        struct ev_timer stopped; /* so that `stopped` is told from the loop */
        bool stopping;
};

static void check_stopped(Presence *p) {
        if (!p->stopping || registrar_state(p->application) != REGISTRATION_STOPPED ||
                registrar_state(p->advertisement) != REGISTRATION_STOPPED)
                return;
        timer_start_once(p->loop, &p->stopped, 0);
}

/* BlueZ reads the objects at the next registration. */
static void pin(Presence *p) {
        int r = serving_pin(p->serving, handle_pins_set(&p->pins));

        if (r < 0)
                log_error("BlueZ cannot be told the handles: %s", strerror(-r));
}

/* They may be in somebody's way: why is said once. */
static void heed(Presence *p, HandlePinsOutcome outcome, const char *why) {
        switch (outcome) {
        case HANDLE_PINS_TRY_AGAIN:
                break;
        case HANDLE_PINS_GIVEN_UP:
                log_warning("%s: BlueZ chooses the handles now, and a phone that remembers the "
                            "table must discover it anew",
                        why);
                pin(p);
                break;
        case HANDLE_PINS_NEEDED:
                log_warning("%s, and this version takes none but pinned ones: set handles in "
                            "[bluez] to others",
                        why);
                break;
        }
}

/* This version takes no table that is not pinned. */
static bool pins_needed(const Presence *p) {
        return bluez_traits(p->version)->unpinned_refused;
}

static void note_refusal(Presence *p) {
        const char *error = registrar_error(p->application);

        if (error && strncmp(error, BLUEZ_TEXT_NO_ENTRY, strlen(BLUEZ_TEXT_NO_ENTRY)) == 0)
                heed(p, handle_pins_refused(&p->pins, pins_needed(p)),
                        "BlueZ refuses the pinned handles, which another service may have");
}

static void on_application_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Presence *p = userdata;

        if (old == REGISTRATION_REGISTERED)
                p->events->application_lost(p->userdata);
        if (old == REGISTRATION_REGISTERING && new == REGISTRATION_WAITING)
                note_refusal(p);
        check_stopped(p);
        p->events->changed(p->userdata);
}

static void on_advertisement_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Presence *p = userdata;

        /* The application goes last: a phone that still sees us finds its table. */
        if (p->stopping && new == REGISTRATION_STOPPED)
                registrar_stop(p->application);
        check_stopped(p);
        p->events->changed(p->userdata);
}

static const RegistrarEvents application_events = {.changed = on_application_changed};
static const RegistrarEvents advertisement_events = {.changed = on_advertisement_changed};

static void on_stopped(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Presence *p = w->data;

        p->events->stopped(p->userdata);
}

static void on_predecessors_changed(void *userdata) {
        Presence *p = userdata;

        if (predecessors_state(p->predecessors) == PREDECESSORS_STUCK) {
                log_warning("process %d has ended, but does not leave the bus",
                        (int)predecessors_pid(p->predecessors));
                heed(p, handle_pins_give_up(&p->pins, pins_needed(p)),
                        "it may still have the pinned handles");
        }
        p->events->changed(p->userdata);
}

static const PredecessorsEvents predecessors_events = {.changed = on_predecessors_changed};

static int new_registrars(Presence *p, sd_bus *bus, const Settings *settings) {
        RegistrarParameters parameters = {
                .what = "application",
                .interface = BLUEZ_GATT_MANAGER,
                .register_method = "RegisterApplication",
                .unregister_method = "UnregisterApplication",
                .object_path = APPLICATION_PATH,
                .timeout_usec = settings->bluez.register_timeout_usec,
                .retry_min_usec = settings->bluez.retry_min_usec,
                .retry_max_usec = settings->bluez.retry_max_usec,
        };

        int r = registrar_new(&p->application, p->loop, bus, &parameters, &application_events, p);
        if (r < 0)
                return r;
        parameters.what = "advertisement";
        parameters.interface = BLUEZ_ADVERTISING;
        parameters.register_method = "RegisterAdvertisement";
        parameters.unregister_method = "UnregisterAdvertisement";
        parameters.object_path = ADVERTISEMENT_PATH;
        return registrar_new(
                &p->advertisement, p->loop, bus, &parameters, &advertisement_events, p);
}

/* All of its handles are, or none is. */
static bool has_handles(const Profile *profile) {
        return profile->n_services > 0 && profile->services[0]->handle > 0;
}

int presence_new(Presence **ret, struct ev_loop *loop, sd_bus *bus, const Settings *settings,
        const Profile *profile, Serving *serving, const PresenceEvents *events, void *userdata) {
        Presence *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->profile = profile;
        p->serving = serving;
        p->events = events;
        p->userdata = userdata;
        handle_pins_init(&p->pins, has_handles(profile), settings->bluez.handle_tries);
        ev_timer_init(&p->stopped, on_stopped, 0., 0.);
        p->stopped.data = p;
        int r = predecessors_new(&p->predecessors, loop, bus,
                settings->bluez.predecessor_timeout_usec, &predecessors_events, p);
        if (r >= 0)
                r = new_registrars(p, bus, settings);
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
        registrar_free(p->advertisement);
        registrar_free(p->application);
        free(p->target);
        free(p->said);
        free(p);
        return NULL;
}

/* BlueZ refuses an advertisement on an adapter that is off, but keeps what it has while the
 * adapter is off. */
static bool may_advertise(const Presence *p, const AdapterInfo *adapter) {
        return p->profile->advertisements[0]->advertise && adapter->has_advertising_manager &&
               registrar_state(p->application) == REGISTRATION_REGISTERED &&
               (adapter->powered || registrar_state(p->advertisement) == REGISTRATION_REGISTERED);
}

/* An adapter that comes and goes is no other BlueZ. */
static void say_limitations(Presence *p, const char *owner) {
        if (p->said && strcmp(p->said, owner) == 0)
                return;
        free(p->said);
        p->said = strdup(owner);
        limitations_log(p->profile, p->version);
}

/* A BlueZ, or an adapter, that holds nothing of ours. */
static void begin(Presence *p, const PresenceTarget *target) {
        p->version = target->version;
        say_limitations(p, target->owner);
        handle_pins_renew(&p->pins);
        pin(p);
        predecessors_look(p->predecessors, target->last);
}

static bool changes_target(Presence *p, const PresenceTarget *target) {
        char *name = NULL;

        if (target->adapter && target->owner &&
                asprintf(&name, "%s%s", target->owner, target->adapter->path) < 0)
                name = NULL;
        bool changed = name && (!p->target || strcmp(name, p->target) != 0);
        free(p->target);
        p->target = name;
        return changed;
}

static bool may_register(const Presence *p, const AdapterInfo *adapter) {
        switch (predecessors_state(p->predecessors)) {
        case PREDECESSORS_UNKNOWN:
        case PREDECESSORS_HERE:
                return false;
        case PREDECESSORS_GONE:
        case PREDECESSORS_STUCK:
                return adapter->has_gatt_manager;
        }
        return false;
}

void presence_set_target(Presence *p, const PresenceTarget *target) {
        const AdapterInfo *adapter = target->adapter;
        const char *gatt = NULL, *advertising = NULL;

        if (p->stopping)
                return;
        if (changes_target(p, target))
                begin(p, target);
        if (adapter && may_register(p, adapter))
                gatt = adapter->path;
        registrar_set_manager(p->application, target->owner, gatt);
        if (adapter && may_advertise(p, adapter))
                advertising = adapter->path;
        registrar_set_manager(p->advertisement, target->owner, advertising);
}

void presence_advertisement_released(Presence *p) {
        registrar_released(p->advertisement);
}

void presence_renew_advertisement(Presence *p) {
        registrar_renew(p->advertisement);
}

void presence_stop(Presence *p) {
        p->stopping = true;
        registrar_stop(p->advertisement);
}

bool presence_complete(const Presence *p) {
        return registrar_state(p->application) == REGISTRATION_REGISTERED &&
               (!p->profile->advertisements[0]->advertise ||
                       registrar_state(p->advertisement) == REGISTRATION_REGISTERED);
}

const char *presence_application_error(const Presence *p) {
        return registrar_error(p->application);
}

const char *presence_advertisement_error(const Presence *p) {
        return registrar_error(p->advertisement);
}

bool presence_pinned(const Presence *p) {
        return handle_pins_set(&p->pins);
}

pid_t presence_predecessor(const Presence *p) {
        return predecessors_state(p->predecessors) == PREDECESSORS_HERE
                       ? predecessors_pid(p->predecessors)
                       : 0;
}
