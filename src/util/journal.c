/* Sending to systemd-journald. */
#include "util/journal.h"

#include "util/cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

bool journal_is_stream(int fd, const char *journal_stream) {
        char name[64];
        struct stat st;

        if (!journal_stream || fstat(fd, &st) < 0)
                return false;
        (void)snprintf(name, sizeof name, "%" PRIuMAX ":%" PRIuMAX, (uintmax_t)st.st_dev,
                (uintmax_t)st.st_ino);
        return strcmp(name, journal_stream) == 0;
}

int journal_open(void) {
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        return fd < 0 ? -errno : fd;
}

/* sendmsg() only reads what an iovec points to, but iov_base is not const. */
static struct iovec iov_of(const char *text) {
        return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
}

int journal_send(int fd, const char *path, int priority, const char *text, const char *field) {
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        char head[64];
        struct iovec iov[5];
        /* Addressed each time, not connected: so a new journald is found again. */
        struct msghdr message = {
                .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = iov, .msg_iovlen = 3};

        if (strlen(path) >= sizeof to.sun_path)
                return -ENAMETOOLONG;
        strcpy(to.sun_path, path);
        (void)snprintf(
                head, sizeof head, "PRIORITY=%d\nSYSLOG_IDENTIFIER=spored\nMESSAGE=", priority);
        iov[0] = iov_of(head);
        iov[1] = iov_of(text);
        iov[2] = iov_of("\n");
        if (field) {
                iov[3] = iov_of(field);
                iov[4] = iov_of("\n");
                message.msg_iovlen = 5;
        }
        return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
