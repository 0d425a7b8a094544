/* The order of what is registered. Each thing has states of its own (Registration); here is what
 * each may do, said anew whenever something has changed. */
#include "core/registrations.h"

#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AGENT_MANAGER_PATH "/org/bluez"

typedef struct Thing {
        Registrations *all;
        size_t number;
        Registration registration;
        bool tried; /* has had an outcome since what it registers with is there */
} Thing;

typedef struct Advert {
        bool wanted;
        bool renewed; /* the content is another: to be registered on the other side */
        bool alone;   /* was refused beside the old one: tried again once that is gone */
        unsigned side;
} Advert;

struct Registrations {
        const RegistrationsEvents *events;
        void *userdata;
        char *owner, *adapter;    /* NULL: not there */
        RegistrationsFacts facts; /* but for its strings */
        bool has_agent, active;
        bool served; /* this bluetoothd has, or had, an adapter of ours */
        bool known;  /* how the world stands */
        bool deciding, again;
        size_t n_adverts, n_things;
        Advert *adverts;
        Thing *things;
};

static Thing *side_of(const Registrations *r, size_t advert, unsigned side) {
        return &r->things[REGISTRATIONS_ADVERTISEMENTS + REGISTRATIONS_SIDES * advert + side];
}

static Thing *current(const Registrations *r, size_t advert) {
        return side_of(r, advert, r->adverts[advert].side);
}

static Thing *old_of(const Registrations *r, size_t advert) {
        return side_of(r, advert, !r->adverts[advert].side);
}

static bool is(const Thing *t, RegistrationState state) {
        return t->registration.state == state;
}

static bool at_rest(const Thing *t) {
        return registration_at_rest(&t->registration);
}

/* Gives up last what was registered first. */
static bool all_after_at_rest(const Registrations *r, size_t thing) {
        for (size_t i = thing + 1; i < r->n_things; i++)
                if (!at_rest(&r->things[i]))
                        return false;
        return true;
}

static void set_available(Thing *t, bool available) {
        if (!available)
                t->tried = false;
        registration_set_available(&t->registration, available);
}

/* What it may not is said before what it may: nothing begins by mistake in between. */
static void govern(Registrations *r, Thing *t, bool available, bool allowed, bool wanted) {
        if (!available)
                set_available(t, false);
        if (!allowed)
                registration_set_allowed(&t->registration, false);
        if (!wanted && (r->active || all_after_at_rest(r, t->number)))
                registration_stop(&t->registration);
        if (allowed)
                registration_set_allowed(&t->registration, true);
        if (available)
                set_available(t, true);
        if (wanted)
                registration_start(&t->registration);
}

static void decide_agent(Registrations *r) {
        r->served = r->owner && (r->served || r->adapter);
        govern(r, &r->things[REGISTRATIONS_AGENT], r->served, r->active && r->facts.answers,
                r->has_agent && r->active);
}

static void decide_application(Registrations *r) {
        bool agent_settled = !r->has_agent || r->things[REGISTRATIONS_AGENT].tried;

        govern(r, &r->things[REGISTRATIONS_APPLICATION], r->adapter && r->facts.gatt_manager,
                r->active && r->facts.answers && r->facts.way_clear && agent_settled, r->active);
}

static bool application_registered(const Registrations *r) {
        return is(&r->things[REGISTRATIONS_APPLICATION], REGISTRATION_REGISTERED);
}

/* Those that are to be there and come before it have had their first outcome. */
static bool others_before_settled(const Registrations *r, size_t advert) {
        for (size_t i = 0; i < advert; i++)
                if (r->adverts[i].wanted && !current(r, i)->tried)
                        return false;
        return true;
}

/* Another content goes to the side that is free. */
static void turn_over(Registrations *r, size_t i, bool allowed) {
        Advert *a = &r->adverts[i];

        if (!a->renewed)
                return;
        if (is(current(r, i), REGISTRATION_REGISTERED)) {
                if (!allowed || !at_rest(old_of(r, i)))
                        return;
                a->side = !a->side;
                current(r, i)->tried = true;
        } else if (is(current(r, i), REGISTRATION_REGISTERING)) {
                /* BlueZ may have read it already. */
                return;
        }
        a->renewed = false;
}

