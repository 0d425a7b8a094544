/* Carries waiting values to BlueZ as the pacer allows, on the ways that there are (bluez/ways.h).
 * One indication of a characteristic, and of a central that has a socket of its own, is outstanding
 * at a time; whoever may notify as well is not held up. */
#pragma once

#include "bluez/application.h"
#include "bluez/pulse.h"
#include "bluez/ways.h"
#include "core/link-mtus.h"

typedef struct Notifier Notifier;

typedef struct NotifierEvents {
        /* A value has waited longer than late_after to be sent; behind it wait so many more. */
        void (*late)(
                const Characteristic *c, uint64_t waited_usec, uint64_t waiting, void *userdata);
        /* A value of this size was sent; a central with this MTU gets less of it. */
        void (*cut)(const Characteristic *c, size_t size, uint16_t mtu, void *userdata);
        /* Something that waited was sent or dropped, under the policy block. From the loop alone:
         * never from inside a call of ours. */
        void (*room)(const Characteristic *c, void *userdata);
        /* A way serves, or has ended; device: whose socket, or NULL. Who subscribes by
         * AcquireNotify or StartNotify is not told here. */
        void (*subscribed)(
                const Characteristic *c, const char *device, NotifyBy by, void *userdata);
        void (*unsubscribed)(
                const Characteristic *c, const char *device, NotifyBy by, void *userdata);
        /* What is known of a device, by its address, and how many are connected. */
        SubscriberFacts (*facts)(const char *device, void *userdata);
        size_t (*connected)(void *userdata);
} NotifierEvents;

typedef struct NotifierParameters {
        PacerParameters pacer;
        uint64_t late_after_usec; /* 0: never */
        uint64_t ping_timeout_usec;
        uint64_t confirm_timeout_usec;           /* for an indication; then the next one goes */
        uint64_t switch_timeout_usec;            /* as in WaysParameters */
        uint64_t retry_min_usec, retry_max_usec; /* before a Ping that failed is sent again */
        SocketBudget *budget;                    /* borrowed */
        Pulse *pulse; /* borrowed: hears of the Pings and of their answers */
} NotifierParameters;

/* application and profile are borrowed for the notifier's life. */
int notifier_new(Notifier **ret, struct ev_loop *loop, sd_bus *bus, const Application *application,
        const Profile *profile, const NotifierParameters *parameters, const NotifierEvents *events,
        void *userdata);
/* Ends every subscription. */
Notifier *notifier_free(Notifier *notifier);

/* Other parameters, and other rates and priorities of the characteristics, from now on; the budget
 * stays. */
void notifier_reconfigure(Notifier *notifier, const NotifierParameters *parameters);

/* BlueZ's unique name, or NULL: gone, and every subscription and link with it. */
int notifier_set_owner(Notifier *notifier, const char *owner);

/* Who is subscribed, and by which ways: for what BlueZ calls, and what becomes of devices. */
Ways *notifier_ways(Notifier *notifier);
/* What is known of this device has changed. */
void notifier_device(Notifier *notifier, const char *device, SubscriberFacts facts);
/* A central has confirmed an indication: BlueZ does not say which. */
void notifier_confirmed(Notifier *notifier, const Characteristic *c);

/* The MTUs of the links that there are, for values that are too long for one. */
LinkMtus *notifier_link_mtus(Notifier *notifier);

/* Sends what waits, as far as the pacer allows; what is left goes when it does. What was queued
 * since is told by ways_stir(). */
void notifier_wake(Notifier *notifier);
