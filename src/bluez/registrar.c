#include "bluez/registrar.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Presence. */
struct Registrar {
        sd_bus *bus;
        struct ev_loop *loop;
        size_t thing;
        RegistrarParameters parameters;
        char *what, *object_path;
        const RegistrarEvents *events;
        void *userdata;
        sd_bus_slot *slot;     /* the call under way */
        char *owner, *manager; /* where it went */
        /* The retry timer; or, while a call is under way that could not be sent, its end. */
        struct ev_timer timer;
        bool registering, unregistering;
        char *error, *error_name;
};

static void set_error(Registrar *r, const sd_bus_error *e) {
        const char *text = e ? message_error_text(e) : NULL;

        if (e && (!r->error || strcmp(r->error, text) != 0))
                log_warning("BlueZ did not register the %s: %s (%s)", r->what, text, e->name);
        registrar_forget_error(r);
        if (e) {
                r->error = strdup(text);
                r->error_name = strdup(e->name);
        }
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
        int k = sd_bus_message_append(m, "o", r->object_path);

        if (k >= 0 && text)
                k = sd_bus_message_append(m, "s", text);
        else if (k >= 0 && options)
                k = sd_bus_message_append(m, "a{sv}", 0);
        return k;
}

static int new_call(Registrar *r, sd_bus_message **ret, const char *method, bool registers) {
        int k = sd_bus_message_new_method_call(
                r->bus, ret, r->owner, r->manager, r->parameters.interface, method);

        return k < 0 ? k
                     : append_arguments(
                               r, *ret, registers, registers ? r->parameters.register_text : NULL);
}

static int call(
        Registrar *r, const char *method, bool registers, sd_bus_message_handler_t handler) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int k = r->owner && r->manager ? new_call(r, &m, method, registers) : -ENOMEM;
        if (k >= 0)
                k = sd_bus_call_async(r->bus, &r->slot, m, handler, r, r->parameters.timeout_usec);
        if (k < 0)
                log_warning("%s cannot be called: %s", method, strerror(-k));
        return k;
}

static void end_registering(Registrar *r, RegistrationOutcome outcome) {
        r->registering = false;
        r->events->registered(r->thing, outcome, r->userdata);
}

static void end_unregistering(Registrar *r) {
        r->unregistering = false;
        r->events->unregistered(r->thing, r->userdata);
}

/* BlueZ may have dropped meanwhile what it had registered: then it says that there is none. */
static int on_then(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Registrar *r = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        bool gone = e && sd_bus_error_has_name(e, BLUEZ_ERROR_DOES_NOT_EXIST);

        r->slot = sd_bus_slot_unref(r->slot);
        if (e)
                log_warning(
                        "%s: %s (%s)", r->parameters.then_method, message_error_text(e), e->name);
        end_registering(r, gone ? REGISTRATION_REFUSED : REGISTRATION_OK);
        return 0;
}

/* What says nothing that can be said here may be anything. */
static bool is_odd(sd_bus_message *m) {
        return !sd_bus_message_is_method_error(m, NULL) && !sd_bus_message_is_empty(m);
}

static int on_registered(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        static const sd_bus_error odd =
                SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_NO_REPLY, "a reply that makes no sense");
        Registrar *r = userdata;
        const sd_bus_error *e = is_odd(m) ? &odd : sd_bus_message_get_error(m);

        r->slot = sd_bus_slot_unref(r->slot);
        set_error(r, e);
        if (!e && r->parameters.then_method &&
                call(r, r->parameters.then_method, false, on_then) >= 0)
                return 0;
        end_registering(r, outcome_of(e));
        return 0;
}

/* Whatever it says, it is not asked again: BlueZ refuses only what it does not hold, and reads what
 * it has not answered before any later call of ours. Should it keep it all the same, that is in the
 * way of the next Register (AlreadyExists) and cleared there. */
static int on_unregistered(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Registrar *r = userdata;

        r->slot = sd_bus_slot_unref(r->slot);
        end_unregistering(r);
        return 0;
}

static void set_target(Registrar *r, const char *owner, const char *manager) {
        free(r->owner);
        free(r->manager);
        r->owner = strdup(owner);
        r->manager = strdup(manager);
}

/* A call that could not be sent is reported from the timer: never from inside. */
void registrar_register(Registrar *r, const char *owner, const char *manager) {
        set_target(r, owner, manager);
        r->registering = true;
        if (call(r, r->parameters.register_method, true, on_registered) < 0)
                timer_start_once(r->loop, &r->timer, 0);
}

void registrar_unregister(Registrar *r, const char *owner, const char *manager) {
        set_target(r, owner, manager);
        r->unregistering = true;
        if (call(r, r->parameters.unregister_method, false, on_unregistered) < 0)
                timer_start_once(r->loop, &r->timer, 0);
}

void registrar_leave(Registrar *r, const char *owner, const char *manager) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        set_target(r, owner, manager);
        if (r->owner && r->manager &&
                new_call(r, &m, r->parameters.unregister_method, false) >= 0 &&
                sd_bus_message_set_expect_reply(m, false) >= 0)
                (void)sd_bus_send(r->bus, m, NULL);
}

void registrar_cancel(Registrar *r) {
        r->slot = sd_bus_slot_unref(r->slot);
        r->registering = r->unregistering = false;
        ev_timer_stop(r->loop, &r->timer);
}

void registrar_set_timer(Registrar *r, uint64_t delay_usec) {
        if (delay_usec == USEC_NEVER)
                ev_timer_stop(r->loop, &r->timer);
        else
                timer_start_once(r->loop, &r->timer, delay_usec);
}

void registrar_set_text(Registrar *r, const char *text) {
        r->parameters.register_text = text;
}

void registrar_set_timeout(Registrar *r, uint64_t timeout_usec) {
        r->parameters.timeout_usec = timeout_usec;
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Registrar *r = w->data;

        if (r->registering)
                end_registering(r, REGISTRATION_REFUSED);
        else if (r->unregistering)
                end_unregistering(r);
        else
                r->events->timer(r->thing, r->userdata);
}

int registrar_new(Registrar **ret, size_t thing, struct ev_loop *loop, sd_bus *bus,
        const RegistrarParameters *parameters, const RegistrarEvents *events, void *userdata) {
        Registrar *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;

        r->bus = sd_bus_ref(bus);
        r->loop = loop;
        r->thing = thing;
        r->parameters = *parameters;
        r->events = events;
        r->userdata = userdata;
        ev_timer_init(&r->timer, on_timer, 0., 0.);
        r->timer.data = r;
        r->what = strdup(parameters->what);
        r->object_path = strdup(parameters->object_path);
        if (!r->what || !r->object_path) {
                registrar_free(r);
                return -ENOMEM;
        }
        *ret = r;
        return 0;
}

Registrar *registrar_free(Registrar *registrar) {
        if (!registrar)
                return NULL;
        sd_bus_slot_unref(registrar->slot);
        ev_timer_stop(registrar->loop, &registrar->timer);
        sd_bus_unref(registrar->bus);
        free(registrar->what);
        free(registrar->object_path);
        free(registrar->owner);
        free(registrar->manager);
        free(registrar->error);
        free(registrar->error_name);
        free(registrar);
        return NULL;
}

const char *registrar_what(const Registrar *registrar) {
        return registrar->what;
}

const char *registrar_error(const Registrar *registrar) {
        return registrar->error;
}

const char *registrar_error_name(const Registrar *registrar) {
        return registrar->error_name;
}

void registrar_forget_error(Registrar *registrar) {
        free(registrar->error);
        free(registrar->error_name);
        registrar->error = registrar->error_name = NULL;
}
