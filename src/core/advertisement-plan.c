/* Which rung of an advertisement's ladder fits, and what takes how much. */
#include "core/advertisement-plan.h"

#include "core/advertisement-sizes.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>

static const AdvertisementLimits nothing_known = {0};

static const AdvertisementLimits *task_limits(const AdvertisementTask *task) {
        return task->limits ? task->limits : &nothing_known;
}

bool advertisement_limits_equal(const AdvertisementLimits *a, const AdvertisementLimits *b) {
        return a->max_data == b->max_data && a->max_response == b->max_response &&
               a->knows_channels == b->knows_channels && a->channels == b->channels &&
               a->knows_includes == b->knows_includes &&
               a->includes_tx_power == b->includes_tx_power && a->includes_rsi == b->includes_rsi &&
               a->knows_features == b->knows_features &&
               a->can_set_tx_power == b->can_set_tx_power &&
               a->knows_tx_power == b->knows_tx_power && a->tx_power_min == b->tx_power_min &&
               a->tx_power_max == b->tx_power_max && a->experimental == b->experimental;
}

static bool has_data(const AdvertisedData *d) {
        return d->services.n > 0 || d->solicit.n > 0 || d->n_manufacturer > 0 || d->n_service > 0 ||
               d->n_other > 0;
}

bool advertisement_has(const Advertisement *a, AdvertisementItem item) {
        switch (item) {
        case ADVERTISEMENT_ITEM_NAME:
                return a->include_name;
        case ADVERTISEMENT_ITEM_SERVICES:
                return a->data.services.n > 0;
        case ADVERTISEMENT_ITEM_SOLICIT:
                return a->data.solicit.n > 0;
        case ADVERTISEMENT_ITEM_MANUFACTURER_DATA:
                return a->data.n_manufacturer > 0;
        case ADVERTISEMENT_ITEM_SERVICE_DATA:
                return a->data.n_service > 0;
        case ADVERTISEMENT_ITEM_DATA:
                return a->data.n_other > 0;
        case ADVERTISEMENT_ITEM_APPEARANCE:
                return a->has_appearance;
        case ADVERTISEMENT_ITEM_INCLUDE_TX_POWER:
                return a->include_tx_power;
        case ADVERTISEMENT_ITEM_INCLUDE_RSI:
                return a->include_rsi;
        case ADVERTISEMENT_ITEM_TX_POWER:
                return a->has_tx_power;
        case ADVERTISEMENT_ITEM_INTERVAL:
                return a->interval_min_usec > 0;
        case ADVERTISEMENT_ITEM_SECONDARY_CHANNEL:
                return a->secondary_channel != SECONDARY_CHANNEL_NONE;
        case ADVERTISEMENT_ITEM_SCAN_RESPONSE:
                return has_data(&a->response);
        case _ADVERTISEMENT_ITEM_END:
                return false;
        }
        return false;
}

bool advertisement_plan_says(
        const AdvertisementPlan *plan, const Advertisement *a, AdvertisementItem item) {
        return advertisement_has(a, item) && !(plan->left_out & (unsigned)item);
}

void advertisement_items_format(unsigned items, char out[static ADVERTISEMENT_ITEMS_SIZE]) {
        size_t size = 0;

        out[0] = '\0';
        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1) {
                if (!(items & item))
                        continue;
                (void)snprintf(out + size, ADVERTISEMENT_ITEMS_SIZE - size, "%s%s",
                        size > 0 ? ", " : "", advertisement_item_name(item));
                size = strlen(out);
        }
}

static bool is_broadcast(const AdvertisementTask *task) {
        return task->beacon || task->advertisement->type == ADVERTISEMENT_BROADCAST;
}

/* What is there and takes no effect. It does no harm: BlueZ passes over what it does not know. A
 * broadcast on a secondary channel has no place for a name: what else was to be connected to does
 * without it for a while. */
static unsigned find_ignored(const AdvertisementTask *task, unsigned said) {
        const AdvertisementLimits *limits = task_limits(task);
        const BluezTraits *traits = task->traits;
        unsigned ignored = 0;

        if (limits->knows_includes && !limits->includes_tx_power)
                ignored |= ADVERTISEMENT_ITEM_INCLUDE_TX_POWER;
        /* bluetoothd reads Data later and clears what is there (parse_data()). */
        if ((limits->knows_includes && !limits->includes_rsi) || (said & ADVERTISEMENT_ITEM_DATA))
                ignored |= ADVERTISEMENT_ITEM_INCLUDE_RSI;
        if (limits->knows_features && !limits->can_set_tx_power)
                ignored |= ADVERTISEMENT_ITEM_TX_POWER;
        if (traits && !traits->advertising_parameters && !limits->experimental)
                ignored |= ADVERTISEMENT_ITEM_TX_POWER | ADVERTISEMENT_ITEM_INTERVAL;
        if (traits && !traits->scan_response_data)
                ignored |= ADVERTISEMENT_ITEM_SCAN_RESPONSE;
        if (task->beacon && (said & ADVERTISEMENT_ITEM_SECONDARY_CHANNEL))
                ignored |= ADVERTISEMENT_ITEM_NAME;
        return ignored & said;
}

