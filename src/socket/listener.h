/* The socket file: made without a moment in which it is open to more than it should be, and never
 * taken from another daemon. */
#pragma once

#include <sys/types.h>

/* Which keys of [socket] say where it is. */
typedef enum ListenerKind {
        LISTENER_MAIN,
        LISTENER_READ_ONLY,
} ListenerKind;

typedef struct Listener {
        int fd;     /* owned; does not block */
        char *path; /* owned; NULL: not bound here */
        dev_t dev;  /* the file that was bound: it is removed only if it is still this one */
        ino_t ino;
} Listener;

/* As server_new() promises for path, group and mode. Logs what failed. */
int listener_open(
        Listener *ret, ListenerKind kind, const char *path, const char *group, unsigned mode);
/* Takes a descriptor that listens already (socket activation); its file is nobody's business. If it
 * is none, that is logged: -EBADF, -ENOTSOCK, -EPROTOTYPE or -EINVAL, and it stays the caller's. */
int listener_adopt(Listener *ret, ListenerKind kind, int fd);
/* Takes {.fd = -1} and what the above made. */
void listener_close(Listener *listener);
