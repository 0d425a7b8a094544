#include "sense/run.h"

#include "sense/report.h"
#include "util/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#define SUMMARY_USEC (10 * USEC_PER_SEC) /* between two that tell of new counts alone */
#define STATUS_SIZE  600
#define WHY_SIZE     400

DEFINE_CLEANUP(SporedClient *, spored_client_free);

typedef struct Run {
        Producer *producer; /* borrowed */
        SporedClient *client;
        const char *path; /* borrowed; NULL: the usual places */
        int stop_fd;
        int error;                /* why spored was lost, as far as it was told; 0: it was not */
        bool lost_told;           /* since spored answered last */
        bool silence_told;        /* likewise */
        bool answered;            /* on this connection */
        uint64_t answers;         /* that have been seen */
        uint64_t missed;          /* when spored was lost */
        size_t troubles;          /* in the summary that was told last */
        uint64_t summary_usec;    /* when the next one is told; 0: now */
        char status[STATUS_SIZE]; /* what the service manager was told */
} Run;

/* Only what is new. */
static void tell_status(Run *run, const char *status) {
        run->summary_usec = 0;
        if (strcmp(run->status, status) == 0)
                return;
        (void)snprintf(run->status, sizeof(run->status), "%s", status);
        (void)sd_notifyf(0, "STATUS=%s", run->status);
}

/* The place that is looked at last: the one that counts when none does. */
static void last_place(const char *path, char out[static PATH_MAX]) {
        out[0] = '\0';
        if (path)
                (void)snprintf(out, PATH_MAX, "%s", path);
        for (unsigned i = 0; !path && spored_client_path(i, out, PATH_MAX) > 0; i++)
                continue;
}

static void lost_why(const SporedClient *client, char out[static WHY_SIZE], int error) {
        const SporedMessage *refusal = spored_client_refusal(client);

        if (refusal)
                (void)snprintf(out, WHY_SIZE, "%s", spored_message_detail(refusal));
        else if (error == -ECONNRESET || error == -EPIPE)
                (void)snprintf(out, WHY_SIZE, "spored has closed the connection");
        else
                (void)snprintf(out, WHY_SIZE, "the connection is lost: %s", strerror(-error));
}

static void cannot_why(char out[static WHY_SIZE], const char *path, int error) {
        char place[PATH_MAX];

        last_place(path, place);
        (void)snprintf(out, WHY_SIZE, "cannot connect to %.200s: %s", place, strerror(-error));
}

/* Once, and again only when spored has answered in between. */
static void lose(Run *run, int error, const char *why) {
        char status[STATUS_SIZE];

        run->error = error;
        if (!run->lost_told) {
                report_warning("%s; trying again", why);
                run->missed = producer_missed(run->producer);
        }
        run->lost_told = true;
        run->answered = false;
        run->silence_told = false;
        (void)snprintf(status, sizeof(status), "%s; trying again", why);
        tell_status(run, status);
}

static void on_state(SporedClient *client, int error, void *userdata) {
        Run *run = userdata;
        char why[WHY_SIZE];

        if (error == 0) {
                run->error = 0;
                /* It may have forgotten all values. */
                producer_restart(run->producer, clock_now_usec());
                return;
        }
        lost_why(client, why, error);
        lose(run, error, why);
}

/* That it cannot be connected again is other news than that it was lost. */
static void tell_why_not(Run *run) {
        int error = spored_client_error(run->client);
        char why[WHY_SIZE];

        if (error == 0 || error == run->error)
                return;
        cannot_why(why, run->path, error);
        lose(run, error, why);
}

static void tell_connected(Run *run) {
        uint64_t missed = producer_missed(run->producer) - run->missed;

        run->answered = true;
        if (run->lost_told && missed > 0)
                report_info("connected to spored; overtaken values meanwhile: %" PRIu64, missed);
        else
                report_info("connected to spored");
        run->lost_told = false;
}

static void tell_summary(Run *run, uint64_t now_usec) {
        size_t troubles = producer_troubles(run->producer);
        char status[PRODUCER_SUMMARY_SIZE];

        if (troubles == run->troubles && now_usec < run->summary_usec)
                return;
        producer_summarize(run->producer, status);
        tell_status(run, status);
        run->troubles = troubles;
        run->summary_usec = now_usec + SUMMARY_USEC;
}

