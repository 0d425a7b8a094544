/* What BlueZ holds of us: the agent, the application, then the advertisements, and given up the
 * other way round. Carries out what core/registrations.h decides, and says what to tell BlueZ of
 * the handles. */
#pragma once

#include "bluez/adapter-info.h"
#include "config/config.h"
#include "core/registration.h"
#include "daemon/serving.h"

#include <ev.h>

typedef struct Presence Presence;

typedef struct PresenceEvents {
        /* The application was registered and no longer is, and its subscriptions are gone. */
        void (*application_lost)(void *userdata);
        /* BlueZ refuses an advertisement, or does not answer; name is the error's. Returns whether
         * it has another content now: that is tried at once, else the same one later. */
        bool (*advertisement_refused)(
                size_t index, const char *name, const char *text, void *userdata);
        void (*advertisement_registered)(size_t index, void *userdata);
        /* Where one of them stands has changed: to be answered by presence_set_target(). */
        void (*changed)(void *userdata);
        /* After presence_stop(): nothing is registered any more. From the loop. */
        void (*stopped)(void *userdata);
} PresenceEvents;

/* What is to be registered, and how. */
typedef struct PresenceParameters {
        const Settings *settings; /* borrowed for the call of presence_new() */
        const Profile *profile;   /* this one and serving for its life */
        Serving *serving;
        const char *agent; /* its capability; NULL: there is to be none */
} PresenceParameters;

int presence_new(Presence **ret, struct ev_loop *loop, sd_bus *bus,
        const PresenceParameters *parameters, const PresenceEvents *events, void *userdata);
Presence *presence_free(Presence *presence);
/* Other times and tries, from the next call on. */
void presence_reconfigure(Presence *presence, const Settings *settings);

/* The adapter to register with; last: the process that had it before us, or 0. */
typedef struct PresenceTarget {
        const AdapterInfo *adapter; /* NULL: there is none */
        const char *owner;          /* of BlueZ's name */
        BluezVersion version;
        bool answers; /* it is not known to stand still */
        pid_t last;
} PresenceTarget;

/* After presence_stop() it does nothing. */
void presence_set_target(Presence *presence, const PresenceTarget *target);
/* Another agent, by its capability, which lives as long as the presence; NULL: none. */
void presence_set_agent(Presence *presence, const char *capability);
/* BlueZ has dropped the agent, or the advertisement of this path (Release). */
void presence_agent_released(Presence *presence);
void presence_advertisement_released(Presence *presence, size_t index, unsigned side);
/* The advertisement has another content: it is registered at its other path, and then unregistered
 * at this one. */
void presence_renew_advertisement(Presence *presence, size_t index);
/* Whether it is to be on the air. Each is at first, unless its profile says no. */
void presence_want_advertisement(Presence *presence, size_t index, bool wanted);
/* Unregisters all; `stopped` follows, never from inside this call. */
void presence_stop(Presence *presence);
/* Unregisters all that BlueZ may hold without waiting for an answer, for who frees it next. */
void presence_leave(Presence *presence);

/* All that is to be registered is, but for the agent. */
bool presence_complete(const Presence *presence);
/* BlueZ has been told the handles of the profile, or is about to be. */
bool presence_pinned(const Presence *presence);
/* A process that served before and must leave the bus first; 0: none. */
pid_t presence_predecessor(const Presence *presence);
/* BlueZ's words for the last refusal; NULL: none since it was last registered. */
const char *presence_agent_error(const Presence *presence);
const char *presence_application_error(const Presence *presence);
const char *presence_advertisement_error(const Presence *presence, size_t index);
bool presence_agent_registered(const Presence *presence);
/* Of the path that its newest content has. */
RegistrationState presence_advertisement_state(const Presence *presence, size_t index);
/* BlueZ has it registered, with its newest content or with the one before. */
bool presence_advertisement_on_air(const Presence *presence, size_t index);
/* What BlueZ may still hold: "the agent, the application and 2
 * advertisements"; empty: nothing. */
void presence_left(const Presence *presence, char *out, size_t size);
