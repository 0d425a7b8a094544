/* A command that is run with a time limit. */
#include "ctl/child.h"

#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#define KILL_AFTER_USEC (2 * USEC_PER_SEC)

/* The reading end of a pipe that holds the input and nothing more. */
static int make_input(const void *input, size_t size) {
        _cleanup_close_ int writing = -1;
        int ends[2];

        if (size > CHILD_INPUT_MAX)
                return -EMSGSIZE;
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        writing = ends[1];
        if (size == 0 || write(writing, input, size) == (ssize_t)size)
                return ends[0];
        close(ends[0]);
        return -EIO;
}

static int set_attributes(posix_spawnattr_t *attributes) {
        sigset_t none, ours;
        int r;

        sigemptyset(&none);
        ours = none;
        sigaddset(&ours, SIGPIPE);
        r = posix_spawnattr_setpgroup(attributes, 0);
        if (r == 0)
                r = posix_spawnattr_setsigmask(attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setsigdefault(attributes, &ours);
        if (r == 0)
                r = posix_spawnattr_setflags(attributes,
                        POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        return r;
}

/* Positive errnos, as posix_spawn() has them. */
static int spawn(pid_t *ret, char *const *argv, char *const *environment, int input) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        int r = posix_spawn_file_actions_init(&actions);

        if (r != 0)
                return r;
        r = posix_spawnattr_init(&attributes);
        if (r == 0) {
                r = set_attributes(&attributes);
                if (r == 0)
                        r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
                if (r == 0)
                        r = posix_spawnp(ret, argv[0], &actions, &attributes, argv, environment);
                (void)posix_spawnattr_destroy(&attributes);
        }
        (void)posix_spawn_file_actions_destroy(&actions);
        return r;
}

int child_find(const char *command) {
        _cleanup_free_ char *path = NULL;
        const char *folders = getenv("PATH");
        int r = -ENOENT;

        if (strchr(command, '/'))
                return access(command, X_OK) < 0 ? -errno : 0;
        path = strdup(folders ? folders : "/bin:/usr/bin");
        if (!path)
                return -ENOMEM;
        for (char *rest = path, *folder; r < 0 && (folder = strsep(&rest, ":"));) {
                _cleanup_free_ char *file = NULL;

                if (asprintf(&file, "%s/%s", *folder ? folder : ".", command) < 0)
                        return -ENOMEM;
                r = access(file, X_OK) < 0 ? -errno : 0;
        }
        return r;
}

int child_start(Child *child, char *const *argv, char *const *environment, const void *input,
        size_t size, uint64_t limit_usec) {
        _cleanup_close_ int reading = make_input(input, size);
        pid_t pid;
        int r;

        if (reading < 0)
                return reading;
        r = spawn(&pid, argv, environment, reading);
        if (r != 0)
                return -r;
        *child = (Child){.pid = pid,
                .next_usec = limit_usec > 0 ? clock_now_usec() + limit_usec : USEC_NEVER};
        return 0;
}

void child_end(Child *child, uint64_t now_usec) {
        if (child->pid == 0 || child->overdue)
                return;
        (void)kill(-child->pid, SIGTERM);
        child->overdue = true;
        child->next_usec = now_usec + KILL_AFTER_USEC;
}

void child_check_time(Child *child, uint64_t now_usec) {
        if (child->pid == 0 || now_usec < child->next_usec)
                return;
        if (!child->overdue) {
                child_end(child, now_usec);
                return;
        }
        (void)kill(-child->pid, SIGKILL);
        child->next_usec = USEC_NEVER;
}

int child_reap(Child *child, int *ret) {
        siginfo_t info = {};

        if (child->pid == 0 ||
                waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
                info.si_pid == 0)
                return 0;
        /* Before it is reaped: from then on its number may be another's. */
        if (child->overdue)
                (void)kill(-child->pid, SIGKILL);
        (void)waitpid(child->pid, ret, 0);
        *child = (Child){.next_usec = USEC_NEVER};
        return 1;
}
