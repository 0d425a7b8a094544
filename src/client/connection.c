/* The stream to spored. */
#include "client/connection.h"

#include "client/buffer.h"
#include "spored/client.h"
#include "util/cleanup.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

#define READ_BYTES 16384 /* at once */

struct SporedConnection {
        int epoll_fd, timer_fd;
        int socket_fd; /* -1: not open */
        SporedBuffer in, out;
        size_t scanned;     /* bytes of `in` that are known to hold no newline */
        bool waits_to_send; /* epoll tells when there is room */
        int send_error;     /* 0: none */
};

DEFINE_CLEANUP(SporedConnection *, spored_connection_free);

static int watch(const SporedConnection *connection, int operation, int fd, uint32_t events) {
        struct epoll_event event = {.events = events, .data.fd = fd};

        return epoll_ctl(connection->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

int spored_connection_new(SporedConnection **ret) {
        _cleanup_(spored_connection_freep) SporedConnection *connection =
                calloc(1, sizeof(*connection));
        int r;

        if (!connection)
                return -ENOMEM;
        connection->socket_fd = connection->timer_fd = -1;
        connection->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (connection->epoll_fd < 0)
                return -errno;
        connection->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (connection->timer_fd < 0)
                return -errno;
        r = watch(connection, EPOLL_CTL_ADD, connection->timer_fd, EPOLLIN);
        if (r < 0)
                return r;
        *ret = STEAL(connection);
        return 0;
}

SporedConnection *spored_connection_free(SporedConnection *connection) {
        if (!connection)
                return NULL;
        spored_connection_close(connection);
        if (connection->timer_fd >= 0)
                close(connection->timer_fd);
        if (connection->epoll_fd >= 0)
                close(connection->epoll_fd);
        free(connection);
        return NULL;
}

static int open_at(SporedConnection *connection, const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd, r;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -errno;
        r = connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0
                    ? -errno
                    : watch(connection, EPOLL_CTL_ADD, fd, EPOLLIN);
        if (r == 0)
                connection->socket_fd = fd;
        else
                close(fd);
        return r;
}

int spored_connection_open(SporedConnection *connection, const char *path) {
        int r = -ENOENT;

        spored_connection_close(connection);
        if (path)
                return open_at(connection, path);
        for (unsigned i = 0; r == -ENOENT || r == -ECONNREFUSED || r == -ENAMETOOLONG; i++) {
                char place[PATH_MAX];
                int found = spored_client_path(i, place, sizeof(place));

                if (found == 0)
                        break;
                r = found < 0 ? found : open_at(connection, place);
        }
        return r;
}

void spored_connection_close(SporedConnection *connection) {
        if (connection->socket_fd >= 0) {
                /* Said to epoll, because a child of the program may have the socket still. */
                (void)watch(connection, EPOLL_CTL_DEL, connection->socket_fd, 0);
                close(connection->socket_fd);
                connection->socket_fd = -1;
        }
        spored_buffer_done(&connection->in);
        spored_buffer_done(&connection->out);
        connection->scanned = 0;
        connection->waits_to_send = false;
        connection->send_error = 0;
}

bool spored_connection_is_open(const SporedConnection *connection) {
        return connection->socket_fd >= 0;
}

int spored_connection_fd(const SporedConnection *connection) {
        return connection->epoll_fd;
}

size_t spored_connection_unsent(const SporedConnection *connection) {
        return spored_buffer_size(&connection->out);
}

/* Has epoll tell of room, or no longer. After an error too: so there is a next step. */
static void update_waiting(SporedConnection *connection) {
        bool waits = spored_connection_unsent(connection) > 0;
        int r;

        if (waits == connection->waits_to_send)
                return;
        connection->waits_to_send = waits;
        r = watch(connection, EPOLL_CTL_MOD, connection->socket_fd,
                waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
        if (r < 0)
                connection->send_error = r;
}

static void flush(SporedConnection *connection) {
        SporedBuffer *out = &connection->out;

        while (connection->send_error == 0 && spored_buffer_size(out) > 0) {
                ssize_t n = send(connection->socket_fd, out->data + out->start,
                        spored_buffer_size(out), MSG_NOSIGNAL);

                if (n >= 0)
                        spored_buffer_drop(out, (size_t)n);
                else if (errno == EAGAIN)
                        break;
                else if (errno != EINTR)
                        connection->send_error = errno == EPIPE ? -ECONNRESET : -errno;
        }
        update_waiting(connection);
}

int spored_connection_send(SporedConnection *connection, const char *text) {
        SporedBuffer *out = &connection->out;
        size_t size = strlen(text);
        int r;

        r = spored_buffer_reserve(out, size + 1, SPORED_UNSENT_MAX);
        if (r < 0)
                return r;
        memcpy(out->data + out->used, text, size);
        out->data[out->used + size] = '\n';
        out->used += size + 1;
        flush(connection);
        return 0;
}

/* 1: something was read. */
static int fill(SporedConnection *connection) {
        SporedBuffer *in = &connection->in;
        ssize_t n;
        int r;

        /* The lines have been taken: what is left is part of one, and no longer than that. */
        r = spored_buffer_reserve(in, READ_BYTES, SPORED_LINE_MAX + READ_BYTES);
        if (r < 0)
                return r;
        n = recv(connection->socket_fd, in->data + in->used, READ_BYTES, 0);
        if (n == 0)
                return -ECONNRESET;
        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        in->used += (size_t)n;
        return 1;
}

int spored_connection_step(SporedConnection *connection) {
        int r;

        flush(connection);
        r = fill(connection);
        /* What was said before the end is read first. */
        if (r > 0)
                return 0;
        return r < 0 ? r : connection->send_error;
}

int spored_connection_line(SporedConnection *connection, char **ret, size_t *ret_size) {
        SporedBuffer *in = &connection->in;
        size_t held = spored_buffer_size(in), size;
        char *line, *newline;

        if (held == connection->scanned)
                return 0;
        line = in->data + in->start;
        newline = memchr(line + connection->scanned, '\n', held - connection->scanned);
        size = newline ? (size_t)(newline - line) : held;
        connection->scanned = newline ? 0 : held;
        if (size > SPORED_LINE_MAX)
                return -EMSGSIZE;
        if (!newline)
                return 0;
        *newline = '\0';
        spored_buffer_drop(in, size + 1);
        *ret = line;
        *ret_size = size;
        return 1;
}

void spored_connection_set_timer(SporedConnection *connection, unsigned ms) {
        const struct itimerspec time = {
                .it_value = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}};

        /* Cannot fail: the descriptor and the time are good. */
        (void)timerfd_settime(connection->timer_fd, 0, &time, NULL);
}

bool spored_connection_timer_due(SporedConnection *connection) {
        uint64_t expirations;

        return read(connection->timer_fd, &expirations, sizeof(expirations)) > 0;
}
