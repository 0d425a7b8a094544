/* What leads out of one characteristic: its ways, which it opens and ends as its Subscription says.
 */
#pragma once

#include "bluez/way.h"
#include "core/bluez-version.h"
#include "core/subscription.h"

#include <systemd/sd-bus.h>

typedef struct WaysEvents {
        /* Something may go that could not. */
        void (*wake)(void *userdata);
        /* What was given to a socket has been read. */
        void (*kept)(const Way *way, void *userdata);
        /* The signal serves now whom sockets served; a way has ended, and what waited for it has
         * been dropped. */
        void (*switched)(const Way *signal, void *userdata);
        void (*ended)(const Way *way, void *userdata);
        /* The central that this way alone serves has confirmed an indication. */
        void (*confirmed)(Way *way, void *userdata);
        SubscriberFacts (*facts)(const char *device, void *userdata);
} WaysEvents;

typedef struct WaysParameters {
        uint64_t switch_timeout_usec; /* of what is waited for when sockets end */
        uint64_t ping_timeout_usec;
        SocketBudget *budget; /* borrowed */
} WaysParameters;

/* What all outlets share. */
typedef struct OutletContext {
        struct ev_loop *loop;
        sd_bus *bus;
        char *owner; /* BlueZ's unique name; NULL: it is not there */
        const BluezTraits *traits;
        Lanes lanes;
        WaysParameters parameters;
        const WaysEvents *events;
        void *userdata;
} OutletContext;

/* Owned by Ways. */
typedef struct Outlet {
        OutletContext *context;
        const Characteristic *characteristic;
        Queue *queue; /* borrowed; known once somebody has subscribed */
        Subscription subscription;
        SubscriptionState state; /* as it was carried out */
        Way signal;
        Way *sockets;           /* in the order of their coming */
        struct ev_timer limit;  /* of holding and draining */
        struct ev_timer forget; /* who has ended it, and would have been told to have left */
        struct ev_timer look;   /* whether the sockets have been read */
        struct ev_timer accept; /* new sockets are to be asked for */
        sd_bus_slot *ping;      /* before sockets are closed: BlueZ is to have them by then */
        bool answered;          /* it has */
} Outlet;

/* context and c are borrowed for its life. */
void outlet_init(Outlet *outlet, OutletContext *context, const Characteristic *c);
/* Ends every subscription; it is as after outlet_init(). */
void outlet_clear(Outlet *outlet);

/* As ways_acquire(). */
bool outlet_acquire(
        Outlet *outlet, Queue *queue, const char *device, uint16_t mtu, int *ret_fd, Way **ret);
/* Each of its ways may have something to send now: the pacer is to ask. */
void outlet_stir(const Outlet *outlet);
/* Brings about what the subscription says, after any change of it. */
void outlet_follow(Outlet *outlet);
