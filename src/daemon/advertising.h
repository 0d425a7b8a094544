/* The advertisements of the profile: what each says on this BlueZ and this adapter, and whether it
 * is to be on the air. Which of them BlueZ has registered is presence.h's. */
#pragma once

#include "bluez/adapter-info.h"
#include "config/config.h"
#include "core/advertisement-plan.h"

#include <systemd/sd-bus.h>

typedef struct Advertising Advertising;

typedef struct AdvertisingEvents {
        /* What it says is another: BlueZ is to read it anew. */
        void (*renew)(size_t index, void *userdata);
        /* It is to be on the air, or is not. */
        void (*want)(size_t index, bool wanted, void *userdata);
        /* BlueZ has dropped the one that it read at this of its two paths (Release). */
        void (*released)(size_t index, unsigned side, void *userdata);
} AdvertisingEvents;

/* How one stands. Strings are borrowed until the loop turns. */
typedef struct AdvertisementStanding {
        const char *section; /* NULL: the plain one */
        bool wanted;         /* it is to be on the air */
        bool registered;     /* with what it says now */
        bool over;           /* its own timeout has ended it */
        bool connectable;
        unsigned left_out; /* bits of AdvertisementItem: to fit, or because BlueZ refused more */
        unsigned ignored;  /* what BlueZ or the adapter does not take */
        const char *why;   /* it is not to be on the air; NULL if it is */
        const char *why_not_connectable; /* though its type is peripheral; else NULL */
        const char *error; /* BlueZ's words for refusing it; NULL: none. Left to the caller */
        size_t name_size, name_shown; /* bytes of the name, and how many fit; 0: all of it does */
        bool tx_power_told;
        int16_t tx_power; /* as BlueZ has set it, dBm */
} AdvertisementStanding;

/* Exports each at its two paths. settings are borrowed for this call, profile for its life. */
int advertising_new(Advertising **ret, sd_bus *bus, const Settings *settings,
        const Profile *profile, const AdvertisingEvents *events, void *userdata);
Advertising *advertising_free(Advertising *advertising);

/* Where they are, or are to be, registered; adapter NULL: nowhere. Another owner or adapter than
 * before gets to see all that is configured, whatever the last one refused. */
void advertising_set_target(Advertising *advertising, const char *owner, const AdapterInfo *adapter,
        BluezVersion version);
/* BlueZ has what it says now registered, or no longer has. */
void advertising_set_registered(Advertising *advertising, size_t index, bool registered);
/* BlueZ refuses it, with this error. Whether it has another content now. */
bool advertising_refused(
        Advertising *advertising, size_t index, const char *error, const char *text);
/* How many centrals are connected. */
void advertising_set_centrals(Advertising *advertising, size_t n);

/* Other limits. */
void advertising_reconfigure(Advertising *advertising, const Settings *settings);
/* The profile says other things, in as many advertisements, each of which is told to BlueZ anew;
 * what was borrowed before is given back. The name is that of the plain one, copied; NULL: the
 * profile's. -ENOTSUP: there are more or fewer. */
int advertising_take(Advertising *advertising, const Profile *profile, const char *name);

/* Another name for the plain one, copied; what its timeout has ended is on the air again. -EINVAL:
 * empty, or longer than ADVERTISEMENT_NAME_MAX. */
int advertising_set_name(Advertising *advertising, const char *name);
/* NULL: the adapter's own. */
const char *advertising_name(const Advertising *advertising);

/* The timeout of the plain one has ended it. */
bool advertising_is_over(const Advertising *advertising);
/* Why nothing of the plain one fits what BlueZ and the adapter take; NULL: it does, or is not to be
 * advertised. */
const char *advertising_unfit(const Advertising *advertising);
size_t advertising_count(const Advertising *advertising);
void advertising_standing(const Advertising *advertising, size_t index, AdvertisementStanding *ret);
