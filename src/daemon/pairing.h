/* Who may pair: whether there is to be an agent, and what it says. Its registration is presence's.
 */
#pragma once

#include "config/config.h"

#include <systemd/sd-bus.h>

typedef struct Pairing Pairing;

typedef struct PairingEvents {
        /* The device of this path is on the adapter that we serve on. The agent is everybody's, and
         * what other adapters are for we do not know. */
        bool (*is_ours)(const char *path, void *userdata);
        /* BlueZ has dropped the agent. */
        void (*released)(void *userdata);
} PairingEvents;

/* profile is looked at for this call. */
int pairing_new(Pairing **ret, sd_bus *bus, AgentCapability capability, const Profile *profile,
        const PairingEvents *events, void *userdata);
Pairing *pairing_free(Pairing *pairing);

/* "NoInputNoOutput"; NULL: there is to be no agent. */
const char *pairing_capability(const Pairing *pairing);
