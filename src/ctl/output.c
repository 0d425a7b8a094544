/* Whole lines to the standard output. */
#include "ctl/output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

int output_write(int fd, const char *data, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, data, size);

                if (n >= 0) {
                        data += n;
                        size -= (size_t)n;
                } else if (errno == EAGAIN) {
                        struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

                        if (poll(&poll_fd, 1, -1) < 0 && errno != EINTR)
                                return -errno;
                } else if (errno != EINTR)
                        return -errno;
        }
        return 0;
}
