#include "daemon/places.h"

#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SOCKET_PATH_MAX 107 /* sun_path */

/* NULL: not set, or set to nothing. */
static const char *environment(const char *name) {
        const char *value = getenv(name);

        return value && *value ? value : NULL;
}

static int join(char **ret, const char *folder, size_t length, const char *rest) {
        if (asprintf(ret, "%.*s%s", (int)length, folder, rest) >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

/* A file of one's own is served in the user's runtime directory. */
static int find_socket(char **ret, const Settings *s, bool own_file) {
        const char *runtime = environment("XDG_RUNTIME_DIR");

        if (s->socket.path)
                return join(ret, s->socket.path, strlen(s->socket.path), "");
        if (own_file && runtime)
                return join(ret, runtime, strlen(runtime), "/spored.sock");
        return join(ret, "/run/spored", strlen("/run/spored"), "/spored.sock");
}

/* A file of one's own has values of its own: another one's would be left out, and lost. */
static int join_user_state(char **ret, const char *folder, const char *below, const char *file) {
        const char *name = file ? basename(file) : "";
        int n = asprintf(ret, "%s%s/spored/%s%svalues", folder, below, name, file ? "." : "");

        if (n >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

/* systemd's StateDirectory= may name more than one, and the XDG Base Directory Specification wants
 * absolute paths. */
static int find_state(char **ret, const Settings *s, const char *file) {
        const char *directory = environment("STATE_DIRECTORY");
        const char *xdg = environment("XDG_STATE_HOME");
        const char *home = environment("HOME");

        if (s->persist.file)
                return join(ret, s->persist.file, strlen(s->persist.file), "");
        if (directory)
                return join(ret, directory, strcspn(directory, ":"), "/values");
        if (xdg && *xdg == '/')
                return join_user_state(ret, xdg, "", file);
        if (home)
                return join_user_state(ret, home, "/.local/state", file);
        return 0;
}

int places_find(Places *ret, const Settings *settings, const char *file) {
        int r = find_socket(&ret->socket, settings, file != NULL);

        if (r >= 0)
                r = find_state(&ret->state, settings, file);
        if (r < 0) {
                log_error("no memory for the paths");
                return r;
        }
        if (strlen(ret->socket) > SOCKET_PATH_MAX) {
                log_error("[socket] path is longer than %d bytes", SOCKET_PATH_MAX);
                return -ENAMETOOLONG;
        }
        return 0;
}

void places_done(Places *places) {
        free(places->socket);
        free(places->state);
}
