/* Carries out the registration of one object with one of BlueZ's managers: its calls, one at a
 * time, and its timer. What to do when is not decided here (core/registrations.h). */
#pragma once

#include "core/registration.h"

#include <ev.h>
#include <systemd/sd-bus.h>

typedef struct RegistrarParameters {
        const char *what;              /* "application", for the log; copied */
        const char *interface;         /* the manager's */
        const char *register_method;   /* takes (o, a{sv}), */
        const char *register_text;     /* or (o, s) with this text; NULL: the former */
        const char *then_method;       /* takes (o): called once it is registered; NULL: none */
        const char *unregister_method; /* takes (o) */
        const char *object_path;       /* ours; copied */
        uint64_t timeout_usec;         /* of each call */
} RegistrarParameters;                 /* strings live as long as the registrar, unless copied */

/* From the loop alone. */
typedef struct RegistrarEvents {
        void (*registered)(size_t thing, RegistrationOutcome outcome, void *userdata);
        /* An error to that call says that nothing was registered: that is what was wanted. */
        void (*unregistered)(size_t thing, void *userdata);
        void (*timer)(size_t thing, void *userdata);
} RegistrarEvents;

typedef struct Registrar Registrar;

/* thing is told with each event. */
int registrar_new(Registrar **ret, size_t thing, struct ev_loop *loop, sd_bus *bus,
        const RegistrarParameters *parameters, const RegistrarEvents *events, void *userdata);
/* A call under way is forgotten; what BlueZ holds it goes on holding. */
Registrar *registrar_free(Registrar *registrar);

/* Calls the manager at this path of owner, a unique name. Not while a call is under way. */
void registrar_register(Registrar *registrar, const char *owner, const char *manager);
void registrar_unregister(Registrar *registrar, const char *owner, const char *manager);
/* As the latter, and nobody waits for the answer. */
void registrar_leave(Registrar *registrar, const char *owner, const char *manager);
/* What is under way is void. */
void registrar_cancel(Registrar *registrar);
/* USEC_NEVER: no longer. */
void registrar_set_timer(Registrar *registrar, uint64_t delay_usec);
/* Another second argument for what is registered next; lives as long as the registrar. */
void registrar_set_text(Registrar *registrar, const char *text);
void registrar_set_timeout(Registrar *registrar, uint64_t timeout_usec);

const char *registrar_what(const Registrar *registrar);
/* BlueZ's words for the last refusal, and the error's name; NULL: none since it was last
 * registered, or since they were forgotten. */
const char *registrar_error(const Registrar *registrar);
const char *registrar_error_name(const Registrar *registrar);
void registrar_forget_error(Registrar *registrar);
