/* Keeps one thing (application or advertisement) registered with BlueZ through everything. The
 * owner reports what happened and carries out what is asked; time comes in with each call.
 *
 *   ABSENT --available--> REGISTERING --done--> REGISTERED
 *      ^                     |   ^                  | released
 *      | unavailable         v   | timer            v
 *      +---(any state)--- WAITING <-----------------+
 *
 * REGISTERING answers AlreadyExists or no answer at all with CLEARING: unregister, then WAITING.
 * renew leads through CLEARING to REGISTERING, without a wait.
 * stop leads through UNREGISTERING to STOPPED; unavailable on that way ends in STOPPED at once.
 * What is reported in a state that does not wait for it does nothing. */
#pragma once

#include "core/backoff.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum RegistrationState {
        REGISTRATION_ABSENT,      /* what it registers with is not there */
        REGISTRATION_REGISTERING, /* the call is under way */
        REGISTRATION_REGISTERED,
        REGISTRATION_CLEARING,      /* an unclear outcome, or an old content, is unregistered */
        REGISTRATION_WAITING,       /* for the retry timer */
        REGISTRATION_UNREGISTERING, /* on the way out */
        REGISTRATION_STOPPED,
        _REGISTRATION_STATE_MAX,
} RegistrationState;

typedef enum RegistrationOutcome {
        REGISTRATION_OK,
        REGISTRATION_UNCLEAR, /* AlreadyExists, a timeout: BlueZ may hold it */
        REGISTRATION_REFUSED, /* any other error */
} RegistrationOutcome;

typedef struct RegistrationEvents {
        /* Start the call; report its outcome by registration_registered(), never from inside. */
        void (*call_register)(void *userdata);
        /* Start the call; report its end by registration_unregistered(), never from inside. */
        void (*call_unregister)(void *userdata);
        /* Drop the answer of a call under way: it is void. */
        void (*cancel_call)(void *userdata);
        /* Call registration_timer() in delay_usec; UINT64_MAX: no longer. */
        void (*set_timer)(uint64_t delay_usec, void *userdata);
        /* The state has changed, after its entry actions. registration_* may be called from here.
         */
        void (*changed)(RegistrationState old, RegistrationState new, void *userdata);
} RegistrationEvents;

/* Embedded in its owner; only registration_* write it. */
typedef struct Registration {
        const RegistrationEvents *events;
        void *userdata;
        RegistrationState state;
        bool renew; /* what is registered, or about to be, has an old content */
        Backoff retry;
} Registration;

void registration_init(Registration *r, uint64_t retry_min_usec, uint64_t retry_max_usec,
        const RegistrationEvents *events, void *userdata);
/* What it registers with is there, or gone: an owner of org.bluez, the adapter's manager. Being
 * told the same again does nothing. Unavailable voids whatever is under way. */
void registration_set_available(Registration *r, bool available);
void registration_registered(Registration *r, RegistrationOutcome outcome);
void registration_unregistered(Registration *r);
/* BlueZ dropped it by itself (Release). */
void registration_released(Registration *r);
/* What it registers has another content: BlueZ is to read it anew. */
void registration_renew(Registration *r);
void registration_timer(Registration *r);
/* Unregister and end: STOPPED follows, at once if nothing is held. */
void registration_stop(Registration *r);

const char *registration_state_name(RegistrationState state);
