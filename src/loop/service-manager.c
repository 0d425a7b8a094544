#include "loop/service-manager.h"

#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#define STATUS_SIZE       512
#define FEED_SHORTEST     USEC_PER_MSEC
#define FEEDS_IN_ITS_TIME 2

/* What is still to be told, in this order. One of each is enough: a later one says what the earlier
 * one said, or better. */
typedef enum Due {
        DUE_READY,
        DUE_RELOADING,
        DUE_STOPPING,
        DUE_STATUS,
        DUE_FED, /* the watchdog */
        _DUE_MAX,
} Due;

/* Owned by the daemon. */
struct ServiceManager {
        struct ev_loop *loop;
        struct sockaddr_un address;
        socklen_t address_size; /* 0: nobody is to be told */
        bool due[_DUE_MAX];
        uint64_t reloading_usec;
        char status[STATUS_SIZE];
        struct ev_io room; /* the socket has been full; its fd is ours, or -1 */
        struct ev_timer feed;
        uint64_t feed_usec; /* USEC_NEVER: there is no watchdog */
};

static void format(const ServiceManager *m, Due due, char out[static STATUS_SIZE + 16]) {
        size_t size = STATUS_SIZE + 16;

        switch (due) {
        case DUE_READY:
                (void)snprintf(out, size, "READY=1");
                break;
        case DUE_RELOADING:
                (void)snprintf(
                        out, size, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, m->reloading_usec);
                break;
        case DUE_STOPPING:
                (void)snprintf(out, size, "STOPPING=1");
                break;
        case DUE_STATUS:
                (void)snprintf(out, size, "STATUS=%s", m->status);
                break;
        case DUE_FED:
                (void)snprintf(out, size, "WATCHDOG=1");
                break;
        case _DUE_MAX:
                break;
        }
}

/* A connected socket can be watched for room. Connected anew each time, so that a manager that has
 * made its socket anew is found. */
static int open_connection(const ServiceManager *m) {
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        if (fd < 0 || connect(fd, (const struct sockaddr *)&m->address, m->address_size) < 0)
                return -errno;
        return STEAL_FD(fd);
}

/* 0: all that was due is told; -EAGAIN: there is no room for the rest. */
static int tell_due(ServiceManager *m, int fd) {
        char text[STATUS_SIZE + 16];

        for (Due due = 0; due < _DUE_MAX; due++) {
                if (!m->due[due])
                        continue;
                format(m, due, text);
                if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
                        return -errno;
                m->due[due] = false;
        }
        return 0;
}

static void forget_room(ServiceManager *m) {
        ev_io_stop(m->loop, &m->room);
        if (m->room.fd >= 0)
                (void)close(m->room.fd);
        ev_io_set(&m->room, -1, EV_WRITE);
}

static void tell(ServiceManager *m) {
        if (m->address_size == 0 || m->room.fd >= 0)
                return;
        _cleanup_close_ int fd = open_connection(m);
        int r = fd < 0 ? fd : tell_due(m, fd);

        if (r == -EAGAIN && fd >= 0) {
                ev_io_set(&m->room, STEAL_FD(fd), EV_WRITE);
                ev_io_start(m->loop, &m->room);
        } else if (r < 0) {
                log_debug("the service manager cannot be told: %s", strerror(-r));
        }
}

static void on_room(struct ev_loop *loop, struct ev_io *w, int revents) {
        ServiceManager *m = w->data;

        if (tell_due(m, w->fd) == -EAGAIN)
                return;
        forget_room(m);
}

static void on_feed(struct ev_loop *loop, struct ev_timer *w, int revents) {
        ServiceManager *m = w->data;

        m->due[DUE_FED] = true;
        tell(m);
        timer_start_once(loop, w, m->feed_usec);
}

/* Without a path, or with one that cannot be, nobody is told. */
static void find_address(ServiceManager *m, const char *path) {
        size_t size = path ? strlen(path) : 0;

        if (size == 0 || size >= sizeof(m->address.sun_path) || !strchr("/@", path[0]))
                return;
        m->address.sun_family = AF_UNIX;
        memcpy(m->address.sun_path, path, size);
        if (path[0] == '@') /* an abstract name */
                m->address.sun_path[0] = '\0';
        m->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

static void start_feeding(ServiceManager *m) {
        uint64_t usec;

        if (m->address_size == 0 || sd_watchdog_enabled(0, &usec) <= 0)
                return;
        m->feed_usec = usec / FEEDS_IN_ITS_TIME;
        if (m->feed_usec < FEED_SHORTEST)
                m->feed_usec = FEED_SHORTEST;
        timer_start_once(m->loop, &m->feed, 0);
}

int service_manager_new(ServiceManager **ret, struct ev_loop *loop) {
        ServiceManager *m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;

        m->loop = loop;
        ev_io_init(&m->room, on_room, -1, EV_WRITE);
        ev_timer_init(&m->feed, on_feed, 0., 0.);
        m->room.data = m->feed.data = m;
        find_address(m, getenv("NOTIFY_SOCKET"));
        start_feeding(m);
        *ret = m;
        return 0;
}

ServiceManager *service_manager_free(ServiceManager *m) {
        if (!m)
                return NULL;
        forget_room(m);
        ev_timer_stop(m->loop, &m->feed);
        free(m);
        return NULL;
}

static void tell_state(ServiceManager *m, Due due) {
        m->due[due] = true;
        tell(m);
}

void service_manager_ready(ServiceManager *m) {
        /* A reload that nobody has heard of is over. */
        m->due[DUE_RELOADING] = false;
        tell_state(m, DUE_READY);
}

void service_manager_reloading(ServiceManager *m) {
        m->reloading_usec = clock_now_usec();
        tell_state(m, DUE_RELOADING);
}

void service_manager_stopping(ServiceManager *m) {
        tell_state(m, DUE_STOPPING);
}

void service_manager_status(ServiceManager *m, const char *text) {
        if (strcmp(m->status, text) == 0)
                return;
        (void)snprintf(m->status, sizeof(m->status), "%s", text);
        tell_state(m, DUE_STATUS);
}

void service_manager_stood_aside(const char *text) {
        (void)sd_notifyf(0, "READY=1\nSTATUS=%s", text);
        (void)sd_notify(0, "STOPPING=1");
}

/* NULL: taken. */
static const char *take_socket(
        const char *name, int fd, const char *const names[], int fds[], size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (strcmp(name, names[i]) != 0)
                        continue;
                if (fds[i] >= 0)
                        return "there is one of this name already";
                if (sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) <= 0)
                        return "it is no Unix stream socket that listens";
                if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                        return strerror(errno);
                fds[i] = fd;
                return NULL;
        }
        return "nothing of this name is expected";
}

void service_manager_take_sockets(const char *const names[], int fds[], size_t n) {
        char **given = NULL;

        for (size_t i = 0; i < n; i++)
                fds[i] = -1;
        int n_given = sd_listen_fds_with_names(1, &given);
        for (int i = 0; i < n_given; i++) {
                int fd = SD_LISTEN_FDS_START + i;
                const char *why = take_socket(given[i], fd, names, fds, n);

                if (why) {
                        log_warning("the socket \"%s\" from systemd is closed: %s", given[i], why);
                        close(fd);
                }
                free(given[i]);
        }
        free(given);
}
