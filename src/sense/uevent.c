#include "sense/uevent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GROUP_KERNEL 1 /* the other, 2, is udev's */
#define SYSFS        "/sys"

int uevent_open(void) {
        const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = GROUP_KERNEL};
        int fd =
                socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
        int r;

        if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
                return fd < 0 ? -errno : fd;
        r = -errno;
        close(fd);
        return r;
}

int uevent_receive(int fd, char buffer[static UEVENT_SIZE], Uevent *ret) {
        struct sockaddr_nl from = {0};
        socklen_t from_size = sizeof(from);
        ssize_t n = recvfrom(
                fd, buffer, UEVENT_SIZE - 1, MSG_TRUNC, (struct sockaddr *)&from, &from_size);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n < 0)
                return -errno;
        /* Who may, can send there too: the kernel is 0. */
        if (n > UEVENT_SIZE - 1 || from.nl_pid != 0)
                return -EBADMSG;
        buffer[n] = '\0';
        return uevent_parse(ret, buffer, (size_t)n) ? 1 : -EBADMSG;
}

bool uevent_parse(Uevent *ret, const char *data, size_t size) {
        static const char action[] = "ACTION=", device[] = "DEVPATH=";
        const char *end = data + size;

        *ret = (Uevent){0};
        for (const char *p = data; p < end; p += strlen(p) + 1) {
                if (strncmp(p, action, sizeof(action) - 1) == 0)
                        ret->action = p + sizeof(action) - 1;
                else if (strncmp(p, device, sizeof(device) - 1) == 0)
                        ret->device = p + sizeof(device) - 1;
        }
        return ret->action && ret->device && ret->device[0] == '/' && ret->device[1] != '\0';
}

bool uevent_concerns(const Uevent *uevent, const char *path) {
        size_t size = strlen(uevent->device);

        if (strncmp(path, SYSFS, strlen(SYSFS)) != 0)
                return false;
        path += strlen(SYSFS);
        return strncmp(path, uevent->device, size) == 0 && path[size] == '/';
}