static void decide_advertisement(Registrations *r, size_t i) {
        Advert *a = &r->adverts[i];
        bool wanted = r->active && a->wanted && application_registered(r);
        bool available = r->adapter && r->facts.advertising_manager;
        bool allowed =
                wanted && r->facts.answers && r->facts.powered && others_before_settled(r, i);

        turn_over(r, i, allowed);
        /* The old one stays until the first outcome of the new one. */
        bool stays = wanted && is(old_of(r, i), REGISTRATION_REGISTERED) && !a->alone &&
                     (is(current(r, i), REGISTRATION_REGISTERING) || at_rest(current(r, i)));
        govern(r, current(r, i), available, allowed, wanted);
        govern(r, old_of(r, i), available, false, stays);
        if (a->alone && at_rest(old_of(r, i)) && !is(current(r, i), REGISTRATION_CLEARING)) {
                a->alone = false;
                registration_retry(&current(r, i)->registration);
        }
}

static void decide(Registrations *r) {
        r->again = true;
        if (r->deciding || !r->known)
                return;
        r->deciding = true;
        while (r->again) {
                r->again = false;
                decide_agent(r);
                decide_application(r);
                for (size_t i = 0; i < r->n_adverts; i++)
                        decide_advertisement(r, i);
        }
        r->deciding = false;
}

static const char *manager_of(const Thing *t) {
        return t->number == REGISTRATIONS_AGENT ? AGENT_MANAGER_PATH : t->all->adapter;
}

static void on_call_register(void *userdata) {
        Thing *t = userdata;
        Registrations *r = t->all;

        r->events->call_register(t->number, r->owner, manager_of(t), r->userdata);
}

static void on_call_unregister(void *userdata) {
        Thing *t = userdata;
        Registrations *r = t->all;

        r->events->call_unregister(t->number, r->owner, manager_of(t), r->userdata);
}

static void on_cancel_call(void *userdata) {
        Thing *t = userdata;

        t->all->events->cancel_call(t->number, t->all->userdata);
}

static void on_set_timer(uint64_t delay_usec, void *userdata) {
        Thing *t = userdata;

        t->all->events->set_timer(t->number, delay_usec, t->all->userdata);
}

/* Whether the old content of the same advertisement is what is in the way. */
static void note_company(Thing *t, RegistrationState new) {
        Registrations *r = t->all;

        if (t->number < REGISTRATIONS_ADVERTISEMENTS ||
                (new != REGISTRATION_WAITING &&new != REGISTRATION_CLEARING))
                return;
        size_t i = registrations_index(t->number);
        if (t == current(r, i) && !at_rest(old_of(r, i)))
                r->adverts[i].alone = true;
}

static void on_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Thing *t = userdata;
        Registrations *r = t->all;

        if (old == REGISTRATION_REGISTERING && t->registration.available) {
                t->tried = true;
                note_company(t, new);
        }
        t->tried = t->tried && new != REGISTRATION_UNREGISTERING &&new != REGISTRATION_STOPPED;
        r->events->changed(t->number, old, new, r->userdata);
        decide(r);
}

static const RegistrationEvents registration_events = {
        .call_register = on_call_register,
        .call_unregister = on_call_unregister,
        .cancel_call = on_cancel_call,
        .set_timer = on_set_timer,
        .changed = on_changed,
};

static void init_things(Registrations *r, const RegistrationsParameters *p) {
        for (size_t i = 0; i < r->n_things; i++) {
                Thing *t = &r->things[i];
                t->all = r;
                t->number = i;
                registration_init(&t->registration, p->retry_min_usec, p->retry_max_usec,
                        &registration_events, t);
        }
        for (size_t i = 0; i < r->n_adverts; i++)
                r->adverts[i].wanted = true;
}

int registrations_new(Registrations **ret, const RegistrationsParameters *parameters,
        const RegistrationsEvents *events, void *userdata) {
        Registrations *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;

        r->events = events;
        r->userdata = userdata;
        r->has_agent = parameters->agent;
        r->active = true;
        r->n_adverts = parameters->n_advertisements;
        r->n_things = REGISTRATIONS_ADVERTISEMENTS + REGISTRATIONS_SIDES * r->n_adverts;
        r->things = calloc(r->n_things, sizeof(*r->things));
        r->adverts = calloc(r->n_adverts + 1, sizeof(*r->adverts));
        if (!r->things || !r->adverts) {
                registrations_free(r);
                return -ENOMEM;
        }
        init_things(r, parameters);
        *ret = r;
        return 0;
}

