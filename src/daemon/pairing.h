/* Who may pair: the agent and its registration. It is bluetoothd's and no adapter's, so it outlives
 * the adapter. Whatever becomes of it, the application goes on the air. */
#pragma once

#include "config/config.h"

#include <ev.h>
#include <systemd/sd-bus.h>

typedef struct Pairing Pairing;

typedef struct PairingEvents {
        /* The device of this path is on the adapter that we serve on. The agent is everybody's, and
         * what other adapters are for we do not know. */
        bool (*is_ours)(const char *path, void *userdata);
        /* Where it stands has changed. */
        void (*changed)(void *userdata);
        /* After pairing_stop(): it is not registered any more. From the loop. */
        void (*stopped)(void *userdata);
} PairingEvents;

/* settings are borrowed for this call, profile is looked at for it. */
int pairing_new(Pairing **ret, struct ev_loop *loop, sd_bus *bus, const Settings *settings,
        const Profile *profile, const PairingEvents *events, void *userdata);
Pairing *pairing_free(Pairing *pairing);

/* The owner of BlueZ's name, NULL: gone; serves: there is an adapter that we serve on. It stays
 * registered while the adapter is away. After pairing_stop() it does nothing. */
void pairing_set_bluez(Pairing *pairing, const char *owner, bool serves);
/* Unregisters; `stopped` follows, never from inside this call. */
void pairing_stop(Pairing *pairing);

/* "NoInputNoOutput"; NULL: there is to be no agent. */
const char *pairing_capability(const Pairing *pairing);
bool pairing_registered(const Pairing *pairing);
/* BlueZ's words for the last refusal; NULL: none since it was last registered. */
const char *pairing_error(const Pairing *pairing);
