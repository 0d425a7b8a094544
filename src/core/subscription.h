/* Who is subscribed to one characteristic, as far as BlueZ tells, and which ways out serve them:
 * a socket for each central, or the signal for all, never both. A subscriber without a socket can
 * only be reached by the signal, so as long as there is one every socket is closed and no other is
 * given. What each version of BlueZ does is NotifySockets' (core/bluez-version.h); its faults, that
 * this is built around, were seen with real ones:
 *
 * With a socket for each, an unbonded central that leaves may close the socket of another, which
 * stays subscribed; and a bonded one that leaves stays subscribed, and gets no socket when it
 * returns. With one for all, it stays open as long as anybody is subscribed, and at times longer.
 * On every version a socket that is given when BlueZ no longer waits for it is closed at once. */
#pragma once

#include "core/bluez-version.h"

#include <stdbool.h>
#include <stddef.h>

#define SUBSCRIPTION_DEVICE_SIZE 18 /* "AA:BB:CC:DD:EE:FF" */

typedef enum SubscriptionState {
        SUBSCRIPTION_NONE,    /* nobody */
        SUBSCRIPTION_SOCKETS, /* all by their sockets */
        /* BlueZ has closed a socket, and whether its central has left is about to be known: nothing
         * is sent. */
        SUBSCRIPTION_HOLDING,
        /* The signal follows as soon as the sockets have been read empty: nothing is sent. */
        SUBSCRIPTION_DRAINING,
        SUBSCRIPTION_SIGNAL, /* all by the signal */
} SubscriptionState;

/* What is known of a device when an event is told. */
typedef struct SubscriberFacts {
        bool connected, bonded;
} SubscriberFacts;

typedef struct Subscriber {
        char device[SUBSCRIPTION_DEVICE_SIZE]; /* its address */
        bool socket;                           /* it has one */
        bool shared;                           /* and others, who are not known, hear by it too */
        bool accepted;                         /* BlueZ has taken it */
        bool crowded;  /* it was not alone all the time: another's leaving may close it */
        bool starting; /* it was refused one: StartNotify() is to come */
        bool doubtful; /* it lost its socket: it may have left, or have ended it itself */
        bool ended;    /* it ended it itself, or has left, which is told soon then */
} Subscriber;

/* All zero: nobody. subscription_clear() frees. */
typedef struct Subscription {
        Subscriber
                *subscribers; /* with a socket, or perhaps without; in the order of their coming */
        size_t n_subscribers;
        bool unnamed; /* somebody is without a socket, and BlueZ does not say who */
} Subscription;

SubscriptionState subscription_state(const Subscription *s);
/* Known by name to be subscribed, as far as is known. */
bool subscription_has(const Subscription *s, const char *device);
/* device: whose AcquireNotify() it was given for. */
bool subscription_has_socket(const Subscription *s, const char *device);

/* AcquireNotify() of a device ("": it was not said). may_open: a socket is at hand. True: it is to
 * be given, in the place of one that the device had. False: NotSupported is to be answered, and
 * StartNotify() will follow. */
bool subscription_acquire(
        Subscription *s, NotifySockets sockets, const char *device, bool may_open);
/* BlueZ has taken the socket of this device: if it closes it, that is not because it never did. */
void subscription_accepted(Subscription *s, const char *device);
/* StartNotify() and StopNotify(), which name no device. */
void subscription_start(Subscription *s);
void subscription_stop(Subscription *s);
/* BlueZ has closed a socket. */
void subscription_hung_up(Subscription *s, const char *device, SubscriberFacts facts);
/* What is known of a device has changed. */
void subscription_device(Subscription *s, const char *device, SubscriberFacts facts);
/* Who has left would have been told by now: who has ended its subscription ended it itself. */
void subscription_forget_ended(Subscription *s);
/* SUBSCRIPTION_HOLDING has lasted long enough. */
void subscription_give_up_waiting(Subscription *s);
/* In SUBSCRIPTION_DRAINING: the sockets are closed. */
void subscription_drained(Subscription *s);
/* BlueZ or the registration is gone: nobody is subscribed. */
void subscription_clear(Subscription *s);
