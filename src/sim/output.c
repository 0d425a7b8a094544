#include "sim/output.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

struct Output {
        int fd;       /* what is written to */
        int own;      /* another opening of the same file; negative: there is none */
        bool socket;  /* each write says for itself that it does not wait */
        int error;    /* the file's */
        char *data;   /* owned */
        size_t begin; /* what stands before it is written */
        size_t end, size;
};

/* O_NONBLOCK is of the opening, and ours is shared: with the shell and with who reads its
 * terminal. So a pipe or a terminal is opened once more, where that is allowed. */
static int open_again(int fd) {
        char path[32];
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0 || (!S_ISFIFO(st.st_mode) && !isatty(fd)))
                return -1;
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int output_new(Output **ret, int fd) {
        Output *o = calloc(1, sizeof(*o));
        struct stat st;

        if (!o)
                return -ENOMEM;
        o->own = open_again(fd);
        o->fd = o->own >= 0 ? o->own : fd;
        o->socket = fd >= 0 && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
        o->error = fd < 0 ? -EBADF : 0;
        *ret = o;
        return 0;
}

Output *output_free(Output *output) {
        if (!output)
                return NULL;
        if (output->own >= 0)
                (void)close(output->own);
        free(output->data);
        free(output);
        return NULL;
}

static bool make_room(Output *o, size_t size) {
        size_t wanted = 2 * (o->end - o->begin + size);
        char *data;

        if (o->size - o->end >= size)
                return true;
        if (o->begin > 0)
                memmove(o->data, o->data + o->begin, o->end - o->begin);
        o->end -= o->begin;
        o->begin = 0;
        if (o->size >= wanted)
                return true;
        data = realloc(o->data, wanted);
        if (!data)
                return false;
        o->data = data;
        o->size = wanted;
        return true;
}

bool output_add(Output *output, const char *data, size_t size) {
        if (size == 0)
                return true;
        if (!make_room(output, size))
                return false;
        memcpy(output->data + output->end, data, size);
        output->end += size;
        return true;
}

size_t output_waiting(const Output *output) {
        return output->end - output->begin;
}

void output_take_back(Output *output, size_t waiting) {
        output->end = output->begin + waiting;
}

/* Where waiting cannot be forbidden, poll() has said that so many bytes need none. */
static ssize_t write_piece(const Output *o) {
        size_t waiting = output_waiting(o);
        size_t size = waiting < PIPE_BUF ? waiting : PIPE_BUF;

        if (o->socket)
                return send(o->fd, o->data + o->begin, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        return write(o->fd, o->data + o->begin, size);
}

static bool is_ready(const Output *o) {
        struct pollfd fd = {.fd = o->fd, .events = POLLOUT};

        return poll(&fd, 1, 0) > 0;
}

int output_write(Output *output) {
        while (output->error == 0 && output_waiting(output) > 0 && is_ready(output)) {
                ssize_t n = write_piece(output);

                if (n >= 0)
                        output->begin += (size_t)n;
                else if (errno == EAGAIN)
                        break;
                else if (errno != EINTR)
                        output->error = -errno;
        }
        return output->error;
}

int output_fd(const Output *output) {
        return output->fd;
}

int output_drain(Output *output, int stop_fd, int timeout_msec) {
        struct pollfd fds[] = {
                {.fd = output->fd, .events = POLLOUT}, {.fd = stop_fd, .events = POLLIN}};

        while (output_write(output) == 0 && output_waiting(output) > 0)
                if (poll(fds, ELEMENTS(fds), timeout_msec) <= 0 || fds[1].revents)
                        break;
        return output->error;
}
