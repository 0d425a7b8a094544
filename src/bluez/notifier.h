/* Carries waiting values to BlueZ as PropertiesChanged signals, as the pacer allows. Each signal
 * has the queued value. Its audience is every subscribed central. */
#pragma once

#include "bluez/application.h"
#include "core/link-mtus.h"
#include "core/pacer.h"
#include "core/queue.h"

#include <ev.h>

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
} NotifierEvents;

typedef struct NotifierParameters {
        PacerParameters pacer;
        uint64_t late_after_usec; /* 0: never */
        uint64_t ping_timeout_usec;
        uint64_t retry_min_usec, retry_max_usec; /* before a Ping that failed is sent again */
} NotifierParameters;

/* application and profile are borrowed for the notifier's life. */
int notifier_new(Notifier **ret, struct ev_loop *loop, sd_bus *bus, const Application *application,
        const Profile *profile, const NotifierParameters *parameters, const NotifierEvents *events,
        void *userdata);
/* Ends every subscription. */
Notifier *notifier_free(Notifier *notifier);

/* BlueZ's unique name, or NULL: gone, and every subscription and link with it. */
int notifier_set_owner(Notifier *notifier, const char *owner);

/* Starts to carry what queue gets from now on. Again for a subscribed one: does nothing. */
int notifier_subscribe(Notifier *notifier, const Characteristic *c, Queue *queue);
void notifier_unsubscribe(Notifier *notifier, const Characteristic *c);
bool notifier_subscribed(const Notifier *notifier, const Characteristic *c);

/* A central has confirmed an indication. */
void notifier_confirmed(Notifier *notifier, const Characteristic *c);

/* The MTUs of the links that there are, for values that are too long for one. */
LinkMtus *notifier_link_mtus(Notifier *notifier);

/* Sends what waits, as far as the pacer allows; what is left goes when it does. */
void notifier_wake(Notifier *notifier);
