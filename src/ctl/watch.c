/* `sporectl watch`. */
#include "ctl/watch.h"

#include "ctl/message.h"
#include "ctl/output.h"
#include "ctl/reach.h"
#include "ctl/render.h"
#include "ctl/report.h"
#include "util/cleanup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

typedef struct Watch {
        const Arguments *arguments;
        const char **left; /* owned; the names that spored still has */
        size_t n_left;
        int status; /* the exit status, once it has ended */
        bool ended;
} Watch;

DEFINE_CLEANUP(SporedClient *, spored_client_free);

static void end(Watch *watch, int status) {
        watch->ended = true;
        watch->status = status;
}

static void write_out(Watch *watch, const char *text, size_t size) {
        int r = output_write(STDOUT_FILENO, text, size);

        if (r == -EPIPE)
                end(watch, 0);
        else if (r < 0) {
                fprintf(stderr, "sporectl: cannot write to the standard output: %s\n",
                        strerror(-r));
                end(watch, EX_IOERR);
        }
}

/* A reload has taken it away. */
static void forget(Watch *watch, const char *name) {
        size_t n = 0;

        for (size_t i = 0; i < watch->n_left; i++)
                if (strcmp(watch->left[i], name) != 0)
                        watch->left[n++] = watch->left[i];
        watch->n_left = n;
        if (n == 0)
                end(watch, report_refused(NULL, "nothing is left to watch"));
}

/* One line in memory, so that it is one write. -EPROTO */
static int print_event(FILE *out, const Watch *watch, const char *line) {
        json_t *event;
        int r = 0;

        if (watch->arguments->json) {
                fprintf(out, "%s\n", line);
                return 0;
        }
        event = json_loads(line, 0, NULL);
        r = render_event(out, event);
        json_decref(event);
        return r;
}

static void on_event(SporedClient *client, const SporedMessage *event, void *userdata) {
        _cleanup_free_ char *text = NULL;
        Watch *watch = userdata;
        size_t size;
        FILE *out;
        int r;

        if (watch->ended)
                return;
        /* Of several that are watched one may be gone. */
        if (spored_message_error(event) && !spored_message_string(event, "event")) {
                end(watch, report_refused(NULL, report_reason(event)));
                return;
        }
        out = open_memstream(&text, &size);
        r = out ? print_event(out, watch, spored_message_line(event)) : -ENOMEM;
        if (out && fclose(out) != 0)
                r = -ENOMEM;
        if (r == -EPROTO)
                end(watch, report_protocol_error(spored_message_line(event)));
        else if (r < 0)
                end(watch, reach_failed(r));
        else
                write_out(watch, text, size);
        if (!watch->ended && spored_message_error(event))
                forget(watch, spored_message_string(event, "characteristic"));
}

/* Sees too that the reader of a pipe has gone, though nothing is to be written. */
static int turn(Watch *watch, SporedClient *client) {
        struct pollfd fds[] = {
                {.fd = spored_client_fd(client), .events = POLLIN}, {.fd = STDOUT_FILENO}};
        int r = spored_client_process(client);

        if (r < 0 || watch->ended)
                return r;
        if (poll(fds, ELEMENTS(fds), -1) < 0)
                return errno == EINTR ? 0 : -errno;
        if ((fds[1].revents & (POLLERR | POLLHUP)) != 0)
                end(watch, 0);
        return 0;
}

static int copy_names(Watch *watch) {
        const Arguments *arguments = watch->arguments;

        watch->left = calloc(arguments->n_rest + 1, sizeof(*watch->left));
        if (!watch->left)
                return -ENOMEM;
        for (size_t i = 0; i < arguments->n_rest; i++)
                watch->left[watch->n_left++] = arguments->rest[i];
        return 0;
}

static int watch_with(Watch *watch) {
        _cleanup_(spored_client_freep) SporedClient *client = NULL;
        const Arguments *arguments = watch->arguments;
        int r = reach_always(&client, arguments, NULL);

        if (r != 0)
                return r;
        if (isatty(STDOUT_FILENO))
                fputs("watching; Ctrl+C ends it\n", stderr);
        r = spored_client_watch(client, arguments->events,
                arguments->n_rest > 0 ? arguments->rest : NULL, on_event, watch);
        while (r >= 0 && !watch->ended)
                r = turn(watch, client);
        return r < 0 ? reach_failed(r) : watch->status;
}

int watch(const Arguments *arguments) {
        Watch watch = {.arguments = arguments};
        int r;

        if (message_check_utf8(arguments, stderr) < 0)
                return EX_USAGE;
        (void)signal(SIGPIPE, SIG_IGN);
        r = copy_names(&watch);
        r = r < 0 ? reach_failed(r) : watch_with(&watch);
        free(watch.left);
        return r;
}
