/* The states of one registration. */
#include "core/registration.h"
#include "util/cleanup.h"

static const char *const state_names[_REGISTRATION_STATE_MAX] = {
        [REGISTRATION_ABSENT] = "absent",
        [REGISTRATION_REGISTERING] = "registering",
        [REGISTRATION_REGISTERED] = "registered",
        [REGISTRATION_CLEARING] = "clearing",
        [REGISTRATION_WAITING] = "waiting",
        [REGISTRATION_UNREGISTERING] = "unregistering",
        [REGISTRATION_STOPPED] = "stopped",
};

/* The only writer of the state. Tells its owner last: the owner may free r there or report the
 * next event. */
static void registration_enter_state(Registration *r, RegistrationState state) {
        RegistrationState old = r->state;

        r->state = state;
        if (state == REGISTRATION_REGISTERING || state == REGISTRATION_UNREGISTERING)
                r->unsure = false;
        if (old == REGISTRATION_WAITING)
                r->events->set_timer(UINT64_MAX, r->userdata);

        switch (state) {
        case REGISTRATION_REGISTERING:
                r->events->call_register(r->userdata);
                break;
        case REGISTRATION_REGISTERED:
                backoff_reset(&r->retry);
                break;
        case REGISTRATION_CLEARING:
                r->events->call_unregister(r->userdata);
                break;
        case REGISTRATION_WAITING:
                r->events->set_timer(backoff_next_usec(&r->retry), r->userdata);
                break;
        case REGISTRATION_UNREGISTERING:
                /* From CLEARING the same call is already under way. */
                if (old != REGISTRATION_CLEARING)
                        r->events->call_unregister(r->userdata);
                break;
        case REGISTRATION_ABSENT:
        case REGISTRATION_STOPPED:
        case _REGISTRATION_STATE_MAX:
                break;
        }
        r->events->changed(old, state, r->userdata);
}

void registration_init(Registration *r, uint64_t retry_min_usec, uint64_t retry_max_usec,
        const RegistrationEvents *events, void *userdata) {
        *r = (Registration){
                .events = events,
                .userdata = userdata,
                .state = REGISTRATION_STOPPED,
        };
        backoff_init(&r->retry, retry_min_usec, retry_max_usec);
}

static void begin(Registration *r) {
        bool interrupted = r->interrupted;

        if (r->state != REGISTRATION_ABSENT || !r->available || !r->allowed)
                return;
        r->interrupted = false;
        registration_enter_state(r, interrupted ? REGISTRATION_WAITING : REGISTRATION_REGISTERING);
}

/* Nothing is held and no call is under way: where it goes on from there. */
static void settle(Registration *r) {
        registration_enter_state(r, r->wanted ? REGISTRATION_ABSENT : REGISTRATION_STOPPED);
        begin(r);
}

static void try_later(Registration *r) {
        registration_enter_state(r, r->allowed ? REGISTRATION_WAITING : REGISTRATION_ABSENT);
}

static void become_unavailable(Registration *r) {
        switch (r->state) {
        case REGISTRATION_REGISTERING:
                r->interrupted = r->unsure = true;
                r->events->cancel_call(r->userdata);
                settle(r);
                break;
        case REGISTRATION_CLEARING:
        case REGISTRATION_UNREGISTERING:
                /* Who held it is gone, and with it what it held. */
                r->events->cancel_call(r->userdata);
                settle(r);
                break;
        case REGISTRATION_REGISTERED:
        case REGISTRATION_WAITING:
                settle(r);
                break;
        case REGISTRATION_ABSENT:
        case REGISTRATION_STOPPED:
        case _REGISTRATION_STATE_MAX:
                break;
        }
}

void registration_set_available(Registration *r, bool available) {
        r->available = available;
        if (available && r->unsure && r->state == REGISTRATION_STOPPED)
                registration_enter_state(r, REGISTRATION_UNREGISTERING);
        else if (available)
                begin(r);
        else
                become_unavailable(r);
}

void registration_forget(Registration *r) {
        r->unsure = false;
}

void registration_set_allowed(Registration *r, bool allowed) {
        r->allowed = allowed;
        if (allowed)
                begin(r);
        else if (r->state == REGISTRATION_WAITING)
                registration_enter_state(r, REGISTRATION_ABSENT);
}

void registration_registered(Registration *r, RegistrationOutcome outcome) {
        if (r->state != REGISTRATION_REGISTERING)
                return;

        switch (outcome) {
        case REGISTRATION_OK:
                registration_enter_state(r, REGISTRATION_REGISTERED);
                break;
        case REGISTRATION_UNCLEAR:
                registration_enter_state(r, REGISTRATION_CLEARING);
                break;
        case REGISTRATION_REFUSED:
                try_later(r);
                break;
        }
}

void registration_unregistered(Registration *r) {
        if (r->state == REGISTRATION_CLEARING)
                try_later(r);
        else if (r->state == REGISTRATION_UNREGISTERING)
                settle(r);
}

void registration_released(Registration *r) {
        if (r->state == REGISTRATION_REGISTERED)
                try_later(r);
}

void registration_retry(Registration *r) {
        if (r->state == REGISTRATION_WAITING)
                registration_enter_state(r, REGISTRATION_REGISTERING);
}

void registration_timer(Registration *r) {
        registration_retry(r);
}

void registration_start(Registration *r) {
        r->wanted = true;
        if (r->state == REGISTRATION_STOPPED)
                settle(r);
}

void registration_stop(Registration *r) {
        r->wanted = false;
        switch (r->state) {
        case REGISTRATION_REGISTERING:
                /* BlueZ may hold it already; it serves the calls of one sender in order. */
                r->events->cancel_call(r->userdata);
                registration_enter_state(r, REGISTRATION_UNREGISTERING);
                break;
        case REGISTRATION_REGISTERED:
        case REGISTRATION_CLEARING:
                registration_enter_state(r, REGISTRATION_UNREGISTERING);
                break;
        case REGISTRATION_ABSENT:
        case REGISTRATION_WAITING:
                registration_enter_state(r, r->available && r->unsure ? REGISTRATION_UNREGISTERING
                                                                      : REGISTRATION_STOPPED);
                break;
        case REGISTRATION_UNREGISTERING:
        case REGISTRATION_STOPPED:
        case _REGISTRATION_STATE_MAX:
                break;
        }
}

bool registration_at_rest(const Registration *r) {
        return r->state == REGISTRATION_ABSENT || r->state == REGISTRATION_STOPPED;
}

const char *registration_state_name(RegistrationState state) {
        return (size_t)state < ELEMENTS(state_names) ? state_names[state] : "invalid";
}
