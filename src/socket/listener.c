/* The socket file. */
#include "socket/listener.h"

#include "socket/rights.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static const struct {
        const char *path, *group;
        const char *hint;       /* where there is no getting in */
        const char *activation; /* what systemd calls it */
} places[] = {
        [LISTENER_MAIN] = {"socket.path", "[socket] group",
                "; set XDG_RUNTIME_DIR, or choose another place with -o socket.path=PATH",
                "spored.socket"},
        [LISTENER_READ_ONLY] = {"socket.read_only_path", "[socket] read_only_group",
                "; choose another place with -o socket.read_only_path=PATH", "read-only"},
};

static int fill_address(struct sockaddr_un *ret, const char *path) {
        *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
        if (strlen(path) >= sizeof(ret->sun_path)) {
                log_error("socket: %s is longer than %zu bytes", path, sizeof(ret->sun_path) - 1);
                return -ENAMETOOLONG;
        }
        memcpy(ret->sun_path, path, strlen(path) + 1);
        return 0;
}

/* What to do where a place is not ours. */
static const char *hint_at_place(ListenerKind kind, int error) {
        if (error == -EACCES || error == -EPERM || error == -ENOENT || error == -EROFS)
                return places[kind].hint;
        return "";
}

static int make_parent(ListenerKind kind, const char *path) {
        _cleanup_free_ char *parent = strdup(path);
        char *slash;
        int r;

        if (!parent)
                return -ENOMEM;
        slash = strrchr(parent, '/');
        if (!slash || slash == parent)
                return 0;
        *slash = '\0';
        if (mkdir(parent, 0755) == 0 || errno == EEXIST)
                return 0;
        r = -errno;
        log_error("socket: cannot make the directory %s: %s%s", parent, strerror(-r),
                hint_at_place(kind, r));
        return r;
}

static int open_socket(void) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int r;

        if (fd >= 0)
                return fd;
        r = -errno;
        log_error("socket: cannot make a socket: %s", strerror(-r));
        return r;
}

/* 0: path is free, now if not before. Only a socket that nobody answers on is removed. */
static int clear_stale(const struct sockaddr_un *address) {
        const char *path = address->sun_path;
        _cleanup_close_ int fd = -1;
        struct stat st;

        if (lstat(path, &st) < 0)
                return errno == ENOENT ? 0 : -errno;
        if (!S_ISSOCK(st.st_mode))
                return -EEXIST;
        fd = open_socket();
        if (fd < 0)
                return fd;
        if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
                return -EADDRINUSE;
        if (errno == ECONNREFUSED)
                return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
        if (errno == ENOENT)
                return 0;
        /* EAGAIN: its backlog is full, EPROTOTYPE: of another kind. Somebody is there. */
        return errno == EAGAIN || errno == EPROTOTYPE ? -EADDRINUSE : -errno;
}

static void log_stale(ListenerKind kind, const char *path, int error) {
        if (error == -EEXIST)
                log_error("socket: %s is there and is not a socket", path);
        else if (error == -EADDRINUSE)
                log_error("socket: another program answers on %s: stop it, or choose another place "
                          "with -o %s=PATH",
                        path, places[kind].path);
        else
                log_error("socket: cannot look at %s: %s%s", path, strerror(-error),
                        hint_at_place(kind, error));
}

/* Binds with no permission at all; group and mode follow in this order. */
static int bind_closed(ListenerKind kind, int fd, const struct sockaddr_un *address) {
        mode_t old = umask(0777);
        int r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

        (void)umask(old);
        if (r < 0)
                log_error("socket: cannot bind %s: %s%s", address->sun_path, strerror(-r),
                        hint_at_place(kind, r));
        return r;
}

static int set_access(const char *path, gid_t group, unsigned mode) {
        int r;

        if (group != RIGHTS_NO_GROUP && lchown(path, (uid_t)-1, group) < 0) {
                r = -errno;
                log_error("socket: cannot give %s to its group: %s", path, strerror(-r));
                return r;
        }
        if (chmod(path, mode) < 0) {
                r = -errno;
                log_error("socket: cannot set the mode of %s: %s", path, strerror(-r));
                return r;
        }
        return 0;
}

static int start_listening(Listener *listener, gid_t group, unsigned mode) {
        struct stat st;
        int r;

        if (lstat(listener->path, &st) == 0) {
                listener->dev = st.st_dev;
                listener->ino = st.st_ino;
        }
        r = set_access(listener->path, group, mode);
        if (r < 0)
                return r;
        if (listen(listener->fd, SOMAXCONN) == 0)
                return 0;
        r = -errno;
        log_error("socket: cannot listen on %s: %s", listener->path, strerror(-r));
        return r;
}

#define LOCK_TRIES_MAX 10 /* each is lost to another start */

