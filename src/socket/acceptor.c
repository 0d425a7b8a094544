/* Takes the connections of one listening socket. */
#include "socket/acceptor.h"

#include "util/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define ACCEPTS_PER_TURN 16
#define ACCEPT_PAUSE_SEC 1.0

/* Out of descriptors or memory: the connection stays ready, so asking again at once would spin. */
static void pause_accepting(Acceptor *acceptor, int error) {
        if (!acceptor->failing)
                log_error("socket: cannot accept: %s; trying again each second", strerror(error));
        acceptor->failing = true;
        ev_io_stop(acceptor->loop, &acceptor->acceptable);
        ev_timer_set(&acceptor->pause, ACCEPT_PAUSE_SEC, 0);
        ev_timer_start(acceptor->loop, &acceptor->pause);
}

/* False if there is nothing more to take now. */
static bool accept_one(Acceptor *acceptor) {
        int fd = accept4(acceptor->acceptable.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
                acceptor->failing = false;
                acceptor->accepted(fd, acceptor->userdata);
                return true;
        }
        if (errno == EINTR || errno == ECONNABORTED)
                return true;
        if (errno != EAGAIN)
                pause_accepting(acceptor, errno);
        return false;
}

static void on_acceptable(struct ev_loop *loop, ev_io *watcher, int revents) {
        unsigned n = 0;

        while (n < ACCEPTS_PER_TURN && accept_one(watcher->data))
                n++;
}

static void on_pause_over(struct ev_loop *loop, ev_timer *watcher, int revents) {
        Acceptor *acceptor = watcher->data;

        ev_io_start(loop, &acceptor->acceptable);
}

void acceptor_start(Acceptor *acceptor, struct ev_loop *loop, int fd,
        void (*accepted)(int fd, void *userdata), void *userdata) {
        *acceptor = (Acceptor){.loop = loop, .accepted = accepted, .userdata = userdata};
        ev_io_init(&acceptor->acceptable, on_acceptable, fd, EV_READ);
        ev_timer_init(&acceptor->pause, on_pause_over, ACCEPT_PAUSE_SEC, 0);
        acceptor->acceptable.data = acceptor->pause.data = acceptor;
        ev_io_start(loop, &acceptor->acceptable);
}

void acceptor_stop(Acceptor *acceptor) {
        if (!acceptor->loop)
                return;
        ev_io_stop(acceptor->loop, &acceptor->acceptable);
        ev_timer_stop(acceptor->loop, &acceptor->pause);
}
