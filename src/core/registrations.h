/* What is registered with BlueZ, and in which order: the agent, so that no central finds a table
 * that demands pairing and nobody to pair with; the application, so that no phone ever caches an
 * empty table; then the advertisements, in the order of the profile. Given up the other way round.
 *
 * - The agent is bluetoothd's and no adapter's: it is registered once there is an adapter to serve
 *   on, and stays while that is away. The application waits for its first outcome, whatever that
 *   is, and no longer: a refused agent keeps nothing off the air.
 * - An advertisement waits until the application is registered, the adapter is powered, and the one
 *   before it has had its first outcome, whatever that is. BlueZ keeps what is registered while the
 *   adapter is off.
 * - While bluetoothd does not answer nothing is begun: it would read all that at once when it goes
 *   on. Then what is to be begun is, without another pause.
 * - Another content of an advertisement is registered beside the old one, at its other path, before
 *   the old one is unregistered. Where BlueZ refuses that, the old one makes room.
 *
 * The owner reports what happened and carries out what is asked. Nothing here knows a bus. */
#pragma once

#include "core/registration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of the things that are registered. An advertisement has two, one for each of its paths:
 * REGISTRATIONS_ADVERTISEMENTS + 2 * index + side. */
enum {
        REGISTRATIONS_AGENT,
        REGISTRATIONS_APPLICATION,
        REGISTRATIONS_ADVERTISEMENTS,
};

#define REGISTRATIONS_SIDES 2

/* Of the number of an advertisement. */
static inline size_t registrations_index(size_t thing) {
        return (thing - REGISTRATIONS_ADVERTISEMENTS) / REGISTRATIONS_SIDES;
}

static inline unsigned registrations_side(size_t thing) {
        return (unsigned)((thing - REGISTRATIONS_ADVERTISEMENTS) % REGISTRATIONS_SIDES);
}

typedef struct RegistrationsParameters {
        bool agent; /* no: there is to be none */
        size_t n_advertisements;
        uint64_t retry_min_usec, retry_max_usec;
} RegistrationsParameters;

/* How the world stands. Strings are copied. */
typedef struct RegistrationsFacts {
        const char *owner;   /* unique name of bluetoothd; NULL: there is none */
        const char *adapter; /* object path of the one that is ours; NULL: there is none */
        bool gatt_manager, advertising_manager; /* it has them */
        bool powered;
        bool answers;   /* bluetoothd is not known to stand still */
        bool way_clear; /* no predecessor holds what we are about to register */
} RegistrationsFacts;

typedef struct RegistrationsEvents {
        /* As those of RegistrationEvents. The calls go to the object `manager` of `owner`, both
         * borrowed for this call. */
        void (*call_register)(size_t thing, const char *owner, const char *manager, void *userdata);
        void (*call_unregister)(
                size_t thing, const char *owner, const char *manager, void *userdata);
        void (*cancel_call)(size_t thing, void *userdata);
        void (*set_timer)(size_t thing, uint64_t delay_usec, void *userdata);
        /* registrations_* may be called from here. */
        void (*changed)(size_t thing, RegistrationState old, RegistrationState new, void *userdata);
} RegistrationsEvents;

typedef struct Registrations Registrations;

/* Active; every advertisement is wanted. Nothing begins before the first facts. -ENOMEM. */
int registrations_new(Registrations **ret, const RegistrationsParameters *parameters,
        const RegistrationsEvents *events, void *userdata);
/* Other pauses, from the next refusal on. */
void registrations_set_retry(Registrations *r, uint64_t min_usec, uint64_t max_usec);
/* Makes no call. */
Registrations *registrations_free(Registrations *registrations);

/* -ENOMEM: there is no bluetoothd then, as far as this is concerned. */
int registrations_set_facts(Registrations *r, const RegistrationsFacts *facts);

/* Outcomes of the calls; a timer that was asked for; BlueZ has dropped it by itself. What nobody
 * waits for does nothing. */
void registrations_registered(Registrations *r, size_t thing, RegistrationOutcome outcome);
void registrations_unregistered(Registrations *r, size_t thing);
void registrations_timer(Registrations *r, size_t thing);
void registrations_released(Registrations *r, size_t thing);

/* In the place of registrations_registered(): the advertisement was refused, and has another
 * content now. That is tried at once, and leaves alone what is registered at its other path. */
void registrations_refused_and_renewed(Registrations *r, size_t advertisement);

/* Whether there is to be an agent. */
void registrations_want_agent(Registrations *r, bool wanted);
/* Whether an advertisement is to be on the air. */
void registrations_want(Registrations *r, size_t advertisement, bool wanted);
/* It has another content. */
void registrations_renew(Registrations *r, size_t advertisement);
/* no: gives everything up, in order; yes: begins anew. */
void registrations_set_active(Registrations *r, bool active);

/* Nothing is held, nothing is under way, and nothing begins: the end of set_active(no). */
bool registrations_at_rest(const Registrations *r);
/* All that is to be registered is. The agent does not count. */
bool registrations_complete(const Registrations *r);
/* How many there are: the numbers from 0 on. */
size_t registrations_count(const Registrations *r);
RegistrationState registrations_state(const Registrations *r, size_t thing);
/* The path of an advertisement that counts: where its newest content is, or is to be. */
size_t registrations_advertisement(const Registrations *r, size_t advertisement);