static void tell(Run *run, uint64_t now_usec) {
        uint64_t answers = producer_answers(run->producer);
        bool new_answer = answers != run->answers;

        run->answers = answers;
        if (new_answer && run->silence_told)
                report_info("spored answers again");
        if (new_answer)
                run->silence_told = false;
        if (new_answer && !run->answered)
                tell_connected(run);
        /* A spored that stands still keeps the connection. */
        if (now_usec >= producer_answer_usec(run->producer) && !run->silence_told) {
                run->silence_told = true;
                report_warning("spored does not answer");
                tell_status(run, "spored does not answer");
        }
        if (run->answered && !run->silence_told)
                tell_summary(run, now_usec);
}

/* When to look again, if nothing happens. */
static uint64_t next_usec(const Run *run) {
        uint64_t due_usec = producer_next_usec(run->producer);
        uint64_t answer_usec = producer_answer_usec(run->producer);

        return run->silence_told || due_usec < answer_usec ? due_usec : answer_usec;
}

/* Until something has happened or is due. 1: it is to end. */
static int wait_next(Run *run) {
        struct pollfd fds[] = {{.fd = run->stop_fd, .events = POLLIN},
                {.fd = spored_client_fd(run->client), .events = POLLIN},
                {.fd = producer_fd(run->producer), .events = POLLIN}};
        uint64_t now_usec = clock_now_usec(), usec = next_usec(run);
        uint64_t pause_msec = usec > now_usec ? (usec - now_usec) / USEC_PER_MSEC + 1 : 0;

        if (poll(fds, ELEMENTS(fds), pause_msec < INT_MAX ? (int)pause_msec : INT_MAX) < 0)
                return errno == EINTR ? 0 : -errno;
        if (fds[0].revents != 0)
                return 1;
        if (fds[2].revents != 0)
                producer_wake(run->producer);
        return fds[1].revents != 0 ? spored_client_process(run->client) : 0;
}

static int go_on(Run *run) {
        int r = 0;

        while (r == 0) {
                uint64_t now_usec = clock_now_usec();

                producer_read(run->producer, now_usec);
                if (spored_client_connected(run->client))
                        producer_send(run->producer, run->client, now_usec);
                tell_why_not(run);
                tell(run, now_usec);
                r = wait_next(run);
        }
        return r < 0 ? r : 0;
}

int run(Producer *producer, const char *path, int stop_fd) {
        _cleanup_(spored_client_freep) SporedClient *client = NULL;
        Run run = {.producer = producer, .path = path, .stop_fd = stop_fd};
        int r = spored_client_new(&client, path, SPORED_CLIENT_RECONNECT);

        if (r < 0)
                return r;
        run.client = client;
        spored_client_on_state(client, on_state, &run);
        r = producer_listen(producer);
        if (r < 0)
                report_warning("no events: %s", strerror(-r));
        (void)sd_notify(0, "READY=1");
        r = go_on(&run);
        (void)sd_notify(0, "STOPPING=1");
        producer_report(producer);
        return r;
}

/* Until everything is answered. */
static int settle(Producer *producer, SporedClient *client) {
        int r = 1;

        while (r > 0 && !producer_is_settled(producer)) {
                uint64_t now_usec = clock_now_usec(), end_usec;

                producer_send(producer, client, now_usec);
                end_usec = producer_answer_usec(producer);
                if (end_usec == USEC_NEVER) /* it could not even be asked for */
                        return -ENOBUFS;
                if (now_usec >= end_usec)
                        return -ETIMEDOUT;
                r = spored_client_wait(client, (int)((end_usec - now_usec) / USEC_PER_MSEC) + 1);
                if (r == 0 || r == -EINTR)
                        r = 1;
        }
        return r < 0 ? r : 0;
}

bool run_once(Producer *producer, const char *path) {
        _cleanup_(spored_client_freep) SporedClient *client = NULL;
        char why[WHY_SIZE];
        int r;

        producer_read(producer, clock_now_usec());
        r = spored_client_new(&client, path, 0);
        if (r < 0) {
                cannot_why(why, path, r);
                report_error("%s", why);
                return false;
        }
        r = settle(producer, client);
        if (r == -ETIMEDOUT)
                report_error("spored does not answer");
        else if (r < 0) {
                lost_why(client, why, r);
                report_error("%s", why);
        }
        return r == 0 && producer_troubles(producer) == 0;
}
