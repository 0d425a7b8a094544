#include "daemon/advertising.h"

#include "core/stray.h"
#include "daemon/billboard.h"
#include "daemon/limitations.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BlueZ counts its time in whole seconds, from before we hear that it is registered. */
#define TIMEOUT_SLACK_USEC (2 * USEC_PER_SEC)

/* One advertisement of the profile. */
typedef struct Board {
        Advertising *advertising;
        const Advertisement *advertisement;
        Billboard billboard;
        uint64_t registered_usec; /* when */
        bool wanted, registered, over;
        bool renewed; /* and not yet registered anew */
        bool tx_power_told;
        int16_t tx_power;
} Board;

/* Owned by Peripheral. */
struct Advertising {
        sd_bus *bus;
        const AdvertisingEvents *events;
        void *userdata;
        size_t centrals, centrals_max; /* connected; 0: no maximum */
        Stray stray;
        AtCentrals at_centrals;
        char *name;   /* of the plain one; NULL: the adapter's own */
        char *target; /* the owner and the adapter; NULL: there is none yet */
        AdvertisementLimits limits;
        BluezVersion version;
        bool powered;
        bool instances_known;
        size_t instances; /* that the adapter takes in all */
        size_t n_boards;
        Board boards[];
};

static const char *name_of(const Board *b) {
        return b->billboard.index == 0 ? b->advertising->name : b->advertisement->name;
}

static AdvertisementTask task_of(const Board *b) {
        const Advertising *a = b->advertising;

        return (AdvertisementTask){
                .advertisement = b->advertisement,
                .name = name_of(b),
                .limits = a->target ? &a->limits : NULL,
                .traits = bluez_version_known(a->version) ? bluez_traits(a->version) : NULL,
                .beacon = b->billboard.content.beacon,
        };
}

static void plan(Board *b) {
        const AdvertisementTask task = task_of(b);

        billboard_plan(&b->billboard, &task);
}

static bool is_full(const Advertising *a) {
        return a->centrals_max > 0 && a->centrals >= a->centrals_max;
}

static bool is_connectable(const Board *b) {
        return b->advertisement->type == ADVERTISEMENT_PERIPHERAL;
}

static bool has_room(const Board *b) {
        const Advertising *a = b->advertising;

        return !a->instances_known || b->billboard.index < a->instances;
}

/* Why it is not to be on the air; NULL: it is to be. */
static const char *why_not(const Board *b) {
        const Advertising *a = b->advertising;

        if (!a->boards[0].advertisement->advertise)
                return "advertise = no";
        if (b->over)
                return "its timeout has ended it";
        if (*b->billboard.unfit)
                return b->billboard.unfit;
        if (!has_room(b))
                return "the adapter takes no more advertisements";
        if (is_full(a) && a->at_centrals == AT_CENTRALS_STOP && is_connectable(b))
                return "as many centrals are connected as may be";
        return NULL;
}

static const char *why_not_connectable(const Board *b) {
        return is_connectable(b) && b->billboard.content.beacon
                       ? "as many centrals are connected as may be: nobody can connect"
                       : NULL;
}

static void decide_wanted(Board *b) {
        bool wanted = !why_not(b);

        if (wanted == b->wanted)
                return;
        b->wanted = wanted;
        b->advertising->events->want(b->billboard.index, wanted, b->advertising->userdata);
}

static void renew(Board *b) {
        b->renewed = true;
        b->advertising->events->renew(b->billboard.index, b->advertising->userdata);
}

static void decide_beacon(Board *b) {
        const Advertising *a = b->advertising;
        bool beacon = is_full(a) && a->at_centrals == AT_CENTRALS_BEACON && is_connectable(b);

        if (beacon == b->billboard.content.beacon)
                return;
        b->billboard.content.beacon = beacon;
        /* Elsewhere it fits as before, and what BlueZ has refused stays away. */
        if (advertisement_has(b->advertisement, ADVERTISEMENT_ITEM_SECONDARY_CHANNEL))
                plan(b);
        else
                billboard_show(&b->billboard, name_of(b));
        renew(b);
}

static void decide(Advertising *a) {
        for (size_t i = 0; i < a->n_boards; i++) {
                decide_wanted(&a->boards[i]);
                decide_beacon(&a->boards[i]);
        }
}

static void on_released(unsigned side, void *userdata) {
        Board *b = userdata;
        Advertising *a = b->advertising;
        uint64_t life = b->advertisement->timeout_usec;
        char text[ADVERTISEMENT_WHY_SIZE];

        if (life > 0 && b->registered &&
                clock_now_usec() + TIMEOUT_SLACK_USEC >= b->registered_usec + life) {
                b->over = true;
                log_info("%s: its timeout has ended it", billboard_title(&b->billboard, text));
        } else {
                log_info("BlueZ has released the %s", billboard_title(&b->billboard, text));
        }
        a->events->released(b->billboard.index, side, a->userdata);
        decide_wanted(b);
}

