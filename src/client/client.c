/* libspored: lines over spored's socket. Stands alone: the C library is all it needs. */
#include "spored/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES (1024 * 1024)
#define BUFFER_MIN     4096
#define SYSTEM_PATH    "/run/spored/spored.sock"

struct SporedClient {
        int fd;
        char *buffer; /* grows up to LINE_MAX_BYTES and a newline */
        size_t room;
        size_t start;   /* of the next line */
        size_t used;    /* end of what was read */
        size_t scanned; /* bytes from start known to hold no newline */
        bool closed;    /* by spored */
};

static int copy_path(char *path, size_t size, const char *directory, const char *name) {
        int n = snprintf(path, size, "%s%s", directory, name);

        return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

/* NULL also if it is empty. */
static const char *variable(const char *name) {
        const char *value = getenv(name);

        return value && *value ? value : NULL;
}

int spored_client_path(unsigned index, char *path, size_t size) {
        const char *chosen = variable("SPORED_SOCKET_PATH");
        const char *runtime = variable("XDG_RUNTIME_DIR");
        unsigned last = runtime && !chosen ? 1 : 0;
        int r;

        if (index > last)
                return 0;
        if (chosen)
                r = copy_path(path, size, chosen, "");
        else if (index < last)
                r = copy_path(path, size, runtime, "/spored.sock");
        else
                r = copy_path(path, size, SYSTEM_PATH, "");
        return r < 0 ? r : 1;
}

static int connect_to(const struct sockaddr_un *address) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int r;

        if (fd < 0)
                return -errno;
        /* It waits only while spored's backlog is full; interrupted there, it starts again. */
        do
                r = connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno
                                                                                        : 0;
        while (r == -EINTR);
        if (r == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                r = -errno;
        if (r == 0)
                return fd;
        close(fd);
        return r;
}

static int new_at(SporedClient **ret, const char *path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        SporedClient *client;
        int r;

        r = copy_path(address.sun_path, sizeof(address.sun_path), path, "");
        if (r < 0)
                return r;
        client = calloc(1, sizeof(*client));
        if (!client)
                return -ENOMEM;
        client->fd = connect_to(&address);
        if (client->fd < 0) {
                r = client->fd;
                free(client);
                return r;
        }
        *ret = client;
        return 0;
}

int spored_client_new(SporedClient **ret, const char *path) {
        int r = -ENOENT;

        if (path)
                return new_at(ret, path);
        for (unsigned i = 0; r == -ENOENT || r == -ECONNREFUSED || r == -ENAMETOOLONG; i++) {
                char place[PATH_MAX];
                int found = spored_client_path(i, place, sizeof(place));

                if (found == 0)
                        break;
                r = found < 0 ? found : new_at(ret, place);
        }
        return r;
}

SporedClient *spored_client_free(SporedClient *client) {
        if (!client)
                return NULL;
        close(client->fd);
        free(client->buffer);
        free(client);
        return NULL;
}

int spored_client_fd(const SporedClient *client) {
        return client->fd;
}

/* Makes room behind `used`. -EMSGSIZE: a line longer than the bound. */
static int reserve(SporedClient *client) {
        size_t room = client->room > 0 ? client->room * 2 : BUFFER_MIN;
        char *grown;

        if (client->start > 0) {
                memmove(client->buffer, client->buffer + client->start,
                        client->used - client->start);
                client->used -= client->start;
                client->start = 0;
        }
        if (client->used < client->room)
                return 0;
        if (room > LINE_MAX_BYTES + 1)
                room = LINE_MAX_BYTES + 1;
        if (room == client->room)
                return -EMSGSIZE;
        grown = realloc(client->buffer, room);
        if (!grown)
                return -ENOMEM;
        client->buffer = grown;
        client->room = room;
        return 0;
}

/* Reads what is there, once. Sets `closed` at the end. */
static int fill(SporedClient *client) {
        ssize_t n;
        int r;

        r = client->used < client->room ? 0 : reserve(client);
        if (r < 0)
                return r;
        n = recv(client->fd, client->buffer + client->used, client->room - client->used, 0);
        if (n > 0)
                client->used += (size_t)n;
        else if (n == 0 || errno == ECONNRESET)
                client->closed = true;
        else if (errno != EAGAIN && errno != EINTR)
                return -errno;
        return 0;
}

/* 1 and *ret if a whole line is there. */
static int take_line(SporedClient *client, const char **ret) {
        char *line, *newline;

        if (client->used == client->start + client->scanned)
                return 0;
        line = client->buffer + client->start;
        newline = memchr(
                line + client->scanned, '\n', client->used - client->start - client->scanned);
        if (!newline) {
                client->scanned = client->used - client->start;
                return 0;
        }
        *newline = '\0';
        client->start += (size_t)(newline - line) + 1;
        client->scanned = 0;
        *ret = line;
        return 1;
}

/* What spored says meanwhile is read too: it stops reading from those who do not read. */
static int wait_to_send(SporedClient *client) {
        struct pollfd poll_fd = {.fd = client->fd, .events = POLLOUT};
        bool may_read = !client->closed && client->used - client->start < LINE_MAX_BYTES;

        if (may_read)
                poll_fd.events |= POLLIN;
        if (poll(&poll_fd, 1, -1) < 0)
                return errno == EINTR ? 0 : -errno;
        return may_read && (poll_fd.revents & POLLIN) ? fill(client) : 0;
}

int spored_client_send(SporedClient *client, const char *line) {
        char newline[] = "\n";
        size_t size = strlen(line), sent = 0;

        if (strchr(line, '\n'))
                return -EINVAL;
        while (sent <= size) {
                /* sendmsg() does not write what its parts point to. */
                struct iovec parts[] = {
                        {.iov_base = (char *)(uintptr_t)line + sent, .iov_len = size - sent},
                        {.iov_base = newline, .iov_len = 1}};
                const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
                ssize_t n = sendmsg(client->fd, &message, MSG_NOSIGNAL);
                int r = 0;

                if (n >= 0)
                        sent += (size_t)n;
                else if (errno == EAGAIN)
                        r = wait_to_send(client);
                else if (errno != EINTR)
                        r = errno == ECONNRESET ? -EPIPE : -errno;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int64_t now_ms(void) {
        struct timespec now;

        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds until deadline, from 0; -1 if there is none. */
static int time_left(int timeout_ms, int64_t deadline) {
        int64_t left = deadline - now_ms();

        if (timeout_ms < 0)
                return -1;
        return left > 0 ? (int)left : 0;
}

int spored_client_receive(SporedClient *client, int timeout_ms, const char **ret_line) {
        int64_t deadline = timeout_ms < 0 ? 0 : now_ms() + timeout_ms;

        for (;;) {
                struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN};
                int r = take_line(client, ret_line);

                if (r != 0)
                        return r;
                if (client->closed)
                        return -ECONNRESET;
                r = poll(&poll_fd, 1, time_left(timeout_ms, deadline));
                if (r == 0)
                        return 0;
                if (r < 0 && errno != EINTR)
                        return -errno;
                r = r > 0 ? fill(client) : 0;
                if (r < 0)
                        return r;
        }
}
