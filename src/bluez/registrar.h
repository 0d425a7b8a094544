/* Carries out a Registration over the bus: the register and unregister calls of one object with
 * one of BlueZ's managers, and the retry timer. */
#pragma once

#include "core/registration.h"

#include <ev.h>
#include <systemd/sd-bus.h>

typedef struct RegistrarParameters {
        const char *what;              /* "application", for the log */
        const char *interface;         /* the manager's */
        const char *register_method;   /* takes (o, a{sv}), */
        const char *register_text;     /* or (o, s) with this text; NULL: the former */
        const char *then_method;       /* takes (o): called once it is registered, and its refusal
                                          is only logged; NULL: none */
        const char *unregister_method; /* takes (o) */
        const char *object_path;       /* ours */
        uint64_t timeout_usec;         /* of each call */
        uint64_t retry_min_usec, retry_max_usec;
} RegistrarParameters; /* strings live as long as the registrar */

typedef struct RegistrarEvents {
        void (*changed)(RegistrationState old, RegistrationState new, void *userdata);
} RegistrarEvents;

typedef struct Registrar Registrar;

int registrar_new(Registrar **ret, struct ev_loop *loop, sd_bus *bus,
        const RegistrarParameters *parameters, const RegistrarEvents *events, void *userdata);
Registrar *registrar_free(Registrar *registrar);

/* The manager's object path, or NULL: not there. owner is BlueZ's unique name. Another path or
 * owner than before starts anew. */
void registrar_set_manager(Registrar *registrar, const char *owner, const char *path);
/* BlueZ dropped the object (Release). */
void registrar_released(Registrar *registrar);
/* The object has another content: registered anew, at once. */
void registrar_renew(Registrar *registrar);
/* Unregister and end; the state STOPPED follows. */
void registrar_stop(Registrar *registrar);

RegistrationState registrar_state(const Registrar *registrar);
/* BlueZ's words for the last refusal; NULL: none since it was last registered. */
const char *registrar_error(const Registrar *registrar);
