#include "daemon/presence.h"

#include "bluez/names.h"
#include "bluez/registrar.h"
#include "loop/timer.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Peripheral. */
struct Presence {
        struct ev_loop *loop;
        bool advertise;
        const PresenceEvents *events;
        void *userdata;
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

static void on_application_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Presence *p = userdata;

        if (old == REGISTRATION_REGISTERED)
                p->events->application_lost(p->userdata);
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

int presence_new(Presence **ret, struct ev_loop *loop, sd_bus *bus, const Settings *settings,
        bool advertise, const PresenceEvents *events, void *userdata) {
        Presence *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->advertise = advertise;
        p->events = events;
        p->userdata = userdata;
        ev_timer_init(&p->stopped, on_stopped, 0., 0.);
        p->stopped.data = p;
        int r = new_registrars(p, bus, settings);
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
        registrar_free(p->advertisement);
        registrar_free(p->application);
        free(p);
        return NULL;
}

/* BlueZ refuses an advertisement on an adapter that is off, but keeps what it has while the
 * adapter is off. */
static bool may_advertise(const Presence *p, const AdapterInfo *adapter) {
        return p->advertise && adapter->has_advertising_manager &&
               registrar_state(p->application) == REGISTRATION_REGISTERED &&
               (adapter->powered || registrar_state(p->advertisement) == REGISTRATION_REGISTERED);
}

void presence_set_adapter(Presence *p, const char *owner, const AdapterInfo *adapter) {
        const char *gatt = NULL, *advertising = NULL;

        if (p->stopping)
                return;
        if (adapter && adapter->has_gatt_manager)
                gatt = adapter->path;
        registrar_set_manager(p->application, owner, gatt);
        if (adapter && may_advertise(p, adapter))
                advertising = adapter->path;
        registrar_set_manager(p->advertisement, owner, advertising);
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
               (!p->advertise || registrar_state(p->advertisement) == REGISTRATION_REGISTERED);
}

const char *presence_application_error(const Presence *p) {
        return registrar_error(p->application);
}

const char *presence_advertisement_error(const Presence *p) {
        return registrar_error(p->advertisement);
}
