#include "util/group.h"

#include <errno.h>
#include <grp.h>

int group_find(const char *name, gid_t *ret) {
        errno = 0;
        const struct group *group = getgrnam(name);
        int r = -errno;

        if (group) {
                *ret = group->gr_gid;
                return 0;
        }
        /* What getgrnam(3) may say where there is none. */
        return r == 0 || r == -ENOENT || r == -EBADF || r == -EPERM ? -ESRCH : r;
}
