#include "daemon/pairing.h"

#include "bluez/agent.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Peripheral. */
struct Pairing {
        const PairingEvents *events;
        void *userdata;
        const char *capability; /* NULL: no agent */
        Agent *agent;
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

static void on_released(void *userdata) {
        Pairing *p = userdata;

        log_info("BlueZ has released the agent");
        p->events->released(p->userdata);
}

static bool on_may_pair(const char *path, void *userdata) {
        const Pairing *p = userdata;

        return p->events->is_ours(path, p->userdata);
}

static const AgentEvents agent_events = {.may_pair = on_may_pair, .released = on_released};

int pairing_new(Pairing **ret, sd_bus *bus, AgentCapability capability, const Profile *profile,
        const PairingEvents *events, void *userdata) {
        Pairing *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->events = events;
        p->userdata = userdata;
        p->capability = capability_for(capability, profile);
        int r = p->capability ? agent_new(&p->agent, bus, &agent_events, p) : 0;
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
        agent_free(p->agent);
        free(p);
        return NULL;
}

const char *pairing_capability(const Pairing *p) {
        return p->capability;
}
