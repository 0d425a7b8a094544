/* Where spored is looked for. */
#include "spored/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SYSTEM_PATH "/run/spored/spored.sock"

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
