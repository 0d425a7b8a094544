#include "loop/file-writer.h"

#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Owned by whoever called file_writer_new(). */
struct FileWriter {
        struct ev_loop *loop;
        char *path, *temporary, *directory; /* owned */
        unsigned mode;
        bool durable;
        const FileWriterEvents *events;
        void *userdata;
        struct ev_child child;
        bool busy;  /* there is a child */
        char *next; /* owned: to be written when the child has ended, or NULL */
        size_t next_size;
        int error; /* the last one, said already */
};

DEFINE_CLEANUP(FileWriter *, file_writer_free);

static int write_all(int fd, const char *data, size_t size) {
        while (size > 0) {
                ssize_t n = write(fd, data, size);

                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0) {
                        data += n;
                        size -= (size_t)n;
                }
        }
        return 0;
}

static int sync_directory(const char *path) {
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int write_temporary(const FileWriter *w, const char *data, size_t size) {
        /* One that was left behind, or that somebody has put there as a link. */
        (void)unlink(w->temporary);
        _cleanup_close_ int fd =
                open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

        if (fd < 0)
                return -errno;
        int r = write_all(fd, data, size);
        if (r < 0)
                return r;
        if (fchmod(fd, w->mode) < 0 || (w->durable && fsync(fd) < 0))
                return -errno;
        return 0;
}

static int write_file(const FileWriter *w, const char *data, size_t size) {
        int r = write_temporary(w, data, size);

        if (r >= 0 && rename(w->temporary, w->path) < 0)
                r = -errno;
        if (r < 0) {
                (void)unlink(w->temporary);
                return r;
        }
        return w->durable ? sync_directory(w->directory) : 0;
}

/* Holds nothing open that is the daemon's, since a disk may keep it for long, and hears no signal:
 * the service manager sends those to the whole group, and this shall come to its end. */
static _Noreturn void run_child(const FileWriter *w, const char *data, size_t size) {
        (void)close_range(STDERR_FILENO + 1, UINT_MAX, 0);
        _exit(-write_file(w, data, size));
}

static int start(FileWriter *w, const char *data, size_t size) {
        sigset_t all, old;
        pid_t pid;

        (void)sigfillset(&all);
        (void)sigprocmask(SIG_SETMASK, &all, &old);
        pid = fork();
        if (pid == 0)
                run_child(w, data, size);
        int error = errno;
        (void)sigprocmask(SIG_SETMASK, &old, NULL);
        if (pid < 0)
                return -error;
        ev_child_set(&w->child, pid, 0);
        ev_child_start(w->loop, &w->child);
        w->busy = true;
        return 0;
}

static void note(FileWriter *w, int error) {
        if (error < 0 && error != w->error)
                log_error("%s cannot be written: %s", w->path, strerror(-error));
        else if (error == 0 && w->error < 0)
                log_info("%s can be written again", w->path);
        w->error = error;
}

static int exit_error(int status) {
        /* Killed: whoever did it knows why. */
        return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static void on_child(struct ev_loop *loop, struct ev_child *child, int revents) {
        FileWriter *w = child->data;
        _cleanup_free_ char *data = STEAL(w->next);

        ev_child_stop(loop, child);
        w->busy = false;
        int r = exit_error(child->rstatus);
        note(w, r);
        if (data) {
                r = start(w, data, w->next_size);
                if (r >= 0)
                        return;
                note(w, r);
        }
        w->events->done(r, w->userdata);
}

static char *directory_of(const char *path) {
        const char *slash = strrchr(path, '/');

        if (!slash)
                return strdup(".");
        return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static int set_paths(FileWriter *w, const char *path) {
        w->path = strdup(path);
        w->directory = directory_of(path);
        if (asprintf(&w->temporary, "%s.tmp", path) < 0)
                w->temporary = NULL;
        return w->path && w->directory && w->temporary ? 0 : -ENOMEM;
}

int file_writer_new(FileWriter **ret, struct ev_loop *loop, const FileWriterParameters *parameters,
        const FileWriterEvents *events, void *userdata) {
        _cleanup_(file_writer_freep) FileWriter *w = calloc(1, sizeof(*w));

        if (!w)
                return -ENOMEM;
        w->loop = loop;
        w->mode = parameters->mode;
        w->durable = parameters->durable;
        w->events = events;
        w->userdata = userdata;
        ev_child_init(&w->child, on_child, 0, 0);
        w->child.data = w;
        int r = set_paths(w, parameters->path);
        if (r >= 0)
                *ret = STEAL(w);
        return r;
}

FileWriter *file_writer_free(FileWriter *w) {
        if (!w)
                return NULL;
        ev_child_stop(w->loop, &w->child);
        free(w->next);
        free(w->directory);
        free(w->temporary);
        free(w->path);
        free(w);
        return NULL;
}

int file_writer_write(FileWriter *w, char *data, size_t size) {
        _cleanup_free_ char *owned = data;

        if (file_writer_busy(w)) {
                free(w->next);
                w->next = STEAL(owned);
                w->next_size = size;
                return 0;
        }
        int r = start(w, data, size);
        if (r < 0)
                note(w, r);
        return r;
}

bool file_writer_busy(const FileWriter *w) {
        return w->busy;
}
