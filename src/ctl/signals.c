/* Signals as something to wait for. */
#include "ctl/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

int signals_open(void) {
        sigset_t set;
        int fd;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
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
