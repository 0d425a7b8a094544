#include "loop/service-manager.h"

#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

void service_manager_ready(void) {
        (void)sd_notify(0, "READY=1");
}

void service_manager_stopping(void) {
        (void)sd_notify(0, "STOPPING=1");
}

/* sd_notify() waits for a manager that does not read. That is right for the two states above,
 * which it must not miss; a status line that is not taken is replaced by the next one. */
void service_manager_status(const char *text) {
        const char *path = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        char line[512];

        size_t size = path ? strlen(path) : 0;
        if (size == 0 || size >= sizeof(address.sun_path))
                return;
        memcpy(address.sun_path, path, size);
        if (path[0] == '@') /* an abstract name */
                address.sun_path[0] = '\0';
        int n = snprintf(line, sizeof(line), "STATUS=%s", text);
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (n < 0 || fd < 0)
                return;
        if (sendto(fd, line, strnlen(line, sizeof(line)), MSG_NOSIGNAL, (struct sockaddr *)&address,
                    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0)
                log_debug("the service manager did not take the status: %m");
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
