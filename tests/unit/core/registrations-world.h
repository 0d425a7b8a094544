/* A model of BlueZ for the order of registration: what it holds, which calls it has not read yet,
 * which answers are on their way. It checks each call that is made. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/registrations.h"
#include "random.h"

#define ADVERTS_MAX    3
#define THINGS_MAX     (REGISTRATIONS_ADVERTISEMENTS + REGISTRATIONS_SIDES * ADVERTS_MAX)
#define ON_THE_WAY_MAX 64

#define RETRY_MIN_USEC 1
#define RETRY_MAX_USEC 8

/* A life of bluetoothd, and how it stands; what spored was told last is another one. */
typedef struct Facts {
        unsigned owner;   /* each life has another number; 0: there is none */
        unsigned adapter; /* the number of its path; 0: there is none */
        bool gatt_manager, advertising_manager, powered;
} Facts;

typedef struct Call {
        unsigned serial; /* 0: none is under way */
        size_t thing;
        bool registers;
        unsigned owner, adapter;
} Call;

/* From BlueZ, in order. */
typedef struct News {
        enum { NEWS_FACTS, NEWS_REPLY, NEWS_RELEASE } kind;
        Facts facts;
        Call call;
        RegistrationOutcome outcome;
} News;

typedef struct World {
        Random random;
        Registrations *r;
        bool has_agent;
        size_t n_adverts, n_things;
        Facts true_facts, told;
        bool way_clear, answers, active, well;
        uint32_t calm_percent;
        unsigned last_owner, last_serial;
        bool held[THINGS_MAX];             /* by the bluetoothd that lives */
        unsigned held_content[THINGS_MAX]; /* as it was read */
        unsigned content[ADVERTS_MAX];
        bool wanted[ADVERTS_MAX];
        Call calls[THINGS_MAX], queue[ON_THE_WAY_MAX]; /* under way; not read by BlueZ yet */
        News news[ON_THE_WAY_MAX];
        size_t n_queue, n_news;
        bool timers[THINGS_MAX];
        uint64_t next_delay_usec[THINGS_MAX];
        unsigned asked_owner[THINGS_MAX]; /* to register it, last */
        unsigned served;                  /* the last life that was told with an adapter */
        unsigned agent_answered;          /* the last life in which its first call had an outcome */
} World;

static bool chance(World *w, uint32_t of) {
        return random_below(&w->random, of) == 0;
}

static void owner_name(unsigned owner, char out[static 16]) {
        (void)snprintf(out, 16, ":1.%u", owner);
}

static void adapter_path(unsigned adapter, char out[static 32]) {
        (void)snprintf(out, 32, "/org/bluez/hci%u", adapter);
}

static void post(World *w, News news) {
        assert_true(w->n_news < ON_THE_WAY_MAX);
        w->news[w->n_news++] = news;
}

/* What spored does. */

static bool in_company(const World *w, size_t after) {
        for (size_t i = after + 1; i < w->n_things; i++)
                if (w->calls[i].serial > 0 ||
                        registrations_state(w->r, i) == REGISTRATION_REGISTERED)
                        return true;
        return false;
}

static void assert_may_register(const World *w, size_t thing) {
        assert_true(w->active && w->answers);
        if (thing == REGISTRATIONS_AGENT) {
                assert_true(w->has_agent);
                assert_int_equal(w->served, w->told.owner);
        } else if (thing == REGISTRATIONS_APPLICATION) {
                assert_true(w->told.gatt_manager && w->way_clear);
                assert_true(!w->has_agent || w->agent_answered == w->told.owner);
        } else {
                assert_true(w->told.advertising_manager && w->told.powered);
                assert_true(w->wanted[registrations_index(thing)]);
                assert_int_equal(registrations_state(w->r, REGISTRATIONS_APPLICATION),
                        REGISTRATION_REGISTERED);
        }
}

/* Never to who is gone, never two at a time. */
static void call(World *w, size_t thing, bool registers, const char *owner, const char *manager) {
        char name[16], path[32] = "/org/bluez";

        assert_int_equal(w->calls[thing].serial, 0);
        assert_false(w->timers[thing]);
        assert_true(w->told.owner > 0);
        owner_name(w->told.owner, name);
        assert_string_equal(owner, name);
        if (thing != REGISTRATIONS_AGENT) {
                assert_true(w->told.adapter > 0);
                adapter_path(w->told.adapter, path);
        }
        assert_string_equal(manager, path);
        Call c = {++w->last_serial, thing, registers, w->told.owner, w->told.adapter};
        assert_true(w->n_queue < ON_THE_WAY_MAX);
        w->calls[thing] = w->queue[w->n_queue++] = c;
}

