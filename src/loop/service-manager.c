#include "loop/service-manager.h"

#include "util/cleanup.h"
#include "util/log.h"

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
