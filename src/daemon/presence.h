/* What BlueZ holds of us: the application, then the advertisement, so that no phone ever caches an
 * empty table; and given up the other way round. */
#pragma once

#include "bluez/adapter-info.h"
#include "config/config.h"

#include <ev.h>

typedef struct Presence Presence;

typedef struct PresenceEvents {
        /* The application was registered and no longer is, and its subscriptions are gone. */
        void (*application_lost)(void *userdata);
        /* Where one of the two stands has changed: to be answered by presence_set_adapter(). */
        void (*changed)(void *userdata);
        /* After presence_stop(): nothing is registered any more. From the loop. */
        void (*stopped)(void *userdata);
} PresenceEvents;

/* advertise: no, and the application is all. settings are borrowed for this call. */
int presence_new(Presence **ret, struct ev_loop *loop, sd_bus *bus, const Settings *settings,
        bool advertise, const PresenceEvents *events, void *userdata);
Presence *presence_free(Presence *presence);

/* The adapter to register with, NULL: there is none; and the owner of BlueZ's name. After
 * presence_stop() it does nothing. */
void presence_set_adapter(Presence *presence, const char *owner, const AdapterInfo *adapter);
/* BlueZ has dropped the advertisement (Release). */
void presence_advertisement_released(Presence *presence);
/* The advertisement has another content. */
void presence_renew_advertisement(Presence *presence);
/* Unregisters both; `stopped` follows, never from inside this call. */
void presence_stop(Presence *presence);

/* All that is to be registered is. */
bool presence_complete(const Presence *presence);
/* BlueZ's words for the last refusal; NULL: none since it was last registered. */
const char *presence_application_error(const Presence *presence);
const char *presence_advertisement_error(const Presence *presence);