void registrations_set_retry(Registrations *r, uint64_t min_usec, uint64_t max_usec) {
        for (size_t i = 0; i < r->n_things; i++)
                backoff_set_bounds(&r->things[i].registration.retry, min_usec, max_usec);
}

Registrations *registrations_free(Registrations *r) {
        if (!r)
                return NULL;
        free(r->owner);
        free(r->adapter);
        free(r->adverts);
        free(r->things);
        free(r);
        return NULL;
}

static bool same(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

/* First what is true now, then what is void by that, and only then what follows: nothing is called
 * where nobody is any more. */
static void take_names(Registrations *r, char *owner, char *adapter) {
        bool other_owner = !same(r->owner, owner);
        bool other_adapter = other_owner || !same(r->adapter, adapter);

        free(r->owner);
        free(r->adapter);
        r->owner = owner;
        r->adapter = adapter;
        if (other_owner) {
                r->served = false;
                set_available(&r->things[REGISTRATIONS_AGENT], false);
        }
        for (size_t i = REGISTRATIONS_APPLICATION; other_adapter && i < r->n_things; i++)
                set_available(&r->things[i], false);
        for (size_t i = 0; other_owner && i < r->n_things; i++)
                registration_forget(&r->things[i].registration);
}

int registrations_set_facts(Registrations *r, const RegistrationsFacts *facts) {
        bool here = facts->owner && facts->adapter, nested = r->deciding;
        char *owner = facts->owner ? strdup(facts->owner) : NULL;
        char *adapter = here ? strdup(facts->adapter) : NULL;
        bool failed = (facts->owner && !owner) || (here && !adapter);

        if (failed) {
                free(owner);
                free(adapter);
                owner = adapter = NULL;
        }
        r->facts = *facts;
        r->facts.owner = r->facts.adapter = NULL;
        r->known = true;
        r->deciding = true;
        take_names(r, owner, adapter);
        r->deciding = nested;
        decide(r);
        return failed ? -ENOMEM : 0;
}

void registrations_registered(Registrations *r, size_t thing, RegistrationOutcome outcome) {
        registration_registered(&r->things[thing].registration, outcome);
}

void registrations_unregistered(Registrations *r, size_t thing) {
        registration_unregistered(&r->things[thing].registration);
}

void registrations_timer(Registrations *r, size_t thing) {
        registration_timer(&r->things[thing].registration);
}

void registrations_released(Registrations *r, size_t thing) {
        registration_released(&r->things[thing].registration);
}

static void retry(Registrations *r, size_t advertisement) {
        r->adverts[advertisement].alone = false;
        registration_retry(&current(r, advertisement)->registration);
}

void registrations_refused_and_renewed(Registrations *r, size_t advertisement) {
        bool nested = r->deciding;

        r->deciding = true;
        registration_registered(&current(r, advertisement)->registration, REGISTRATION_REFUSED);
        retry(r, advertisement);
        r->deciding = nested;
        decide(r);
}

void registrations_want_agent(Registrations *r, bool wanted) {
        r->has_agent = wanted;
        decide(r);
}

void registrations_want(Registrations *r, size_t advertisement, bool wanted) {
        r->adverts[advertisement].wanted = wanted;
        decide(r);
}

void registrations_renew(Registrations *r, size_t advertisement) {
        bool waits = is(current(r, advertisement), REGISTRATION_WAITING);

        r->adverts[advertisement].renewed = !waits;
        if (waits)
                retry(r, advertisement);
        decide(r);
}

void registrations_set_active(Registrations *r, bool active) {
        r->active = active;
        decide(r);
}

bool registrations_at_rest(const Registrations *r) {
        for (size_t i = 0; i < r->n_things; i++)
                if (!is(&r->things[i], REGISTRATION_STOPPED))
                        return false;
        return !r->active;
}

bool registrations_complete(const Registrations *r) {
        for (size_t i = 0; i < r->n_adverts; i++)
                if (r->adverts[i].wanted && !is(current(r, i), REGISTRATION_REGISTERED) &&
                        !is(old_of(r, i), REGISTRATION_REGISTERED))
                        return false;
        return application_registered(r);
}

size_t registrations_count(const Registrations *r) {
        return r->n_things;
}

RegistrationState registrations_state(const Registrations *r, size_t thing) {
        return r->things[thing].registration.state;
}

size_t registrations_advertisement(const Registrations *r, size_t advertisement) {
        return current(r, advertisement)->number;
}
