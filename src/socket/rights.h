/* Who is at the other end of a connection, and what it may do. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#define RIGHTS_NO_GROUP ((gid_t)-1)

/* The number of a group; key is where its name stands, for the line that says that there is none:
 * "[socket] admin_group". Reads files: at the start only. Negative errno. */
int rights_find_group(const char *key, const char *name, gid_t *ret);
/* True for root, the user that spored runs as, and members of admin_group (RIGHTS_NO_GROUP: none):
 * as the program was when it connected, see SO_PEERCRED and SO_PEERGROUPS in socket(7). */
bool rights_is_administrator(int fd, gid_t admin_group);
