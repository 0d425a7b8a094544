/* The calls that register each thing of core/registrations.h. */
#pragma once

#include "bluez/registrar.h"
#include "config/config.h"

typedef struct RegistrarsContext {
        struct ev_loop *loop;
        sd_bus *bus;
        const Settings *settings;
        const Profile *profile;
        const char *agent; /* its capability; NULL: there is to be none */
        const RegistrarEvents *events;
        void *userdata;
} RegistrarsContext;

/* agent and profile live as long as the registrar. */
int registrars_new_one(Registrar **ret, size_t thing, const RegistrarsContext *context);
uint64_t registrars_timeout_usec(size_t thing, const Settings *settings);
