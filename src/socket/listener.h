/* The socket file: made without a moment in which it is open to more than it should be, and never
 * taken from another daemon. */
#pragma once

#include <sys/types.h>

typedef struct Listener {
        int fd;     /* owned; does not block */
        char *path; /* owned */
        dev_t dev;  /* the file that was bound: it is removed only if it is still this one */
        ino_t ino;
} Listener;

/* As server_new() promises for path, group and mode. Logs what failed. */
int listener_open(Listener *ret, const char *path, const char *group, unsigned mode);
/* Takes {.fd = -1} and what listener_open() made. */
void listener_close(Listener *listener);
