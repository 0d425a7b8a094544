/* Takes the connections of one listening socket, a bounded number in each turn of the loop. */
#pragma once

#include <ev.h>
#include <stdbool.h>

typedef struct Acceptor {
        struct ev_loop *loop;
        ev_io acceptable;
        ev_timer pause; /* until it is tried again */
        bool failing;   /* said so once */
        /* Takes fd, which does not block. */
        void (*accepted)(int fd, void *userdata);
        void *userdata;
} Acceptor;

/* fd listens and does not block; it stays the caller's. */
void acceptor_start(Acceptor *acceptor, struct ev_loop *loop, int fd,
        void (*accepted)(int fd, void *userdata), void *userdata);
/* Nothing for one that starts as {} and was not started. */
void acceptor_stop(Acceptor *acceptor);
