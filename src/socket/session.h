/* What the server keeps of one connected program, and what all of them share. */
#pragma once

#include "socket/peer.h"
#include "socket/server.h"
#include "socket/waiting.h"

#include <stdbool.h>

/* Events, as bits. */
enum {
        WATCH_WRITE = 1 << 0,
        WATCH_STALE = 1 << 1,
        WATCH_STATUS = 1 << 2,
        WATCH_CONNECTION = 1 << 3,
        WATCH_DESCRIPTOR_WRITE = 1 << 4,
};

/* What a program wants to hear of. Starts as {}: nothing. */
typedef struct Watch {
        unsigned events;
        bool all;     /* whatever characteristics there are */
        bool *wanted; /* owned: by Characteristic.index; NULL: none */
} Watch;

/* Owned by the server from accept until the loop has turned after its end. */
typedef struct Session {
        struct Server *server;
        Peer *peer; /* owned */
        bool administrator;
        bool read_only; /* came by the read-only socket */
        Watch watch;
        char *will; /* owned: the text of its "values", checked; NULL: none */
        Waiter waiter;
        size_t batch_next;   /* where the array that is being answered goes on; 0: at its start */
        unsigned batch_done; /* its elements that are answered */
        bool gone;           /* the connection is closed */
        struct Session *next;
} Session;

/* Shared by all sessions. */
typedef struct SessionContext {
        const Profile *profile; /* borrowed; NULL: nothing declared */
        const ServerEvents *events;
        void *userdata;
        ServerCounts counts;
        Waiting *waiting;
        Session **handlers; /* owned: by Characteristic.index; NULL: nobody */
} SessionContext;

static inline ServerCounts session_counts(const SessionContext *context) {
        ServerCounts counts = context->counts;

        counts.waiting = waiting_count(context->waiting);
        return counts;
}

static inline bool session_watches(const Session *session, unsigned event) {
        return !session->gone && (session->watch.events & event);
}

static inline bool session_watches_characteristic(
        const Session *session, unsigned event, const Characteristic *c) {
        return session_watches(session, event) && session->watch.wanted[c->index];
}