static void on_call_register(size_t thing, const char *owner, const char *manager, void *userdata) {
        World *w = userdata;

        assert_may_register(w, thing);
        w->asked_owner[thing] = w->told.owner;
        call(w, thing, true, owner, manager);
}

static void on_call_unregister(
        size_t thing, const char *owner, const char *manager, void *userdata) {
        World *w = userdata;

        /* Only who may hold it is asked to give it up. */
        assert_int_equal(w->asked_owner[thing], w->told.owner);
        /* What was registered first leaves last. */
        if (!w->active && registrations_state(w->r, thing) == REGISTRATION_UNREGISTERING)
                assert_false(in_company(w, thing));
        call(w, thing, false, owner, manager);
}

static void on_cancel_call(size_t thing, void *userdata) {
        World *w = userdata;

        assert_true(w->calls[thing].serial > 0);
        w->calls[thing].serial = 0;
}

static void on_set_timer(size_t thing, uint64_t delay_usec, void *userdata) {
        World *w = userdata;

        w->timers[thing] = delay_usec != UINT64_MAX;
        if (!w->timers[thing])
                return;
        /* Each pause is twice the one before. */
        uint64_t *next_usec = &w->next_delay_usec[thing];
        assert_int_equal(delay_usec, *next_usec);
        *next_usec = *next_usec < RETRY_MAX_USEC / 2 ? 2 * *next_usec : RETRY_MAX_USEC;
}

static void on_changed(size_t thing, RegistrationState old, RegistrationState new, void *userdata);

static const RegistrationsEvents events = {
        .call_register = on_call_register,
        .call_unregister = on_call_unregister,
        .cancel_call = on_cancel_call,
        .set_timer = on_set_timer,
        .changed = on_changed,
};

static void tell_facts(World *w) {
        char owner[16], adapter[32];
        RegistrationsFacts facts = {
                .owner = w->told.owner > 0 ? owner : NULL,
                .adapter = w->told.adapter > 0 ? adapter : NULL,
                .gatt_manager = w->told.gatt_manager,
                .advertising_manager = w->told.advertising_manager,
                .powered = w->told.powered,
                .answers = w->answers,
                .way_clear = w->way_clear,
        };

        if (w->told.adapter > 0)
                w->served = w->told.owner;
        owner_name(w->told.owner, owner);
        adapter_path(w->told.adapter, adapter);
        assert_int_equal(registrations_set_facts(w->r, &facts), 0);
}

/* Its owner answers each change by saying how the world stands. */
static void on_changed(size_t thing, RegistrationState old, RegistrationState new, void *userdata) {
        World *w = userdata;

        assert_int_not_equal(old, new);
        if (new == REGISTRATION_REGISTERED)
                w->next_delay_usec[thing] = RETRY_MIN_USEC;
        tell_facts(w);
}

/* What BlueZ does. */

static bool carried_out(World *w, const Call *c, RegistrationOutcome *ret) {
        bool there = c->thing == REGISTRATIONS_AGENT ||
                     (c->adapter == w->true_facts.adapter &&
                             (c->thing == REGISTRATIONS_APPLICATION
                                             ? w->true_facts.gatt_manager
                                             : w->true_facts.advertising_manager));

        *ret = REGISTRATION_REFUSED;
        if (!there)
                return false;
        if (c->registers && w->held[c->thing])
                *ret = REGISTRATION_UNCLEAR; /* AlreadyExists */
        if (c->registers && (w->held[c->thing] || (!w->well && chance(w, 5))))
                return false;
        if (c->registers && c->thing >= REGISTRATIONS_ADVERTISEMENTS && !w->true_facts.powered)
                return false;
        *ret = REGISTRATION_OK;
        return true;
}

/* BlueZ reads the next call. It is silent now and then, whatever it has done. */
static void read_call(World *w) {
        RegistrationOutcome outcome;
        Call c = w->queue[0];

        memmove(w->queue, w->queue + 1, --w->n_queue * sizeof(Call));
        if (c.owner != w->true_facts.owner)
                return;
        if (carried_out(w, &c, &outcome)) {
                w->held[c.thing] = c.registers;
                if (c.thing >= REGISTRATIONS_ADVERTISEMENTS)
                        w->held_content[c.thing] = w->content[registrations_index(c.thing)];
        }
        if (w->well || !chance(w, 6))
                post(w, (News){.kind = NEWS_REPLY, .call = c, .outcome = outcome});
}

static void drop(World *w, size_t from, size_t to) {
        for (size_t i = from; i < to; i++)
                w->held[i] = false;
}

