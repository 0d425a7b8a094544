#include "daemon/shutdown.h"

#include "daemon/air.h"
#include "loop/timer.h"
#include "util/log.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static bool values_busy(const Daemon *d) {
        return d->persist && persist_busy(d->persist);
}

static bool metrics_busy(const Daemon *d) {
        return d->metrics_file && metrics_file_busy(d->metrics_file);
}

void shutdown_end_if_done(Daemon *d) {
        if (d->stopping && d->air == AIR_OFF && !values_busy(d) && !metrics_busy(d))
                ev_break(d->loop, EVBREAK_ALL);
}

static void begin(Daemon *d) {
        log_info("stopping");
        d->stopping = true;
        service_manager_stopping(d->service_manager);
        service_manager_status(d->service_manager, "stopping: what is registered is taken back");
        timer_start_once(d->loop, &d->shutdown, d->settings->daemon.shutdown_timeout_usec);
        if (d->verdicts)
                verdicts_give_up(d->verdicts, NULL);
        d->server = server_free(d->server);
        if (d->metrics_file)
                metrics_file_stop(d->metrics_file);
        if (d->persist)
                persist_finish(d->persist);
        if (d->air == AIR_ON)
                air_leave(d);
        shutdown_end_if_done(d);
}

/* What is left, each with its name. */
static void leave_the_rest(Daemon *d) {
        air_give_up(d);
        if (values_busy(d))
                log_warning("the values are still being written: left to end by itself");
        if (metrics_busy(d))
                log_warning("the metrics are still being written: left to end by itself");
        ev_break(d->loop, EVBREAK_ALL);
}

static void on_signal(struct ev_loop *loop, struct ev_signal *w, int revents) {
        Daemon *d = w->data;

        if (!d->stopping) {
                begin(d);
                return;
        }
        log_warning("told twice: what is not done by now is left");
        leave_the_rest(d);
}

static void on_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        leave_the_rest(w->data);
}

static bool terminal_is_there(void) {
        int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

        return fd >= 0 && close(fd) == 0;
}

/* Who was told not to heed it, as by nohup, outlives its terminal. */
static bool ends_with_terminal(void) {
        struct sigaction now;

        return sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler != SIG_IGN &&
               terminal_is_there();
}

bool shutdown_at_hangup(Daemon *d) {
        if (!d->has_terminal || terminal_is_there())
                return false;
        log_info("the terminal is gone");
        if (!d->stopping)
                begin(d);
        return true;
}

void shutdown_init(Daemon *d) {
        d->has_terminal = ends_with_terminal();
        ev_timer_init(&d->shutdown, on_timeout, 0., 0.);
        ev_signal_init(&d->sigterm, on_signal, SIGTERM);
        ev_signal_init(&d->sigint, on_signal, SIGINT);
        d->shutdown.data = d->sigterm.data = d->sigint.data = d;
        ev_signal_start(d->loop, &d->sigterm);
        ev_signal_start(d->loop, &d->sigint);
}
