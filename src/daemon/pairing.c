#include "daemon/pairing.h"

#include "bluez/agent.h"
#include "bluez/names.h"
#include "bluez/registrar.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Peripheral. */
struct Pairing {
        struct ev_loop *loop;
        const PairingEvents *events;
        void *userdata;
        const char *capability; /* NULL: no agent, and neither of the next two */
        Agent *agent;
        Registrar *registrar;
        bool wanted;             /* this BlueZ has, or had, an adapter that we serve on */
        struct ev_timer stopped; /* so that `stopped` is told from the loop */
        bool stopping;
};

static const char *capability_for(AgentCapability capability, const Profile *profile) {
        switch (capability) {
        case AGENT_CAPABILITY_AUTO:
                return profile_demands_security(profile) ? "NoInputNoOutput" : NULL;
        case AGENT_CAPABILITY_NO_INPUT_NO_OUTPUT:
                return "NoInputNoOutput";
        case AGENT_CAPABILITY_NONE:
                break;
        }
        return NULL;
}

static void on_stopped(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Pairing *p = w->data;

        p->events->stopped(p->userdata);
}

static void on_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Pairing *p = userdata;

        if (p->stopping && new == REGISTRATION_STOPPED)
                timer_start_once(p->loop, &p->stopped, 0);
        p->events->changed(p->userdata);
}

static const RegistrarEvents registrar_events = {.changed = on_changed};

static void on_released(void *userdata) {
        Pairing *p = userdata;

        log_info("BlueZ has released the agent");
        registrar_released(p->registrar);
}

static bool on_may_pair(const char *path, void *userdata) {
        const Pairing *p = userdata;

        return p->events->is_ours(path, p->userdata);
}

static const AgentEvents agent_events = {.may_pair = on_may_pair, .released = on_released};

static int new_agent(Pairing *p, sd_bus *bus, const Settings *settings) {
        RegistrarParameters parameters = {
                .what = "agent",
                .interface = BLUEZ_AGENT_MANAGER,
                .register_method = "RegisterAgent",
                .register_text = p->capability,
                .then_method = "RequestDefaultAgent",
                .unregister_method = "UnregisterAgent",
                .object_path = AGENT_PATH,
                .timeout_usec = settings->bluez.call_timeout_usec,
                .retry_min_usec = settings->bluez.retry_min_usec,
                .retry_max_usec = settings->bluez.retry_max_usec,
        };

        int r = agent_new(&p->agent, bus, &agent_events, p);
        return r < 0 ? r
                     : registrar_new(
                               &p->registrar, p->loop, bus, &parameters, &registrar_events, p);
}

int pairing_new(Pairing **ret, struct ev_loop *loop, sd_bus *bus, const Settings *settings,
        const Profile *profile, const PairingEvents *events, void *userdata) {
        Pairing *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->events = events;
        p->userdata = userdata;
        p->capability = capability_for(settings->agent.capability, profile);
        ev_timer_init(&p->stopped, on_stopped, 0., 0.);
        p->stopped.data = p;
        int r = p->capability ? new_agent(p, bus, settings) : 0;
        if (r < 0) {
                pairing_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Pairing *pairing_free(Pairing *p) {
        if (!p)
                return NULL;
        ev_timer_stop(p->loop, &p->stopped);
        registrar_free(p->registrar);
        agent_free(p->agent);
        free(p);
        return NULL;
}

void pairing_set_bluez(Pairing *p, const char *owner, bool serves) {
        if (!p->registrar || p->stopping)
                return;
        p->wanted = owner && (p->wanted || serves);
        registrar_set_manager(p->registrar, owner, p->wanted ? BLUEZ_PATH : NULL);
}

void pairing_stop(Pairing *p) {
        p->stopping = true;
        if (p->registrar)
                registrar_stop(p->registrar);
        else
                timer_start_once(p->loop, &p->stopped, 0);
}

const char *pairing_capability(const Pairing *p) {
        return p->capability;
}

bool pairing_registered(const Pairing *p) {
        return p->registrar && registrar_state(p->registrar) == REGISTRATION_REGISTERED;
}

const char *pairing_error(const Pairing *p) {
        return p->registrar ? registrar_error(p->registrar) : NULL;
}