typedef struct Lock {
        char *path;
        int fd;
} Lock;

/* Removed while it is held, so whoever gets it afterwards must look whether it is still there. */
static void lock_done(Lock *lock) {
        if (lock->fd >= 0) {
                (void)unlink(lock->path);
                close(lock->fd);
        }
        free(lock->path);
}

/* 1: the file was removed meanwhile by whoever had it. */
static int lock_try(Lock *lock) {
        struct stat opened, there;
        int fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

        if (fd < 0)
                return -errno;
        int r = flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &opened) < 0 ? -errno : 0;
        if (r == 0 && (lstat(lock->path, &there) < 0 || there.st_ino != opened.st_ino ||
                              there.st_dev != opened.st_dev))
                r = 1;
        if (r == 0)
                lock->fd = fd;
        else
                close(fd);
        return r;
}

/* Until the socket is listening nobody else may look at its place, or two that start at once take
 * it from each other. The lock is a file of our own beside it: others may not even open it. */
static int lock_place(Lock *lock, ListenerKind kind, const char *path) {
        int r = 1;

        if (asprintf(&lock->path, "%s.lock", path) < 0) {
                lock->path = NULL;
                return -ENOMEM;
        }
        for (unsigned i = 0; i < LOCK_TRIES_MAX && r > 0; i++)
                r = lock_try(lock);
        if (r > 0)
                r = -EWOULDBLOCK;
        if (r == -EWOULDBLOCK)
                log_error("socket: another spored is taking %s: stop it, or choose another place "
                          "with -o %s=PATH",
                        path, places[kind].path);
        else if (r < 0)
                log_error("socket: cannot lock %s: %s%s", lock->path, strerror(-r),
                        hint_at_place(kind, r));
        return r;
}

int listener_open(
        Listener *ret, ListenerKind kind, const char *path, const char *group, unsigned mode) {
        _cleanup_(listener_close) Listener listener = {.fd = -1};
        _cleanup_(lock_done) Lock lock = {.fd = -1};
        struct sockaddr_un address;
        gid_t gid = RIGHTS_NO_GROUP;
        int r;

        r = fill_address(&address, path);
        if (r == 0 && group)
                r = rights_find_group(places[kind].group, group, &gid);
        if (r == 0)
                r = make_parent(kind, path);
        if (r < 0)
                return r;
        r = lock_place(&lock, kind, path);
        if (r < 0)
                return r;
        r = clear_stale(&address);
        if (r < 0) {
                log_stale(kind, path, r);
                return r;
        }
        listener.fd = open_socket();
        if (listener.fd < 0)
                return listener.fd;
        r = bind_closed(kind, listener.fd, &address);
        if (r < 0)
                return r;
        listener.path = strdup(path);
        if (!listener.path) {
                (void)unlink(path);
                return -ENOMEM;
        }
        r = start_listening(&listener, gid, mode);
        if (r < 0)
                return r;
        *ret = listener;
        listener = (Listener){.fd = -1};
        return 0;
}

static int socket_option(int fd, int option) {
        socklen_t size = sizeof(int);
        int value = -1;

        return getsockopt(fd, SOL_SOCKET, option, &value, &size) < 0 ? -errno : value;
}

/* NULL if it is what is needed. */
static const char *why_unfit(int fd, int *ret_error) {
        int domain = socket_option(fd, SO_DOMAIN);

        *ret_error = domain < 0 ? domain : -EPROTOTYPE;
        if (domain < 0)
                return domain == -ENOTSOCK ? "is no socket" : "is not open";
        if (domain != AF_UNIX)
                return "is no Unix socket; ListenStream= takes a path";
        if (socket_option(fd, SO_TYPE) != SOCK_STREAM)
                return "is no stream; it is to be ListenStream=";
        *ret_error = -EINVAL;
        return socket_option(fd, SO_ACCEPTCONN) != 1 ? "does not listen; it needs Accept=no" : NULL;
}

int listener_adopt(Listener *ret, ListenerKind kind, int fd) {
        int r, flags;
        const char *why = why_unfit(fd, &r);

        if (why) {
                log_error("socket: descriptor %d that was passed for %s (%s) %s", fd,
                        places[kind].activation, places[kind].path, why);
                return r;
        }
        flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
                fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
                return -errno;
        *ret = (Listener){.fd = fd};
        return 0;
}

void listener_close(Listener *listener) {
        struct stat st;

        if (listener->path && lstat(listener->path, &st) == 0 && st.st_dev == listener->dev &&
                st.st_ino == listener->ino)
                (void)unlink(listener->path);
        if (listener->fd >= 0)
                close(listener->fd);
        free(listener->path);
        *listener = (Listener){.fd = -1};
}
