#include "sense/wakes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* What one call of wakes_take() looks at: who tells without end must not keep us. */
#define EVENTS_MAX 64

/* Behind the indexes of the files, in the data of epoll. */
enum {
        TELLS_UEVENT,
        TELLS_INOTIFY,
};

typedef struct Watch {
        char *path;    /* owned: without symbolic links; NULL: no file was found */
        bool is_sysfs; /* uevents tell of it */
        dev_t device;  /* of what is watched: another may take its path */
        ino_t inode;   /* likewise */
        int attribute; /* a file of sysfs, open for poll(); -1: none */
        int directory; /* inotify's watch of the directory; -1: none */
} Watch;

/* Where a file is, without symbolic links. */
typedef struct Place {
        char file[PATH_MAX];
        char directory[PATH_MAX];
        bool is_sysfs;
        struct stat watched; /* the file of sysfs, or the directory; zero: it is not there */
} Place;

struct Wakes {
        Watch *items; /* owned */
        size_t n;
        int epoll, uevent, inotify;
};

static int add_fd(const Wakes *wakes, int fd, uint32_t events, uint64_t mark) {
        struct epoll_event event = {.events = events, .data.u64 = mark};

        return epoll_ctl(wakes->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_all(Wakes *wakes) {
        int r;

        wakes->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (wakes->epoll < 0)
                return -errno;
        wakes->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
        if (wakes->inotify < 0)
                return -errno;
        wakes->uevent = uevent_open();
        if (wakes->uevent < 0)
                return wakes->uevent;
        r = add_fd(wakes, wakes->uevent, EPOLLIN, wakes->n + TELLS_UEVENT);
        return r < 0 ? r : add_fd(wakes, wakes->inotify, EPOLLIN, wakes->n + TELLS_INOTIFY);
}

int wakes_new(Wakes **ret, size_t n) {
        _cleanup_(wakes_freep) Wakes *wakes = calloc(1, sizeof(*wakes));
        int r;

        if (!wakes)
                return -ENOMEM;
        wakes->epoll = wakes->uevent = wakes->inotify = -1;
        wakes->items = calloc(n, sizeof(*wakes->items));
        if (!wakes->items)
                return -ENOMEM;
        for (; wakes->n < n; wakes->n++)
                wakes->items[wakes->n] = (Watch){.attribute = -1, .directory = -1};
        r = open_all(wakes);
        if (r < 0)
                return r;
        *ret = STEAL(wakes);
        return 0;
}

static void close_fd(int *fd) {
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

/* Files of one directory share its watch. */
static void leave_directory(Wakes *wakes, Watch *watch) {
        int directory = watch->directory;

        watch->directory = -1;
        for (size_t i = 0; i < wakes->n; i++)
                if (wakes->items[i].directory == directory)
                        return;
        if (directory >= 0)
                (void)inotify_rm_watch(wakes->inotify, directory);
}

static void forget(Wakes *wakes, Watch *watch) {
        close_fd(&watch->attribute);
        leave_directory(wakes, watch);
        free(watch->path);
        watch->path = NULL;
}

Wakes *wakes_free(Wakes *wakes) {
        if (!wakes)
                return NULL;
        for (size_t i = 0; i < wakes->n; i++)
                forget(wakes, &wakes->items[i]);
        free(wakes->items);
        close_fd(&wakes->uevent);
        close_fd(&wakes->inotify);
        close_fd(&wakes->epoll);
        free(wakes);
        return NULL;
}

int wakes_fd(const Wakes *wakes) {
        return wakes->epoll;
}

/* poll() tells of what has changed since the last read through the same descriptor. */
static bool read_through(int fd) {
        char page[4096];

        return pread(fd, page, sizeof(page), 0) >= 0;
}

static int watch_attribute(Wakes *wakes, Watch *watch) {
        int r;

        watch->attribute = open(watch->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (watch->attribute < 0)
                return -errno;
        r = read_through(watch->attribute)
                    ? add_fd(wakes, watch->attribute, EPOLLPRI, (uint64_t)(watch - wakes->items))
                    : -errno;
        if (r < 0)
                close_fd(&watch->attribute);
        return r;
}

static int watch_directory(Wakes *wakes, Watch *watch, const char *directory) {
        watch->directory = inotify_add_watch(
                wakes->inotify, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
        return watch->directory < 0 ? -errno : 0;
}

/* The directory of path, and path itself without symbolic links. A file that is not there has a
 * directory all the same. */
static int resolve(const char *path, char real[static PATH_MAX], char directory[static PATH_MAX]) {
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *above = NULL;

        if (realpath(path, real)) {
                size_t size = (size_t)(strrchr(real, '/') - real);

                (void)snprintf(directory, PATH_MAX, "%.*s", size > 0 ? (int)size : 1, real);
                return 0;
        }
        above = strndup(path, (size_t)(slash - path) + 1);
        if (!above || !realpath(above, directory))
                return -errno;
        return snprintf(real, PATH_MAX, "%s%s", directory, slash) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int find_place(Place *ret, const char *path) {
        struct statfs fs;
        int r = resolve(path, ret->file, ret->directory);

        if (r < 0)
                return r;
        if (statfs(ret->directory, &fs) < 0)
                return -errno;
        if (fs.f_type == PROC_SUPER_MAGIC)
                return -EOPNOTSUPP;
        ret->is_sysfs = fs.f_type == SYSFS_MAGIC;
        if (stat(ret->is_sysfs ? ret->file : ret->directory, &ret->watched) < 0)
                ret->watched = (struct stat){0};
        return 0;
}

static bool is_watched(const Watch *watch, const Place *place) {
        return watch->path && strcmp(watch->path, place->file) == 0 &&
               watch->device == place->watched.st_dev && watch->inode == place->watched.st_ino &&
               (watch->attribute >= 0 || watch->directory >= 0);
}

int wakes_watch(Wakes *wakes, size_t index, const char *path) {
        Watch *watch = &wakes->items[index];
        Place place;
        int r = path ? find_place(&place, path) : 0;

        if (path && r == 0 && is_watched(watch, &place))
                return 0;
        forget(wakes, watch);
        if (!path || r < 0)
                return r;
        watch->path = strdup(place.file);
        if (!watch->path)
                return -ENOMEM;
        watch->is_sysfs = place.is_sysfs;
        watch->device = place.watched.st_dev;
        watch->inode = place.watched.st_ino;
        r = place.is_sysfs ? watch_attribute(wakes, watch)
                           : watch_directory(wakes, watch, place.directory);
        return r < 0 ? r : 1;
}

static void wake_all(const Wakes *wakes, bool *woken) {
        for (size_t i = 0; i < wakes->n; i++)
                woken[i] = true;
}

void wakes_take_uevent(const Wakes *wakes, const Uevent *uevent, bool *woken) {
        bool is_new = strcmp(uevent->action, "add") == 0;

        for (size_t i = 0; i < wakes->n; i++) {
                const Watch *watch = &wakes->items[i];

                if (!watch->path)
                        woken[i] = woken[i] || is_new;
                else if (watch->is_sysfs && uevent_concerns(uevent, watch->path))
                        woken[i] = true;
        }
}

static void take_uevents(const Wakes *wakes, bool *woken) {
        char buffer[UEVENT_SIZE];
        Uevent uevent;
        int r = 1;

        for (size_t i = 0; i < EVENTS_MAX && r != 0; i++) {
                r = uevent_receive(wakes->uevent, buffer, &uevent);
                if (r > 0)
                        wakes_take_uevent(wakes, &uevent, woken);
                else if (r < 0 && r != -EBADMSG)
                        wake_all(wakes, woken);
        }
}

static void take_file(const Wakes *wakes, const struct inotify_event *event, bool *woken) {
        for (size_t i = 0; i < wakes->n; i++) {
                Watch *watch = &wakes->items[i];

                if (event->wd != watch->directory || watch->directory < 0)
                        continue;
                if (event->mask & IN_IGNORED) {
                        watch->directory = -1;
                        woken[i] = true;
                } else if (event->len > 0 &&
                           strcmp(event->name, strrchr(watch->path, '/') + 1) == 0)
                        woken[i] = true;
        }
}

static void take_files(const Wakes *wakes, bool *woken) {
        _Alignas(struct inotify_event) char buffer[16 * 1024];
        ssize_t n = read(wakes->inotify, buffer, sizeof(buffer));

        for (const char *p = buffer; p < buffer + (n > 0 ? n : 0);) {
                const struct inotify_event *event = (const void *)p;

                if (event->mask & IN_Q_OVERFLOW)
                        wake_all(wakes, woken);
                take_file(wakes, event, woken);
                p += sizeof(*event) + event->len;
        }
}

/* What no longer can be read has gone: it would be ready for ever. */
static void take_attribute(Watch *watch) {
        if (!read_through(watch->attribute))
                close_fd(&watch->attribute);
}

void wakes_take(Wakes *wakes, bool *woken) {
        struct epoll_event events[EVENTS_MAX];
        int n = epoll_wait(wakes->epoll, events, EVENTS_MAX, 0);

        for (int i = 0; i < n; i++) {
                uint64_t mark = events[i].data.u64;

                if (mark == wakes->n + TELLS_UEVENT)
                        take_uevents(wakes, woken);
                else if (mark == wakes->n + TELLS_INOTIFY)
                        take_files(wakes, woken);
                else {
                        take_attribute(&wakes->items[mark]);
                        woken[mark] = true;
                }
        }
}
