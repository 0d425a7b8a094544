/* The server's one object, for the files that it is spread over: server.c (who is connected) and
 * server-events.c (what they are told). */
#pragma once

#include "socket/acceptor.h"
#include "socket/listener.h"
#include "socket/session.h"

struct Server {
        struct ev_loop *loop;
        Listener listener, read_only_listener;
        Acceptor acceptor, read_only_acceptor;
        ev_idle reap;  /* frees sessions that are gone, outside of their own callbacks */
        bool refusing; /* said so once */
        size_t peers_max, read_only_peers;
        gid_t admin_group;
        PeerParameters peer_parameters;
        SessionContext context;
        Session *sessions; /* owned */
};