static unsigned find_said(const Advertisement *a, unsigned left_out) {
        unsigned said = 0;

        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1)
                if (advertisement_has(a, (AdvertisementItem)item) && !(left_out & item))
                        said |= item;
        return said;
}

/* Never beyond 31 where no secondary channel is asked for: newer BlueZ would go to extended
 * advertising without a word, which older phones do not hear and a Raspberry Pi cannot send. */
static size_t find_room(const AdvertisementTask *task, size_t known, bool secondary) {
        bool longer = secondary && (!task->traits || task->traits->long_advertising);

        if (known == 0)
                known = longer ? ADVERTISEMENT_DATA_MAX : ADVERTISEMENT_LEGACY_MAX;
        if (!longer && known > ADVERTISEMENT_LEGACY_MAX)
                known = ADVERTISEMENT_LEGACY_MAX;
        return known < ADVERTISEMENT_DATA_MAX ? known : ADVERTISEMENT_DATA_MAX;
}

static int16_t reachable_tx_power(const Advertisement *a, const AdvertisementLimits *limits) {
        if (limits->knows_tx_power && a->tx_power < limits->tx_power_min)
                return limits->tx_power_min;
        if (limits->knows_tx_power && a->tx_power > limits->tx_power_max)
                return limits->tx_power_max;
        return a->tx_power;
}

/* Where a text may end at or before size, so that no character is cut. */
static size_t character_end(const char *text, size_t size) {
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
                size--;
        return size;
}

/* A name of which not one character fits is taken for its first, and then is too long. */
static size_t cut_name(const char *name, size_t left) {
        size_t end = 1;

        if (left > 0 && character_end(name, left) > 0)
                return character_end(name, left);
        while (((unsigned char)name[end] & 0xc0) == 0x80)
                end++;
        return end;
}

/* Puts the name behind used bytes where there is room for room, and returns what there is then.
 * bluetoothd is given more than fits only where it cuts right: at the end of a scan response of 31
 * bytes. Elsewhere it forgets what comes behind the name, and with less room than for one character
 * it writes behind its own memory (serialize_name() in bluez src/shared/ad.c). */
static size_t place_name(
        AdvertisementPlan *plan, const char *name, size_t used, size_t room, bool bluez_cuts) {
        size_t left = room > used + AD_HEADER_SIZE ? room - used - AD_HEADER_SIZE : 0;
        size_t length = strlen(name);

        plan->name_size = plan->name_shown = length;
        if (length > left)
                plan->name_shown = bluez_cuts && left > 0 ? left : cut_name(name, left);
        if (!bluez_cuts)
                plan->name_size = plan->name_shown;
        return used + AD_HEADER_SIZE + plan->name_shown;
}

/* Since 5.69 it cuts where the controller's room ends, which is far behind 31 bytes where that has
 * extended advertising, and so secondary channels. */
static bool cuts_at_31(const AdvertisementTask *task) {
        const AdvertisementLimits *limits = task_limits(task);

        if (task->traits && !task->traits->long_advertising)
                return true;
        if (limits->max_response > 0)
                return limits->max_response <= ADVERTISEMENT_LEGACY_MAX;
        return limits->knows_channels && limits->channels == 0;
}

static void place_any_name(
        AdvertisementPlan *plan, const AdvertisementTask *task, bool more_behind) {
        bool bluez_cuts = cuts_at_31(task) && !more_behind;

        if (task->name && plan->response_max > 0)
                plan->response = place_name(
                        plan, task->name, plan->response, plan->response_max, bluez_cuts);
        else if (task->name)
                plan->data = place_name(plan, task->name, plan->data, plan->data_max, false);
        else if (plan->response_max > 0)
                plan->response += AD_ADAPTER_NAME_SIZE_MAX;
        else /* its place is in the scan response alone */
                plan->ignored |= ADVERTISEMENT_ITEM_NAME;
}

static size_t data_size(const Advertisement *a, unsigned items) {
        size_t size = AD_FLAGS_SIZE;

        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1)
                if (items & item)
                        size += advertisement_item_size(a, (AdvertisementItem)item);
        return size;
}

