#include "daemon/advertising.h"

#include "bluez/le-advertisement.h"
#include "bluez/names.h"
#include "daemon/limitations.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BlueZ counts its time in whole seconds, from before we hear that it is registered. */
#define TIMEOUT_SLACK_USEC (2 * USEC_PER_SEC)

/* Refusals of "Failed to register advertisement" before less is said: the kernel may be busy. */
#define REFUSALS_MAX 2

/* One advertisement of the profile. */
typedef struct Board {
        Advertising *advertising;
        size_t index;
        const Advertisement *advertisement;
        LeAdvertisementContent content; /* its name is owned */
        LeAdvertisement *sides[2];      /* both show it */
        unsigned refusals;              /* of what it says now */
        uint64_t registered_usec;       /* when */
        bool wanted, registered, over;
        bool tx_power_told;
        int16_t tx_power;
} Board;

/* Owned by Peripheral. */
struct Advertising {
        sd_bus *bus;
        const AdvertisingEvents *events;
        void *userdata;
        size_t centrals, centrals_max; /* connected; 0: no maximum */
        AtCentrals at_centrals;
        char *name;   /* of the plain one; NULL: the adapter's own */
        char *target; /* the owner and the adapter; NULL: there is none yet */
        AdvertisementLimits limits;
        BluezVersion version;
        bool instances_known;
        size_t instances; /* that the adapter takes in all */
        size_t n_boards;
        Board boards[];
};

static const char *name_of(const Board *b) {
        return b->index == 0 ? b->advertising->name : b->advertisement->name;
}

/* "advertisement", "advertisement beacon" */
static const char *title(const Board *b, char out[static ADVERTISEMENT_WHY_SIZE]) {
        (void)snprintf(out, ADVERTISEMENT_WHY_SIZE, "advertisement%s%.80s",
                b->advertisement->section ? " " : "",
                b->advertisement->section ? b->advertisement->section : "");
        return out;
}

static AdvertisementTask task_of(const Board *b) {
        const Advertising *a = b->advertising;

        return (AdvertisementTask){
                .advertisement = b->advertisement,
                .name = name_of(b),
                .limits = a->target ? &a->limits : NULL,
                .traits = bluez_version_known(a->version) ? bluez_traits(a->version) : NULL,
        };
}

static int set_content_name(Board *b) {
        const char *name = name_of(b);
        char *copy = name ? strndup(name, b->content.plan.name_size) : NULL;

        if (name && !copy)
                return -ENOMEM;
        free(b->content.name);
        b->content.name = copy;
        return 0;
}

/* On both sides, for whichever BlueZ reads next. */
static int show(Board *b) {
        int r = set_content_name(b);

        for (size_t i = 0; i < 2 && r >= 0; i++)
                if (b->sides[i])
                        r = le_advertisement_renew(b->sides[i]);
        return r;
}

static void show_or_log(Board *b) {
        int r = show(b);

        if (r < 0)
                log_error("BlueZ cannot be told what to advertise: %s", strerror(-r));
}

/* From the top. What does not fit in any way is left for BlueZ to refuse. */
static void plan(Board *b) {
        const AdvertisementTask task = task_of(b);
        char why[ADVERTISEMENT_WHY_SIZE], text[ADVERTISEMENT_WHY_SIZE];

        b->refusals = 0;
        if (advertisement_plan(&b->content.plan, &task, why) == ADVERTISEMENT_E_SIZE)
                log_warning("%s: %s", title(b, text), why);
        show_or_log(b);
}

static bool is_full(const Advertising *a) {
        return a->centrals_max > 0 && a->centrals >= a->centrals_max;
}

static bool is_connectable(const Board *b) {
        return b->advertisement->type == ADVERTISEMENT_PERIPHERAL;
}

static bool has_room(const Board *b) {
        const Advertising *a = b->advertising;

        return !a->instances_known || b->index < a->instances;
}

static bool wants(const Board *b) {
        const Advertising *a = b->advertising;

        if (!a->boards[0].advertisement->advertise || b->over || !has_room(b))
                return false;
        return !is_full(a) || a->at_centrals != AT_CENTRALS_STOP || !is_connectable(b);
}

static void decide_wanted(Board *b) {
        bool wanted = wants(b);

        if (wanted == b->wanted)
                return;
        b->wanted = wanted;
        b->advertising->events->want(b->index, wanted, b->advertising->userdata);
}

static void decide_beacon(Board *b) {
        const Advertising *a = b->advertising;
        bool beacon = is_full(a) && a->at_centrals == AT_CENTRALS_BEACON && is_connectable(b);

        if (beacon == b->content.beacon)
                return;
        b->content.beacon = beacon;
        show_or_log(b);
        a->events->renew(b->index, a->userdata);
}

