/* The program that is run against the simulated BlueZ. */
#include "sim/child.h"

#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static int prepare(const char *bus_address, bool has_input, pid_t parent) {
        sigset_t none;

        (void)signal(SIGPIPE, SIG_DFL);
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        /* What a terminal sends is ours to pass on: once, not twice. */
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || setpgid(0, 0) < 0)
                return -errno;
        /* It may have ended before that was said. */
        if (getppid() != parent)
                return -ESRCH;
        if (!has_input) {
                int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

                if (null < 0 || dup2(null, STDIN_FILENO) < 0)
                        return -errno;
        }
        if (setenv("SPORED_BLUEZ_BUS", bus_address, 1) < 0 ||
                setenv("SPORED_BLUEZ_ADAPTER", "auto", 1) < 0)
                return -errno;
        return 0;
}

pid_t child_start(char *const *words, const char *bus_address, bool has_input) {
        _cleanup_close_ int result = -1;
        pid_t parent = getpid();
        int fds[2], error;

        /* Closed by exec if that succeeds, else it says why not. */
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        result = fds[0];
        pid_t pid = fork();
        if (pid == 0) {
                error = prepare(bus_address, has_input, parent);
                if (error == 0) {
                        execvp(words[0], words);
                        error = -errno;
                }
                if (write(fds[1], &error, sizeof(error)) < 0)
                        _exit(EXIT_FAILURE);
                _exit(EXIT_SUCCESS);
        }
        int r = pid < 0 ? -errno : pid;
        (void)close(fds[1]);
        if (r > 0 && read(result, &error, sizeof(error)) == sizeof(error)) {
                (void)waitpid(pid, NULL, 0);
                r = error;
        }
        return r;
}

int child_exit_status(int status) {
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
