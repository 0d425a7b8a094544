/* What is told of a central's connection, from the bus up to local programs. */
#pragma once

#include "core/profile.h"

typedef enum ConnectionEventKind {
        CONNECTION_CONNECTED,
        CONNECTION_DISCONNECTED,
        CONNECTION_MTU,     /* the link's MTU is known, or another one */
        CONNECTION_ADDRESS, /* it has told its identity: another address than before */
        CONNECTION_BONDED,  /* or no longer */
        CONNECTION_SUBSCRIBED,
        CONNECTION_UNSUBSCRIBED,
        _CONNECTION_EVENT_KIND_MAX,
} ConnectionEventKind;

/* All borrowed for the call. */
typedef struct ConnectionEvent {
        ConnectionEventKind kind;
        const char *device; /* its address; NULL: BlueZ does not say whose. By signal it never says
                               who has subscribed; and a last one that unsubscribes ends them all */
        const char *name;   /* connected: NULL: not known */
        bool bonded;        /* connected, bonded */
        uint16_t mtu;       /* mtu: bytes of the whole ATT packet */
        const char *was;    /* address: the one before */
        const char *reason; /* disconnected: a word; NULL: BlueZ gives none */
        /* Subscribed and unsubscribed: */
        const Characteristic *characteristic;
        NotifyBy by;
} ConnectionEvent;
