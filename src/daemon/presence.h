/* What BlueZ holds of us: the application, then the advertisement, so that no phone ever caches an
 * empty table; and given up the other way round. */
#pragma once

#include "bluez/adapter-info.h"
#include "config/config.h"
#include "daemon/serving.h"

#include <ev.h>

typedef struct Presence Presence;

typedef struct PresenceEvents {
        /* The application was registered and no longer is, and its subscriptions are gone. */
        void (*application_lost)(void *userdata);
        /* Where one of the two stands has changed: to be answered by presence_set_target(). */
        void (*changed)(void *userdata);
        /* After presence_stop(): nothing is registered any more. From the loop. */
        void (*stopped)(void *userdata);
} PresenceEvents;

/* settings are borrowed for this call, profile and serving for its life. */
int presence_new(Presence **ret, struct ev_loop *loop, sd_bus *bus, const Settings *settings,
        const Profile *profile, Serving *serving, const PresenceEvents *events, void *userdata);
Presence *presence_free(Presence *presence);

/* The adapter to register with; last: the process that had it before us, or 0. */
typedef struct PresenceTarget {
        const AdapterInfo *adapter; /* NULL: there is none */
        const char *owner;          /* of BlueZ's name */
        BluezVersion version;
        pid_t last;
} PresenceTarget;

/* After presence_stop() it does nothing. */
void presence_set_target(Presence *presence, const PresenceTarget *target);
/* BlueZ has dropped the advertisement (Release). */
void presence_advertisement_released(Presence *presence);
/* The advertisement has another content. */
void presence_renew_advertisement(Presence *presence);
/* Unregisters both; `stopped` follows, never from inside this call. */
void presence_stop(Presence *presence);

/* All that is to be registered is. */
bool presence_complete(const Presence *presence);
/* BlueZ has been told the handles of the profile, or is about to be. */
bool presence_pinned(const Presence *presence);
/* A process that served before and must leave the bus first; 0: none. */
pid_t presence_predecessor(const Presence *presence);
/* BlueZ's words for the last refusal; NULL: none since it was last registered. */
const char *presence_application_error(const Presence *presence);
const char *presence_advertisement_error(const Presence *presence);
