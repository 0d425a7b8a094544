/* Groups of users. */
#pragma once

#include <sys/types.h>

/* The number of the group of this name. Reads files: not while serving. -ESRCH: there is none;
 * another negative errno: it cannot be looked for. Logs nothing. */
int group_find(const char *name, gid_t *ret);
