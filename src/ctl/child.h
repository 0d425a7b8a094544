/* A command that is run with a time limit. */
#pragma once

#include "util/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CHILD_INPUT_MAX = 4096 }; /* every pipe takes so much at once */

typedef struct Child {
        pid_t pid;          /* and its process group; 0: none */
        uint64_t next_usec; /* when child_check_time() has to do something; USEC_NEVER: never */
        bool overdue;       /* it was told to end */
} Child;

/* Whether child_start() will find the command now: 0, or the errno of the last place. */
int child_find(const char *command);
/* Runs argv, found by PATH, without a shell, in a process group of its own; its standard input is
 * the size bytes of input (at most CHILD_INPUT_MAX), no signal is blocked and SIGPIPE not ignored.
 * 0, or a negative errno: -ENOENT if there is no such command, -EMSGSIZE. limit_usec 0: no limit.
 */
int child_start(Child *child, char *const *argv, char *const *environment, const void *input,
        size_t size, uint64_t limit_usec);
/* At its limit SIGTERM to its group, two seconds later SIGKILL. */
void child_check_time(Child *child, uint64_t now_usec);
/* As if the limit were now. */
void child_end(Child *child, uint64_t now_usec);
/* Does not wait. 1 and what waitpid() says in *ret if it has ended; then there is none. What is
 * left of the group of one that was told to end is killed. 0: it still runs. */
int child_reap(Child *child, int *ret);