static void change_facts(World *w, Facts facts) {
        const Facts *old = &w->true_facts;

        if (facts.owner != old->owner)
                drop(w, 0, w->n_things);
        if (facts.adapter != old->adapter || !facts.gatt_manager)
                drop(w, REGISTRATIONS_APPLICATION, REGISTRATIONS_ADVERTISEMENTS);
        if (facts.adapter != old->adapter || !facts.advertising_manager)
                drop(w, REGISTRATIONS_ADVERTISEMENTS, w->n_things);
        w->true_facts = facts;
        post(w, (News){.kind = NEWS_FACTS, .facts = facts});
}

/* A bluetoothd dies, or gives its name to another: then it still answers what it has read. */
static void change_owner(World *w) {
        Facts none = {0};
        Call late[THINGS_MAX];

        memcpy(late, w->calls, sizeof(late));
        if (w->true_facts.owner > 0 && chance(w, 2)) {
                change_facts(w, none);
                return;
        }
        none.owner = ++w->last_owner;
        change_facts(w, none);
        for (size_t i = 0; i < w->n_things; i++)
                if (late[i].serial > 0 && chance(w, 2))
                        post(w, (News){.kind = NEWS_REPLY,
                                        .call = late[i],
                                        .outcome = REGISTRATION_OK});
}

static void change_adapter(World *w) {
        Facts f = w->true_facts;

        if (f.owner == 0)
                return;
        if (f.adapter == 0 || chance(w, 4)) {
                f = (Facts){.owner = f.owner, .adapter = 1 + random_below(&w->random, 3)};
                f.gatt_manager = chance(w, 2);
                f.advertising_manager = f.gatt_manager && chance(w, 2);
                f.powered = chance(w, 2);
        } else if (chance(w, 3)) {
                f = (Facts){.owner = f.owner};
        } else if (!f.gatt_manager || chance(w, 8)) {
                f.gatt_manager = !f.gatt_manager;
        } else if (!f.advertising_manager || chance(w, 8)) {
                f.advertising_manager = !f.advertising_manager;
        } else {
                f.powered = !f.powered;
        }
        change_facts(w, f);
}

static void release(World *w) {
        size_t thing = random_below(&w->random, (uint32_t)w->n_things);

        if (thing == REGISTRATIONS_APPLICATION || !w->held[thing])
                return;
        w->held[thing] = false;
        post(w, (News){.kind = NEWS_RELEASE, .call.thing = thing});
}

/* What reaches spored. */

static void end_call(World *w, size_t thing, RegistrationOutcome outcome) {
        bool registers = w->calls[thing].registers;

        w->calls[thing].serial = 0;
        if (thing == REGISTRATIONS_AGENT && registers)
                w->agent_answered = w->told.owner;
        if (!registers) {
                registrations_unregistered(w->r, thing);
        } else if (thing >= REGISTRATIONS_ADVERTISEMENTS && outcome == REGISTRATION_REFUSED &&
                   !w->well && chance(w, 3)) {
                w->content[registrations_index(thing)]++;
                registrations_refused_and_renewed(w->r, registrations_index(thing));
        } else {
                registrations_registered(w->r, thing, outcome);
        }
}

static void hear(World *w) {
        News n = w->news[0];

        memmove(w->news, w->news + 1, --w->n_news * sizeof(News));
        switch (n.kind) {
        case NEWS_FACTS:
                /* Another bluetoothd may be told with its adapter at once. */
                if (w->n_news > 0 && w->news[0].kind == NEWS_FACTS &&
                        w->news[0].facts.owner != w->told.owner && chance(w, 2)) {
                        hear(w);
                        break;
                }
                w->told = n.facts;
                tell_facts(w);
                break;
        case NEWS_REPLY:
                if (w->calls[n.call.thing].serial == n.call.serial)
                        end_call(w, n.call.thing, n.outcome);
                break;
        case NEWS_RELEASE:
                registrations_released(w->r, n.call.thing);
                break;
        }
}

static void time_passes(World *w) {
        size_t thing = random_below(&w->random, (uint32_t)w->n_things);

        if (w->timers[thing]) {
                w->timers[thing] = false;
                registrations_timer(w->r, thing);
        } else if (w->calls[thing].serial > 0 && !w->well && chance(w, 4)) {
                end_call(w, thing, REGISTRATION_UNCLEAR);
        }
}

static void wish(World *w) {
        size_t i = random_below(&w->random, ADVERTS_MAX);

        if (chance(w, 6)) {
                w->active = !w->active;
                registrations_set_active(w->r, w->active);
        } else if (chance(w, 4)) {
                w->way_clear = !w->way_clear;
                tell_facts(w);
        } else if (chance(w, 4)) {
                w->answers = !w->answers;
                tell_facts(w);
        } else if (i < w->n_adverts && chance(w, 3)) {
                w->wanted[i] = !w->wanted[i];
                registrations_want(w->r, i, w->wanted[i]);
        } else if (i < w->n_adverts) {
                w->content[i]++;
                registrations_renew(w->r, i);
        }
}
