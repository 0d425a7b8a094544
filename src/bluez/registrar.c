#include "bluez/registrar.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct Registrar {
        sd_bus *bus;
        struct ev_loop *loop;
        RegistrarParameters parameters;
        const RegistrarEvents *events;
        void *userdata;
        Registration registration;
        char *owner, *manager_path; /* NULL: not there */
        sd_bus_slot *slot;          /* the call under way */
        struct ev_timer timer;
        char *error;
};

static void set_error(Registrar *r, const char *text) {
        free(r->error);
        r->error = text ? strdup(text) : NULL;
}

static RegistrationOutcome outcome_of(const sd_bus_error *e) {
        if (!e)
                return REGISTRATION_OK;
        if (sd_bus_error_has_name(e, BLUEZ_ERROR_ALREADY_EXISTS) ||
                sd_bus_error_has_name(e, SD_BUS_ERROR_NO_REPLY) ||
                sd_bus_error_has_name(e, SD_BUS_ERROR_TIMEOUT))
                return REGISTRATION_UNCLEAR;
        return REGISTRATION_REFUSED;
}

/* text of the second argument; NULL: an empty a{sv}. */
static int append_arguments(Registrar *r, sd_bus_message *m, bool options, const char *text) {
        int k = sd_bus_message_append(m, "o", r->parameters.object_path);

        if (k >= 0 && text)
                k = sd_bus_message_append(m, "s", text);
        else if (k >= 0 && options)
                k = sd_bus_message_append(m, "a{sv}", 0);
        return k;
}

static int call(
        Registrar *r, const char *method, bool registers, sd_bus_message_handler_t handler) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int k = sd_bus_message_new_method_call(
                r->bus, &m, r->owner, r->manager_path, r->parameters.interface, method);
        if (k >= 0)
                k = append_arguments(
                        r, m, registers, registers ? r->parameters.register_text : NULL);
        if (k >= 0)
                k = sd_bus_call_async(r->bus, &r->slot, m, handler, r, r->parameters.timeout_usec);
        if (k < 0)
                log_warning("%s cannot be called: %s", method, strerror(-k));
        return k;
}

static int on_then(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Registrar *r = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        r->slot = sd_bus_slot_unref(r->slot);
        if (e)
                log_warning(
                        "%s: %s (%s)", r->parameters.then_method, message_error_text(e), e->name);
        registration_registered(&r->registration, REGISTRATION_OK);
        return 0;
}

static int on_registered(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Registrar *r = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        r->slot = sd_bus_slot_unref(r->slot);
        if (e && (!r->error || strcmp(r->error, message_error_text(e)) != 0))
                log_warning("BlueZ did not register the %s: %s (%s)", r->parameters.what,
                        message_error_text(e), e->name);
        set_error(r, e ? message_error_text(e) : NULL);
        if (!e && r->parameters.then_method &&
                call(r, r->parameters.then_method, false, on_then) >= 0)
                return 0;
        registration_registered(&r->registration, outcome_of(e));
        return 0;
}

static int on_unregistered(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Registrar *r = userdata;

        /* An error here says that nothing was registered: that is what was wanted. */
        r->slot = sd_bus_slot_unref(r->slot);
        registration_unregistered(&r->registration);
        return 0;
}

/* A call that could not be sent is reported from the timer: never from inside. */
static void report_soon(Registrar *r) {
        timer_start_once(r->loop, &r->timer, 0);
}

static void on_call_register(void *userdata) {
        Registrar *r = userdata;

        if (call(r, r->parameters.register_method, true, on_registered) < 0)
                report_soon(r);
}

static void on_call_unregister(void *userdata) {
        Registrar *r = userdata;

        if (call(r, r->parameters.unregister_method, false, on_unregistered) < 0)
                report_soon(r);
}

static void on_cancel_call(void *userdata) {
        Registrar *r = userdata;

        r->slot = sd_bus_slot_unref(r->slot);
        ev_timer_stop(r->loop, &r->timer);
}

static void on_set_timer(uint64_t delay_usec, void *userdata) {
        Registrar *r = userdata;

        if (delay_usec == USEC_NEVER)
                ev_timer_stop(r->loop, &r->timer);
        else
                timer_start_once(r->loop, &r->timer, delay_usec);
}

static void on_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Registrar *r = userdata;

        log_debug("%s: %s -> %s", r->parameters.what, registration_state_name(old),
                registration_state_name(new));
        if (new == REGISTRATION_REGISTERED)
                log_info("%s registered with BlueZ on %s", r->parameters.what, r->manager_path);
        r->events->changed(old, new, r->userdata);
}

static const RegistrationEvents registration_events = {
        .call_register = on_call_register,
        .call_unregister = on_call_unregister,
        .cancel_call = on_cancel_call,
        .set_timer = on_set_timer,
        .changed = on_changed,
};

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Registrar *r = w->data;

        switch (r->registration.state) {
        case REGISTRATION_REGISTERING:
                registration_registered(&r->registration, REGISTRATION_REFUSED);
                break;
        case REGISTRATION_CLEARING:
        case REGISTRATION_UNREGISTERING:
                registration_unregistered(&r->registration);
                break;
        case REGISTRATION_ABSENT:
        case REGISTRATION_REGISTERED:
        case REGISTRATION_WAITING:
        case REGISTRATION_STOPPED:
        case _REGISTRATION_STATE_MAX:
                registration_timer(&r->registration);
                break;
        }
}

int registrar_new(Registrar **ret, struct ev_loop *loop, sd_bus *bus,
        const RegistrarParameters *parameters, const RegistrarEvents *events, void *userdata) {
        Registrar *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;

        r->bus = sd_bus_ref(bus);
        r->loop = loop;
        r->parameters = *parameters;
        r->events = events;
        r->userdata = userdata;
        ev_timer_init(&r->timer, on_timer, 0., 0.);
        r->timer.data = r;
        registration_init(&r->registration, parameters->retry_min_usec, parameters->retry_max_usec,
                &registration_events, r);
        *ret = r;
        return 0;
}

Registrar *registrar_free(Registrar *registrar) {
        if (!registrar)
                return NULL;
        sd_bus_slot_unref(registrar->slot);
        ev_timer_stop(registrar->loop, &registrar->timer);
        sd_bus_unref(registrar->bus);
        free(registrar->owner);
        free(registrar->manager_path);
        free(registrar->error);
        free(registrar);
        return NULL;
}

static bool same(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

void registrar_set_manager(Registrar *r, const char *owner, const char *path) {
        if (same(r->owner, owner) && same(r->manager_path, path))
                return;

        /* First what is true now: `changed` may lead back here. Who is there now has not refused
         * anything. */
        set_error(r, NULL);
        free(r->owner);
        free(r->manager_path);
        r->owner = owner && path ? strdup(owner) : NULL;
        r->manager_path = owner && path ? strdup(path) : NULL;
        registration_set_available(&r->registration, false);
        if (r->owner && r->manager_path)
                registration_set_available(&r->registration, true);
}

void registrar_released(Registrar *r) {
        registration_released(&r->registration);
}

void registrar_renew(Registrar *r) {
        registration_renew(&r->registration);
}

void registrar_stop(Registrar *r) {
        registration_stop(&r->registration);
}

RegistrationState registrar_state(const Registrar *registrar) {
        return registrar->registration.state;
}

const char *registrar_error(const Registrar *registrar) {
        return registrar->error;
}
