/* Who is at the other end of a connection. */
#include "socket/rights.h"

#include "util/cleanup.h"
#include "util/group.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define GROUPS_GUESS 32

int rights_find_group(const char *key, const char *name, gid_t *ret) {
        int r = group_find(name, ret);

        if (r == -ESRCH)
                log_error("%s: there is no group %s", key, name);
        else if (r < 0)
                log_error("%s: cannot look for the group %s: %s", key, name, strerror(-r));
        return r;
}

/* The supplementary groups; *ret_n is 0 where they cannot be known. */
static gid_t *peer_groups(int fd, size_t *ret_n) {
        socklen_t size = GROUPS_GUESS * sizeof(gid_t);
        _cleanup_free_ gid_t *groups = malloc(size);
        int r;

        *ret_n = 0;
        if (!groups)
                return NULL;
        r = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
        if (r < 0 && errno == ERANGE) {
                /* Now size says how much is needed. */
                free(groups);
                groups = malloc(size);
                r = groups ? getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) : -1;
        }
        if (r < 0)
                return NULL;
        *ret_n = size / sizeof(gid_t);
        return STEAL(groups);
}

static bool is_member(int fd, gid_t group) {
        size_t n;
        _cleanup_free_ gid_t *groups = peer_groups(fd, &n);

        for (size_t i = 0; i < n; i++)
                if (groups[i] == group)
                        return true;
        return false;
}

bool rights_is_administrator(int fd, gid_t admin_group) {
        struct ucred who;
        socklen_t size = sizeof(who);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
                return false;
        if (who.uid == 0 || who.uid == geteuid())
                return true;
        if (admin_group == RIGHTS_NO_GROUP)
                return false;
        return who.gid == admin_group || is_member(fd, admin_group);
}
