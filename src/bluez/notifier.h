/* Carries waiting values to BlueZ as PropertiesChanged signals, inside the pacer's window. Each
 * signal has the queued value. Its audience is every subscribed central. */
#pragma once

#include "bluez/application.h"
#include "core/queue.h"

#include <ev.h>

typedef struct Notifier Notifier;

typedef struct NotifierParameters {
        unsigned window; /* signals before bluetoothd must have answered a Ping */
        uint64_t ping_timeout_usec;
        uint64_t retry_min_usec, retry_max_usec; /* before a Ping that failed is sent again */
} NotifierParameters;

/* application and profile are borrowed for the notifier's life. */
int notifier_new(Notifier **ret, struct ev_loop *loop, sd_bus *bus, const Application *application,
        const Profile *profile, const NotifierParameters *parameters);
/* Ends every subscription. */
Notifier *notifier_free(Notifier *notifier);

/* BlueZ's unique name, or NULL: gone, and every subscription with it. */
int notifier_set_owner(Notifier *notifier, const char *owner);

/* Starts to carry what queue gets from now on. Again for a subscribed one: does nothing. */
int notifier_subscribe(Notifier *notifier, const Characteristic *c, Queue *queue);
void notifier_unsubscribe(Notifier *notifier, const Characteristic *c);
bool notifier_subscribed(const Notifier *notifier, const Characteristic *c);

/* Sends what waits, as far as the window allows. */
void notifier_wake(Notifier *notifier);
