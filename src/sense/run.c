#include "sense/run.h"

#include "core/backoff.h"
#include "sense/report.h"
#include "util/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define RETRY_MIN_USEC (500 * USEC_PER_MSEC)
#define RETRY_MAX_USEC (30 * USEC_PER_SEC)

typedef struct Run {
        Producer *producer; /* borrowed, as is the connection */
        Connection *connection;
        size_t n_sources;
        int stop_fd;
        Backoff backoff;
        uint64_t retry_usec; /* when to connect, while not connected */
        bool lost_told;      /* since spored answered last */
        bool answered;       /* on this connection */
        char status[600];    /* what the service manager was told */
} Run;

/* Only what is new. */
static void tell_status(Run *run, const char *status) {
        if (strcmp(run->status, status) == 0)
                return;
        (void)snprintf(run->status, sizeof(run->status), "%s", status);
        (void)sd_notifyf(0, "STATUS=%s", run->status);
}

static void tell_producing(Run *run) {
        size_t troubles = producer_troubles(run->producer);
        char status[100];
        size_t size = (size_t)snprintf(status, sizeof(status), "%zu source%s", run->n_sources,
                run->n_sources == 1 ? "" : "s");

        if (troubles > 0)
                (void)snprintf(
                        status + size, sizeof(status) - size, ", %zu of them not set", troubles);
        tell_status(run, status);
}

/* Once, and again only when spored has answered in between. */
static void lose(Run *run, const char *why) {
        char status[sizeof(run->status)];

        run->retry_usec = clock_now_usec() + backoff_next_usec(&run->backoff);
        if (!run->lost_told)
                report_warning("%s; trying again", why);
        run->lost_told = true;
        (void)snprintf(status, sizeof(status), "%s; trying again", why);
        tell_status(run, status);
}

static void produce(Run *run, uint64_t now_usec) {
        char why[CONNECTION_WHY_SIZE];
        int r;

        producer_read(run->producer, now_usec);
        r = producer_send(run->producer, run->connection, why);
        if (r == -ECANCELED)
                return;
        if (r < 0) {
                lose(run, why);
                return;
        }
        if (!run->answered)
                report_info("connected to spored");
        run->answered = true;
        run->lost_told = false;
        backoff_reset(&run->backoff);
        tell_producing(run);
}

static void open_connection(Run *run) {
        char why[CONNECTION_WHY_SIZE];

        run->answered = false;
        if (connection_open(run->connection, why) < 0)
                lose(run, why);
        else
                producer_restart(run->producer, clock_now_usec());
}

/* Until usec, or something has happened. 1: it is to end. */
static int wait_until(Run *run, uint64_t usec) {
        struct pollfd fds[] = {{.fd = run->stop_fd, .events = POLLIN},
                {.fd = connection_fd(run->connection), .events = POLLIN}};
        uint64_t now_usec = clock_now_usec();
        uint64_t pause_msec = usec > now_usec ? (usec - now_usec) / USEC_PER_MSEC + 1 : 0;
        char why[CONNECTION_WHY_SIZE];
        int r = poll(fds, 2, pause_msec < INT_MAX ? (int)pause_msec : INT_MAX);

        if (r < 0)
                return errno == EINTR ? 0 : -errno;
        if (fds[0].revents != 0)
                return 1;
        if (fds[1].revents != 0 && connection_check(run->connection, why) < 0)
                lose(run, why);
        return 0;
}

int run(Producer *producer, size_t n_sources, Connection *connection, int stop_fd) {
        Run run = {.producer = producer,
                .connection = connection,
                .n_sources = n_sources,
                .stop_fd = stop_fd};
        int r = 0;

        backoff_init(&run.backoff, RETRY_MIN_USEC, RETRY_MAX_USEC);
        (void)sd_notify(0, "READY=1");
        while (r == 0) {
                uint64_t now_usec = clock_now_usec();

                if (!connection_is_open(connection) && now_usec >= run.retry_usec)
                        open_connection(&run);
                else if (connection_is_open(connection) && now_usec >= producer_next_usec(producer))
                        produce(&run, now_usec);
                r = wait_until(&run, connection_is_open(connection) ? producer_next_usec(producer)
                                                                    : run.retry_usec);
        }
        (void)sd_notify(0, "STOPPING=1");
        return r < 0 ? r : 0;
}
