/* Keeps one thing (agent, application or advertisement) registered with BlueZ through everything.
 * The owner reports what happened and carries out what is asked; time comes in with each call.
 *
 *   STOPPED --start--> ABSENT --available, allowed--> REGISTERING --done--> REGISTERED
 *                         ^                             |   ^                  | released
 *                         | unavailable                 v   | timer            v
 *                         +---(any state)------------ WAITING <----------------+
 *
 * REGISTERING answers AlreadyExists or no answer at all with CLEARING: unregister, then WAITING.
 * stop leads through UNREGISTERING to STOPPED; unavailable on that way ends it at once. start on
 * that way leads back when it has ended.
 * A call that was under way when the adapter vanished may be read when that is back: what is
 * stopped meanwhile is unregistered then.
 * What is not allowed is not begun; what is under way or registered stays.
 * Where a call was under way when what it went to vanished, the next one waits: it may have been
 * the reason, and a bluetoothd that crashes is not to be crashed again at once.
 * What is reported in a state that does not wait for it does nothing. */
#pragma once

#include "core/backoff.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum RegistrationState {
        REGISTRATION_ABSENT,      /* what it registers with is not there, or it may not begin */
        REGISTRATION_REGISTERING, /* the call is under way */
        REGISTRATION_REGISTERED,
        REGISTRATION_CLEARING,      /* an unclear outcome is unregistered */
        REGISTRATION_WAITING,       /* for the retry timer */
        REGISTRATION_UNREGISTERING, /* on the way out */
        REGISTRATION_STOPPED,       /* nothing is held, and nothing is begun */
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
        bool wanted, available, allowed;
        bool interrupted; /* what it registers with vanished under a call */
        bool unsure;      /* the call may still be read, once that is back */
        Backoff retry;
} Registration;

/* STOPPED, not available and not allowed. */
void registration_init(Registration *r, uint64_t retry_min_usec, uint64_t retry_max_usec,
        const RegistrationEvents *events, void *userdata);
/* What it registers with is there, or gone: an owner of org.bluez, the adapter's manager. Being
 * told the same again does nothing. Unavailable voids whatever is under way. */
void registration_set_available(Registration *r, bool available);
/* Who had calls of ours to read is gone for good: bluetoothd, and not only its adapter. */
void registration_forget(Registration *r);
/* Whether a call to register may begin. */
void registration_set_allowed(Registration *r, bool allowed);
void registration_registered(Registration *r, RegistrationOutcome outcome);
void registration_unregistered(Registration *r);
/* BlueZ dropped it by itself (Release). */
void registration_released(Registration *r);
/* The reason of the last refusal is gone: tried at once, if it waits. */
void registration_retry(Registration *r);
void registration_timer(Registration *r);
void registration_start(Registration *r);
/* Unregister and end: STOPPED follows, at once if nothing is held. */
void registration_stop(Registration *r);

/* BlueZ holds nothing of it, and no call or timer is under way. */
bool registration_at_rest(const Registration *r);
const char *registration_state_name(RegistrationState state);
