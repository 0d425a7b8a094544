/* What of an advertisement fits: its sizes as BlueZ and the kernel build them (bluez
 * src/advertising.c and src/shared/ad.c, linux net/bluetooth/eir.c), and the ladder of smaller
 * ones. */
#pragma once

#include "core/advertisement.h"
#include "core/bluez-version.h"

#define ADVERTISEMENT_WHY_SIZE   320
#define ADVERTISEMENT_ITEMS_SIZE 192

/* Nothing that may be said fits. */
enum { ADVERTISEMENT_E_SIZE = 1 };

/* What an adapter can do, from LEAdvertisingManager1. All zero: nothing is known. */
typedef struct AdvertisementLimits {
        size_t max_data, max_response; /* MaxAdvLen, MaxScnRspLen, bytes; 0: not known */
        bool knows_channels;           /* SupportedSecondaryChannels was read, or is not there */
        unsigned channels;             /* bits 1 << SecondaryChannel */
        bool knows_includes;           /* SupportedIncludes */
        bool includes_tx_power, includes_rsi;
        bool knows_features; /* SupportedFeatures */
        bool can_set_tx_power;
        bool knows_tx_power; /* MinTxPower and MaxTxPower */
        int16_t tx_power_min, tx_power_max;
        bool experimental; /* bluetoothd runs with --experimental, as far as can be seen */
} AdvertisementLimits;

bool advertisement_limits_equal(const AdvertisementLimits *a, const AdvertisementLimits *b);

/* What a plan is made of; all borrowed. */
typedef struct AdvertisementTask {
        const Advertisement *advertisement;
        const char *name;                  /* in effect; NULL: the adapter's alias */
        const AdvertisementLimits *limits; /* NULL: nothing is known */
        const BluezTraits *traits;         /* NULL: the version is not known */
        bool beacon;                       /* nobody can connect, whatever its type */
} AdvertisementTask;

typedef struct AdvertisementPlan {
        size_t rung;           /* 0: all is said; n: without the first n items of the ladder */
        unsigned left_out;     /* bits of AdvertisementItem: what the ladder takes from it */
        unsigned ignored;      /* of those that are said: what BlueZ or the adapter passes over */
        size_t data, response; /* bytes on the air */
        size_t data_max, response_max; /* what there is room for; response_max 0: there is none */
        size_t name_size;              /* LocalName is to have so many bytes of the name, no more */
        size_t name_shown;             /* how many are on the air; BlueZ cuts the rest */
        int16_t tx_power;              /* dBm to ask for: the wish, within what the adapter can */
} AdvertisementPlan;

/* The first rung that fits. ADVERTISEMENT_E_SIZE with a sentence in why if not even the last does;
 * *ret is then the plan of the last. */
int advertisement_plan(AdvertisementPlan *ret, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]);
/* BlueZ or the adapter has refused what plan is: the next rung that says less and fits.
 * ADVERTISEMENT_E_SIZE: there is none, plan is as it was; why as above. */
int advertisement_plan_next(AdvertisementPlan *plan, const AdvertisementTask *task,
        char why[static ADVERTISEMENT_WHY_SIZE]);
/* item of the advertisement is there and not left out. */
bool advertisement_plan_says(
        const AdvertisementPlan *plan, const Advertisement *advertisement, AdvertisementItem item);
/* The advertisement has this item at all. */
bool advertisement_has(const Advertisement *advertisement, AdvertisementItem item);
/* "appearance, include_tx_power"; empty for none. */
void advertisement_items_format(unsigned items, char out[static ADVERTISEMENT_ITEMS_SIZE]);