static void plan_rung(AdvertisementPlan *ret, const AdvertisementTask *task, size_t rung) {
        const Advertisement *a = task->advertisement;
        const AdvertisementLimits *limits = task_limits(task);
        unsigned taken = 0, said;
        bool secondary;

        for (size_t i = 0; i < rung; i++)
                taken |= a->ladder[i];
        said = find_said(a, taken);
        secondary = said & ADVERTISEMENT_ITEM_SECONDARY_CHANNEL;
        *ret = (AdvertisementPlan){
                .rung = rung,
                .left_out = find_said(a, 0) & ~said,
                .ignored = find_ignored(task, said),
                .data_max = find_room(task, limits->max_data, secondary),
                .tx_power = reachable_tx_power(a, limits),
        };
        /* A connectable one has none there: Core Specification, Vol 6, Part B, 2.3.1. */
        if (!secondary || is_broadcast(task))
                ret->response_max = find_room(task, limits->max_response, secondary);
        said &= ~ret->ignored;
        ret->data = data_size(a, said);
        if (said & ADVERTISEMENT_ITEM_SCAN_RESPONSE)
                ret->response = advertised_data_size(&a->response);
        if (said & ADVERTISEMENT_ITEM_NAME)
                place_any_name(ret, task,
                        (said & ADVERTISEMENT_ITEM_SCAN_RESPONSE) && a->response.n_other > 0);
}

static void append_size(char why[static ADVERTISEMENT_WHY_SIZE], const char *what, size_t size) {
        size_t end = strlen(why);

        if (size > 0)
                (void)snprintf(why + end, ADVERTISEMENT_WHY_SIZE - end, ", %s %zu", what, size);
}

static void explain_data(const AdvertisementPlan *plan, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]) {
        const Advertisement *a = task->advertisement;
        unsigned said = find_said(a, plan->left_out) & ~plan->ignored;

        (void)snprintf(why, ADVERTISEMENT_WHY_SIZE,
                "the advertising data has %zu bytes, and %zu fit: flags %d", plan->data,
                plan->data_max, AD_FLAGS_SIZE);
        for (unsigned item = 1; item < _ADVERTISEMENT_ITEM_END; item <<= 1)
                if (said & item)
                        append_size(why, advertisement_item_name(item),
                                advertisement_item_size(a, (AdvertisementItem)item));
        if (plan->response_max == 0 && plan->name_shown > 0)
                append_size(why, "name", AD_HEADER_SIZE + plan->name_shown);
}

static void explain_response(const AdvertisementPlan *plan, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]) {
        const Advertisement *a = task->advertisement;
        size_t data = 0;

        if (advertisement_plan_says(plan, a, ADVERTISEMENT_ITEM_SCAN_RESPONSE))
                data = advertised_data_size(&a->response);
        (void)snprintf(why, ADVERTISEMENT_WHY_SIZE,
                "the scan response has %zu bytes, and %zu fit: scan_response %zu", plan->response,
                plan->response_max, data);
        append_size(why, task->name ? "name" : "the adapter's name", plan->response - data);
}

/* What would be refused, or never sent although it was asked for. */
static int check_rung(const AdvertisementPlan *plan, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]) {
        const Advertisement *a = task->advertisement;
        const AdvertisementLimits *limits = task_limits(task);
        bool secondary = advertisement_plan_says(plan, a, ADVERTISEMENT_ITEM_SECONDARY_CHANNEL);
        bool broadcast = is_broadcast(task);

        *why = '\0';
        if (secondary && limits->knows_channels && !(limits->channels & 1u << a->secondary_channel))
                (void)snprintf(why, ADVERTISEMENT_WHY_SIZE,
                        "the adapter has no secondary channel %s",
                        secondary_channel_name(a->secondary_channel));
        else if (secondary && broadcast && plan->response > 0)
                (void)snprintf(why, ADVERTISEMENT_WHY_SIZE,
                        "a broadcast on a secondary channel has no scan response, which is where "
                        "the name and the scan_response keys go");
        else if (secondary && plan->response > 0)
                (void)snprintf(why, ADVERTISEMENT_WHY_SIZE,
                        "there is no scan response on a secondary channel");
        else if (plan->data > plan->data_max)
                explain_data(plan, task, why);
        else if (plan->response > plan->response_max)
                explain_response(plan, task, why);
        return *why == '\0' ? 0 : ADVERTISEMENT_E_SIZE;
}

int advertisement_plan(AdvertisementPlan *ret, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]) {
        int r = ADVERTISEMENT_E_SIZE;

        for (size_t rung = 0; r != 0 && rung <= task->advertisement->n_ladder; rung++) {
                plan_rung(ret, task, rung);
                r = check_rung(ret, task, why);
        }
        return r;
}

int advertisement_plan_next(AdvertisementPlan *plan, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]) {
        AdvertisementPlan next;

        (void)snprintf(why, ADVERTISEMENT_WHY_SIZE, "the ladder has nothing more to leave out");
        for (size_t rung = plan->rung + 1; rung <= task->advertisement->n_ladder; rung++) {
                plan_rung(&next, task, rung);
                if (next.left_out == plan->left_out || check_rung(&next, task, why) != 0)
                        continue;
                *plan = next;
                return 0;
        }
        return ADVERTISEMENT_E_SIZE;
}
