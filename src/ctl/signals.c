/* Signals as something to wait for. */
#include "ctl/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Blocked, an ignored one would be read all the same. */
static void add_unless_ignored(sigset_t *set, int signal) {
        struct sigaction action;

        if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
                sigaddset(set, signal);
}

int signals_open(void) {
        sigset_t set;
        int fd;

        sigemptyset(&set);
        add_unless_ignored(&set, SIGTERM);
        add_unless_ignored(&set, SIGINT);
        add_unless_ignored(&set, SIGHUP);
        sigaddset(&set, SIGCHLD);
        (void)signal(SIGPIPE, SIG_IGN);
        /* Ignored, as it may be inherited, children would leave no exit status. */
        (void)signal(SIGCHLD, SIG_DFL);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return fd < 0 ? -errno : fd;
}

bool signals_take(int fd) {
        struct signalfd_siginfo info;
        bool ends = false;

        while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
                ends = ends || info.ssi_signo != SIGCHLD;
        return ends;
}
