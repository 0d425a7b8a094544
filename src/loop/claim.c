/* The name is an abstract socket: the kernel gives it to one process and takes it back when that
 * ends. Whoever waits connects to the holder, and the end of the connection is the news. */
#include "loop/claim.h"

#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Owned by whoever asked for the name. */
struct Claim {
        struct ev_loop *loop;
        struct sockaddr_un address;
        socklen_t address_size;
        uint64_t retry_usec;
        const ClaimEvents *events;
        void *userdata;
        int fd; /* listening if held, connected to the holder if not, or -1 */
        bool held;
        pid_t holder, predecessor;
        struct ev_io gone;
        struct ev_timer again;
};

static int open_socket(void) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

        return fd < 0 ? -errno : fd;
}

static int try_to_hold(Claim *c) {
        int fd = open_socket();

        if (fd < 0)
                return fd;
        if (bind(fd, (const struct sockaddr *)&c->address, c->address_size) < 0 ||
                listen(fd, SOMAXCONN) < 0) {
                int r = -errno;
                close(fd);
                return r;
        }
        c->fd = fd;
        c->held = true;
        c->predecessor = c->holder;
        c->holder = 0;
        return 0;
}

static int wait_for_holder(Claim *c) {
        struct ucred holder = {0};
        socklen_t size = sizeof(holder);
        int fd = open_socket();

        if (fd < 0)
                return fd;
        if (connect(fd, (const struct sockaddr *)&c->address, c->address_size) < 0) {
                int r = -errno;
                close(fd);
                return r;
        }
        c->holder = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &holder, &size) == 0 ? holder.pid : 0;
        c->fd = fd;
        ev_io_set(&c->gone, fd, EV_READ);
        ev_io_start(c->loop, &c->gone);
        return 0;
}

static void ask(Claim *c) {
        int r = try_to_hold(c);

        if (r == -EADDRINUSE)
                r = wait_for_holder(c);
        if (r < 0) {
                /* Between bind and listen of the holder, or when it ends right now. */
                log_debug("%s cannot be claimed yet: %s", c->address.sun_path + 1, strerror(-r));
                timer_start_once(c->loop, &c->again, c->retry_usec);
        }
}

static void on_again(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Claim *c = w->data;
        pid_t holder = c->holder;

        ask(c);
        if (c->held || c->holder != holder)
                c->events->changed(c->userdata);
}

/* The holder never accepts nor sends: whatever comes is its end. Where another is quicker, or a
 * stranger closes what it should not have accepted, we ask again later. */
static void on_gone(struct ev_loop *loop, struct ev_io *w, int revents) {
        Claim *c = w->data;

        ev_io_stop(loop, w);
        close(c->fd);
        c->fd = -1;
        if (try_to_hold(c) < 0)
                timer_start_once(c->loop, &c->again, c->retry_usec);
        else
                c->events->changed(c->userdata);
}

int claim_new(Claim **ret, struct ev_loop *loop, const char *name, uint64_t retry_usec,
        const ClaimEvents *events, void *userdata) {
        size_t length = strlen(name);

        if (length > CLAIM_NAME_MAX)
                return -ENAMETOOLONG;
        Claim *c = calloc(1, sizeof(*c));
        if (!c)
                return -ENOMEM;
        c->loop = loop;
        c->retry_usec = retry_usec;
        c->events = events;
        c->userdata = userdata;
        c->fd = -1;
        /* Abstract: the first byte is 0, the rest counts by its length. */
        c->address.sun_family = AF_UNIX;
        memcpy(c->address.sun_path + 1, name, length);
        c->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
        ev_io_init(&c->gone, on_gone, -1, EV_READ);
        ev_timer_init(&c->again, on_again, 0., 0.);
        c->gone.data = c->again.data = c;
        ask(c);
        *ret = c;
        return 0;
}

Claim *claim_free(Claim *c) {
        if (!c)
                return NULL;
        ev_io_stop(c->loop, &c->gone);
        ev_timer_stop(c->loop, &c->again);
        if (c->fd >= 0)
                close(c->fd);
        free(c);
        return NULL;
}

bool claim_held(const Claim *c) {
        return c->held;
}

pid_t claim_holder(const Claim *c) {
        return c->holder;
}

pid_t claim_predecessor(const Claim *c) {
        return c->predecessor;
}
