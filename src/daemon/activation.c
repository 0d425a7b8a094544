#include "daemon/activation.h"

#include "loop/service-manager.h"
#include "util/cleanup.h"

#include <string.h>
#include <sys/socket.h>

#define TURNED_AWAY_MAX 4096 /* SOMAXCONN: more cannot wait */

void activation_take(Activation *ret) {
        /* A unit that names no other name has its own. */
        static const char *const names[] = {"spored.socket", "read-only"};
        int fds[ELEMENTS(names)];

        service_manager_take_sockets(names, fds, ELEMENTS(names));
        *ret = (Activation){.socket = fds[0], .read_only = fds[1]};
}

static void turn_away(int listener, const char *line) {
        for (unsigned i = 0; i < TURNED_AWAY_MAX; i++) {
                _cleanup_close_ int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

                if (fd < 0)
                        return;
                (void)send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
}

void activation_turn_away(const Activation *activation, const char *why) {
        char line[512];

        (void)snprintf(line, sizeof(line), "{\"error\":\"unavailable\",\"detail\":\"%s\"}\n", why);
        if (activation->socket >= 0)
                turn_away(activation->socket, line);
        if (activation->read_only >= 0)
                turn_away(activation->read_only, line);
}

void activation_done(Activation *activation) {
        cleanup_closep(&activation->socket);
        cleanup_closep(&activation->read_only);
        *activation = (Activation){-1, -1};
}
