#include "daemon/registrars.h"

#include "bluez/names.h"
#include "core/registrations.h"

#include <stdio.h>

uint64_t registrars_timeout_usec(size_t thing, const Settings *settings) {
        return thing == REGISTRATIONS_AGENT ? settings->bluez.call_timeout_usec
                                            : settings->bluez.register_timeout_usec;
}

static RegistrarParameters agent_parameters(const RegistrarsContext *c) {
        return (RegistrarParameters){
                .what = "agent",
                .interface = BLUEZ_AGENT_MANAGER,
                .register_method = "RegisterAgent",
                .register_text = c->agent,
                .then_method = "RequestDefaultAgent",
                .unregister_method = "UnregisterAgent",
                .object_path = AGENT_PATH,
        };
}

static RegistrarParameters application_parameters(void) {
        return (RegistrarParameters){
                .what = "application",
                .interface = BLUEZ_GATT_MANAGER,
                .register_method = "RegisterApplication",
                .unregister_method = "UnregisterApplication",
                .object_path = APPLICATION_PATH,
        };
}

static RegistrarParameters advertisement_parameters(const char *what, const char *path) {
        return (RegistrarParameters){
                .what = what,
                .interface = BLUEZ_ADVERTISING,
                .register_method = "RegisterAdvertisement",
                .unregister_method = "UnregisterAdvertisement",
                .object_path = path,
        };
}

int registrars_new_one(Registrar **ret, size_t thing, const RegistrarsContext *c) {
        char path[ADVERTISEMENT_PATH_MAX], what[64] = "advertisement";
        RegistrarParameters parameters;

        if (thing == REGISTRATIONS_AGENT) {
                parameters = agent_parameters(c);
        } else if (thing == REGISTRATIONS_APPLICATION) {
                parameters = application_parameters();
        } else {
                const char *name = c->profile->advertisements[registrations_index(thing)]->section;
                if (name)
                        (void)snprintf(what, sizeof(what), "advertisement %s", name);
                advertisement_path(registrations_index(thing), registrations_side(thing), path);
                parameters = advertisement_parameters(what, path);
        }
        parameters.timeout_usec = registrars_timeout_usec(thing, c->settings);
        return registrar_new(ret, thing, c->loop, c->bus, &parameters, c->events, c->userdata);
}