static void on_power_told(int16_t dbm, void *userdata) {
        Board *b = userdata;

        b->tx_power = dbm;
        b->tx_power_told = true;
}

static const LeAdvertisementEvents board_events = {
        .released = on_released,
        .power_told = on_power_told,
};

static int add_board(Advertising *a, const Advertisement *advertisement) {
        Board *b = &a->boards[a->n_boards];
        const AdvertisementTask task = {
                .advertisement = advertisement, .name = advertisement->name};

        *b = (Board){.advertising = a, .advertisement = advertisement};
        b->wanted = a->boards[0].advertisement->advertise;
        return billboard_init(&b->billboard, a->bus, a->n_boards++, &task, &board_events, b);
}

int advertising_new(Advertising **ret, sd_bus *bus, const Settings *settings,
        const Profile *profile, const AdvertisingEvents *events, void *userdata) {
        Advertising *a = calloc(1, sizeof(*a) + profile->n_advertisements * sizeof(Board));
        const char *name = profile->advertisements[0]->name;
        int r = 0;

        if (!a)
                return -ENOMEM;
        a->bus = sd_bus_ref(bus);
        a->events = events;
        a->userdata = userdata;
        a->centrals_max = settings->limits.centrals;
        a->at_centrals = settings->limits.at_centrals;
        a->name = name ? strdup(name) : NULL;
        if (name && !a->name)
                r = -ENOMEM;
        for (size_t i = 0; i < profile->n_advertisements && r >= 0; i++)
                r = add_board(a, profile->advertisements[i]);
        if (r < 0) {
                advertising_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

Advertising *advertising_free(Advertising *a) {
        if (!a)
                return NULL;
        for (size_t i = 0; i < a->n_boards; i++)
                billboard_clear(&a->boards[i].billboard);

        sd_bus_unref(a->bus);
        free(a->name);
        free(a->target);
        free(a);
        return NULL;
}

/* Whether it is another than before. */
static bool changes_target(Advertising *a, const char *owner, const AdapterInfo *adapter) {
        char *target = NULL;

        if (asprintf(&target, "%s%s", owner, adapter->path) < 0)
                return false;
        bool changed = !a->target || strcmp(a->target, target) != 0;
        free(a->target);
        a->target = target;
        return changed;
}

static void take_capabilities(Advertising *a, const AdvertisingCapabilities *c) {
        a->limits = c->limits;
        /* Before 5.77 only an experimental bluetoothd says it. */
        a->limits.experimental =
                c->limits.knows_features && !bluez_traits(a->version)->advertising_parameters;
        a->instances_known = c->known;
        a->instances = (size_t)c->active + c->free;
}

static void say_limits_of(const Board *b) {
        char text[ADVERTISEMENT_WHY_SIZE];

        limitations_log_advertisement(billboard_title(&b->billboard, text), b->advertisement,
                &b->billboard.content.plan, b->advertising->version);
}

static void say_limits(const Advertising *a) {
        size_t n = 0;

        if (!a->target || !a->boards[0].advertisement->advertise)
                return;
        for (size_t i = 0; i < a->n_boards; i++) {
                say_limits_of(&a->boards[i]);
                n += !has_room(&a->boards[i]);
        }
        if (n > 0)
                log_warning("the adapter takes %zu advertisement%s: the last %zu of the profile's "
                            "%zu are not on the air",
                        a->instances, a->instances == 1 ? "" : "s", n, a->n_boards);
}

void advertising_set_target(
        Advertising *a, const char *owner, const AdapterInfo *adapter, BluezVersion version) {
        const AdvertisementLimits before = a->limits;

        if (!owner || !adapter || !adapter->has_advertising_manager)
                return;
        bool other = changes_target(a, owner, adapter);
        a->version = version;
        a->powered = adapter->powered;
        take_capabilities(a, &adapter->advertising);
        other = other || !advertisement_limits_equal(&before, &a->limits);
        for (size_t i = 0; i < a->n_boards && other; i++)
                plan(&a->boards[i]);
        if (other)
                say_limits(a);
        decide(a);
}

void advertising_set_registered(Advertising *a, size_t index, bool registered) {
        Board *b = &a->boards[index];

        if (registered == b->registered)
                return;
        b->registered = registered;
        if (!registered)
                return;
        b->registered_usec = clock_now_usec();
        stray_registered(&a->stray, b->renewed, b->registered_usec);
        b->renewed = false;
}

bool advertising_refused(Advertising *a, size_t index, const char *error, const char *text) {
        Board *b = &a->boards[index];
        const AdvertisementTask task = task_of(b);

        return billboard_refused(&b->billboard, &task, error, text);
}

static void put_back(Advertising *a) {
        for (Board *b = a->boards; b < a->boards + a->n_boards; b++)
                if (b->registered && !b->renewed && is_connectable(b))
                        renew(b);
}

void advertising_set_centrals(Advertising *a, size_t n) {
        bool was = is_full(a);

        a->centrals = n;
        if (was != is_full(a)) {
                log_info("%zu of %zu centrals are connected", n, a->centrals_max);
                decide(a);
        }
        if (stray_set_centrals(&a->stray, n, clock_now_usec()))
                put_back(a);
}

/* It may be told while it is registered: the properties that are there stay the same. While the
 * adapter is off the kernel refuses it, and BlueZ does not tell it again. */
static bool is_live(const Board *b) {
        BluezVersion version = b->advertising->version;

        return b->registered && b->advertising->powered && bluez_version_known(version) &&
               bluez_traits(version)->live_advertising;
}

/* Of the profile's own lint has said it. */
static void say_name(const Board *b) {
        char text[ADVERTISEMENT_WHY_SIZE];

        if (billboard_cuts_name(&b->billboard, name_of(b)))
                log_warning("%s: name: %zu bytes, and %zu fit: scanners see no more of it",
                        billboard_title(&b->billboard, text), strlen(name_of(b)),
                        b->billboard.content.plan.name_shown);
}

static void rename_board(Board *b, bool had_name) {
        const AdvertisementPlan before = b->billboard.content.plan;

        plan(b);
        const AdvertisementPlan *now = &b->billboard.content.plan;
        bool other = before.left_out != now->left_out || before.ignored != now->ignored;
        bool has_name = billboard_has_name(&b->billboard);
        if (other)
                say_limits_of(b);
        say_name(b);
        if (other || (has_name && !(had_name && is_live(b))))
                renew(b);
        else if (has_name)
                billboard_tell_name(&b->billboard);
        b->over = false;
        decide_wanted(b);
}

int advertising_set_name(Advertising *a, const char *name) {
        size_t size = strlen(name);
        bool had_name = a->name != NULL;

        if (size == 0 || size > ADVERTISEMENT_NAME_MAX)
                return -EINVAL;
        char *copy = strdup(name);
        if (!copy)
                return -ENOMEM;
        free(a->name);
        a->name = copy;
        rename_board(&a->boards[0], had_name);
        return 0;
}

void advertising_reconfigure(Advertising *a, const Settings *settings) {
        a->centrals_max = settings->limits.centrals;
        a->at_centrals = settings->limits.at_centrals;
        decide(a);
}

/* One that comes or goes is not told anew as well. */
static void renew_all(Advertising *a) {
        for (size_t i = 0; i < a->n_boards; i++)
                if (a->boards[i].wanted && !why_not(&a->boards[i]))
                        renew(&a->boards[i]);
        decide(a);
}

int advertising_take(Advertising *a, const Profile *profile, const char *name) {
        if (profile->n_advertisements != a->n_boards)
                return -ENOTSUP;
        if (!name)
                name = profile->advertisements[0]->name;
        char *copy = name ? strdup(name) : NULL;
        if (name && !copy)
                return -ENOMEM;
        free(a->name);
        a->name = copy;
        for (size_t i = 0; i < a->n_boards; i++) {
                Board *b = &a->boards[i];
                b->advertisement = profile->advertisements[i];
                b->over = false;
                plan(b);
        }
        say_limits(a);
        renew_all(a);
        return 0;
}

const char *advertising_name(const Advertising *a) {
        return a->name;
}

bool advertising_is_over(const Advertising *a) {
        return a->boards[0].over;
}

const char *advertising_unfit(const Advertising *a) {
        const char *why = a->boards[0].billboard.unfit;

        return *why && a->boards[0].advertisement->advertise ? why : NULL;
}

size_t advertising_count(const Advertising *a) {
        return a->n_boards;
}

void advertising_standing(const Advertising *a, size_t index, AdvertisementStanding *ret) {
        const Board *b = &a->boards[index];
        bool cut = billboard_cuts_name(&b->billboard, name_of(b));

        *ret = (AdvertisementStanding){
                .section = b->advertisement->section,
                .wanted = b->wanted,
                .registered = b->registered,
                .over = b->over,
                .connectable = is_connectable(b) && !b->billboard.content.beacon,
                .left_out = b->billboard.content.plan.left_out,
                .ignored = b->billboard.content.plan.ignored,
                .why = why_not(b),
                .why_not_connectable = why_not_connectable(b),
                .name_size = cut ? strlen(name_of(b)) : 0,
                .name_shown = cut ? b->billboard.content.plan.name_shown : 0,
                .tx_power_told = b->tx_power_told,
                .tx_power = b->tx_power,
        };
}