static void on_released(unsigned side, void *userdata) {
        Board *b = userdata;
        Advertising *a = b->advertising;
        uint64_t life = b->advertisement->timeout_usec;
        char text[ADVERTISEMENT_WHY_SIZE];

        if (life > 0 && b->registered &&
                clock_now_usec() + TIMEOUT_SLACK_USEC >= b->registered_usec + life) {
                b->over = true;
                log_info("%s: its timeout has ended it", title(b, text));
        } else {
                log_info("BlueZ has released the %s", title(b, text));
        }
        a->events->released(b->index, side, a->userdata);
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
        char path[ADVERTISEMENT_PATH_MAX], why[ADVERTISEMENT_WHY_SIZE];
        int r = 0;

        *b = (Board){.advertising = a, .index = a->n_boards++, .advertisement = advertisement};
        b->content.advertisement = advertisement;
        b->wanted = a->boards[0].advertisement->advertise;
        (void)advertisement_plan(&b->content.plan, &task, why);
        r = set_content_name(b);
        for (unsigned side = 0; side < 2 && r >= 0; side++) {
                advertisement_path(b->index, side, path);
                r = le_advertisement_new(
                        &b->sides[side], a->bus, path, side, &b->content, &board_events, b);
        }
        return r;
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
        for (size_t i = 0; i < a->n_boards; i++) {
                le_advertisement_free(a->boards[i].sides[0]);
                le_advertisement_free(a->boards[i].sides[1]);
                free(a->boards[i].content.name);
        }
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

static void say_limits(const Advertising *a) {
        char text[ADVERTISEMENT_WHY_SIZE];
        size_t n = 0;

        for (size_t i = 0; i < a->n_boards; i++) {
                const Board *b = &a->boards[i];
                limitations_log_advertisement(
                        title(b, text), b->advertisement, &b->content.plan, a->version);
                n += !has_room(b);
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
        take_capabilities(a, &adapter->advertising);
        other = other || memcmp(&before, &a->limits, sizeof(before)) != 0;
        for (size_t i = 0; i < a->n_boards && other; i++)
                plan(&a->boards[i]);
        if (other && a->boards[0].advertisement->advertise)
                say_limits(a);
        for (size_t i = 0; i < a->n_boards; i++)
                decide_wanted(&a->boards[i]);
}

void advertising_set_registered(Advertising *a, size_t index, bool registered) {
        Board *b = &a->boards[index];

        if (registered == b->registered)
                return;
        b->registered = registered;
        if (!registered)
                return;
        b->registered_usec = clock_now_usec();
        b->refusals = 0;
}

/* What BlueZ cannot read, it will not be able to read later. */
static bool is_about_content(Board *b, const char *name, const char *text) {
        if (strcmp(name, BLUEZ_ERROR_FAILED) != 0)
                return false;
        return strcmp(text, BLUEZ_TEXT_NOT_PARSED) == 0 || ++b->refusals >= REFUSALS_MAX;
}

bool advertising_refused(Advertising *a, size_t index, const char *name, const char *text) {
        Board *b = &a->boards[index];
        const AdvertisementTask task = task_of(b);
        const unsigned before = b->content.plan.left_out;
        char items[ADVERTISEMENT_ITEMS_SIZE], why[ADVERTISEMENT_WHY_SIZE];

        if (!is_about_content(b, name, text) ||
                advertisement_plan_next(&b->content.plan, &task, why) != 0)
                return false;
        b->refusals = 0;
        show_or_log(b);
        advertisement_items_format(b->content.plan.left_out & ~before, items);
        log_warning(
                "%s: BlueZ refuses it (%s), so it is tried without %s", title(b, why), text, items);
        return true;
}

void advertising_set_centrals(Advertising *a, size_t n) {
        bool was = is_full(a);

        a->centrals = n;
        if (was == is_full(a))
                return;
        log_info("%zu of %zu centrals are connected", n, a->centrals_max);
        for (size_t i = 0; i < a->n_boards; i++) {
                decide_wanted(&a->boards[i]);
                decide_beacon(&a->boards[i]);
        }
}

/* It may be told while it is registered: the properties that are there stay the same. */
static bool is_live(const Board *b) {
        BluezVersion version = b->advertising->version;

        return b->registered && bluez_version_known(version) &&
               bluez_traits(version)->live_advertising;
}

static void tell_name(const Board *b) {
        int r = 0;

        for (size_t i = 0; i < 2 && r >= 0; i++)
                r = le_advertisement_tell_name(b->sides[i]);
        if (r < 0)
                log_error("BlueZ cannot be told the name: %s", strerror(-r));
}

static void rename_board(Board *b, bool had_name) {
        const Advertising *a = b->advertising;
        const unsigned before = b->content.plan.left_out;

        plan(b);
        if (had_name && before == b->content.plan.left_out && is_live(b))
                tell_name(b);
        else
                a->events->renew(b->index, a->userdata);
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

const char *advertising_name(const Advertising *a) {
        return a->name;
}

bool advertising_is_over(const Advertising *a) {
        return a->boards[0].over;
}

size_t advertising_count(const Advertising *a) {
        return a->n_boards;
}

void advertising_standing(const Advertising *a, size_t index, AdvertisementStanding *ret) {
        const Board *b = &a->boards[index];

        *ret = (AdvertisementStanding){
                .section = b->advertisement->section,
                .wanted = b->wanted,
                .registered = b->registered,
                .over = b->over,
                .connectable = is_connectable(b) && !b->content.beacon,
                .left_out = b->content.plan.left_out,
                .ignored = b->content.plan.ignored,
                .tx_power_told = b->tx_power_told,
                .tx_power = b->tx_power,
        };
}
