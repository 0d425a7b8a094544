/* `sporectl handle`. */
#include "ctl/handle.h"

#include "ctl/message.h"
#include "ctl/reach.h"
#include "ctl/report.h"
#include "ctl/signals.h"
#include "ctl/write-event.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#define BACKLOG_MAX 64

typedef struct Handle {
        const Arguments *arguments;
        SporedClient *client;
        char **command;                   /* owned; its strings are argv's */
        WriteEvent *backlog[BACKLOG_MAX]; /* owned */
        size_t n_backlog;
        uint64_t dropped; /* since it was told last */
        uint64_t dropped_in_all;
        WriteEvent *running; /* owned; NULL: none */
        Child child;
        unsigned losses; /* connections */
        bool busy_told;  /* another program handles it */
        bool ended;
        int status;
} Handle;

static void end(Handle *handle, int status) {
        if (handle->ended)
                return;
        handle->ended = true;
        handle->status = status;
}

static void on_verdict_answered(SporedClient *client, const SporedMessage *answer, void *userdata) {
        if (!answer)
                fputs("sporectl: the connection was lost before a verdict was answered\n", stderr);
        else if (spored_message_error(answer))
                (void)report_refused("verdict", report_reason(answer));
}

static void give_verdict(Handle *handle, const WriteEvent *event, bool accept) {
        int r;

        if (!event->wants_verdict)
                return;
        /* To the next spored its number is that of another write. */
        r = event->losses == handle->losses ? spored_client_verdict(handle->client, event->number,
                                                      accept, 0, on_verdict_answered, handle)
                                            : -ECONNRESET;
        if (r < 0)
                fprintf(stderr, "sporectl: write %llu: the verdict could not be sent: %s\n",
                        (unsigned long long)event->number, strerror(-r));
}

static void tell_end(const Handle *handle, int status, bool overdue) {
        unsigned long long number = handle->running->number;
        const char *command = handle->command[0];

        if (overdue)
                fprintf(stderr, "sporectl: write %llu: %s was ended at the time limit\n", number,
                        command);
        else if (WIFSIGNALED(status))
                fprintf(stderr, "sporectl: write %llu: %s was ended by signal %d\n", number,
                        command, WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
                fprintf(stderr, "sporectl: write %llu: %s ended with status %d\n", number, command,
                        WEXITSTATUS(status));
}

static void finish_running(Handle *handle, bool accept) {
        if (handle->arguments->verdict)
                give_verdict(handle, handle->running, accept);
        handle->running = write_event_free(handle->running);
}

static int start(Handle *handle) {
        _cleanup_free_ char **environment = variables_join(environ, handle->running->variables);

        if (!environment)
                return -ENOMEM;
        return child_start(&handle->child, handle->command, environment, handle->running->data,
                handle->running->size, handle->arguments->time_limit_usec);
}

static void run_next(Handle *handle) {
        while (!handle->running && handle->n_backlog > 0) {
                int r;

                handle->running = handle->backlog[0];
                handle->n_backlog--;
                memmove(handle->backlog, handle->backlog + 1,
                        handle->n_backlog * sizeof(*handle->backlog));
                r = start(handle);
                if (r < 0) {
                        fprintf(stderr, "sporectl: write %llu: cannot run %s: %s\n",
                                (unsigned long long)handle->running->number, handle->command[0],
                                strerror(-r));
                        finish_running(handle, false);
                }
        }
        if (handle->dropped > 0 && handle->n_backlog < BACKLOG_MAX) {
                fprintf(stderr, "sporectl: %llu writes were dropped, %llu in all\n",
                        (unsigned long long)handle->dropped,
                        (unsigned long long)handle->dropped_in_all);
                handle->dropped = 0;
        }
}

static void reap(Handle *handle) {
        bool overdue = handle->child.overdue;
        int status;

        if (child_reap(&handle->child, &status) == 0)
                return;
        tell_end(handle, status, overdue && !handle->ended);
        finish_running(handle, !overdue && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* At the first of a row; how many it were when there is room again. */
static void drop(Handle *handle, WriteEvent *event) {
        if (handle->dropped == 0)
                fprintf(stderr, "sporectl: write %llu is dropped: %d wait for %s already\n",
                        (unsigned long long)event->number, BACKLOG_MAX, handle->command[0]);
        handle->dropped++;
        handle->dropped_in_all++;
        if (handle->arguments->verdict)
                give_verdict(handle, event, false);
        write_event_free(event);
}

static void take_refusal(Handle *handle, const SporedMessage *event) {
        bool busy = strcmp(spored_message_error(event), "busy") == 0;

        if (!busy || !handle->busy_told)
                (void)report_refused(handle->arguments->name, report_reason(event));
        if (!busy)
                end(handle, EXIT_REFUSED);
        handle->busy_told = busy;
}

static void on_event(SporedClient *client, const SporedMessage *message, void *userdata) {
        Handle *handle = userdata;
        WriteEvent *event = NULL;
        int r;

        if (spored_message_error(message)) {
                take_refusal(handle, message);
                return;
        }
        handle->busy_told = false;
        r = write_event_new(&event, message, handle->losses);
        if (r == -ENOMEM)
                end(handle, reach_failed(r));
        else if (r < 0)
                end(handle, report_protocol_error(spored_message_line(message)));
        if (r < 0)
                return;
        if (!handle->arguments->verdict)
                give_verdict(handle, event, true);
        if (handle->n_backlog == BACKLOG_MAX)
                drop(handle, event);
        else
                handle->backlog[handle->n_backlog++] = event;
}

/* Until something happens or the child's time has come; at the end spored is not listened to. */
static int wait_for_more(Handle *handle, int signal_fd) {
        int client_fd = handle->ended ? -1 : spored_client_fd(handle->client);
        struct pollfd fds[] = {
                {.fd = client_fd, .events = POLLIN}, {.fd = signal_fd, .events = POLLIN}};
        uint64_t now_usec = clock_now_usec(), next_usec = handle->child.next_usec;
        uint64_t pause_usec = next_usec > now_usec ? next_usec - now_usec : 0;
        uint64_t pause_ms = pause_usec / USEC_PER_MSEC + (pause_usec > 0 ? 1 : 0);
        int timeout_ms = pause_ms < INT_MAX ? (int)pause_ms : INT_MAX;

        if (handle->child.pid == 0)
                timeout_ms = -1;
        if (poll(fds, ELEMENTS(fds), timeout_ms) < 0 && errno != EINTR)
                return -errno;
        if (signals_take(signal_fd))
                end(handle, 0);
        reap(handle);
        child_check_time(&handle->child, clock_now_usec());
        return 0;
}

static int serve(Handle *handle, int signal_fd) {
        while (!handle->ended) {
                int r = spored_client_process(handle->client);

                if (r < 0)
                        return r;
                run_next(handle);
                if (!handle->ended)
                        r = wait_for_more(handle, signal_fd);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The child first: it may still want to tell something. */
static void wind_up(Handle *handle, int signal_fd) {
        size_t unhandled;

        /* What has come is counted. */
        (void)spored_client_process(handle->client);
        unhandled = handle->n_backlog;
        child_end(&handle->child, clock_now_usec());
        while (handle->child.pid != 0 && wait_for_more(handle, signal_fd) == 0)
                ;
        for (size_t i = 0; i < handle->n_backlog; i++)
                write_event_free(handle->backlog[i]);
        write_event_free(handle->running);
        if (unhandled > 0)
                fprintf(stderr, "sporectl: %zu writes that waited were not handled\n", unhandled);
}

static int handle_with(Handle *handle, int signal_fd) {
        int r = spored_client_handle(handle->client, handle->arguments->name, on_event, handle);

        if (r == 0)
                r = serve(handle, signal_fd);
        wind_up(handle, signal_fd);
        return r < 0 ? reach_failed(r) : handle->status;
}

/* What the command asks spored goes to the same one. */
static int name_socket(const Arguments *arguments) {
        return arguments->socket ? setenv("SPORED_SOCKET_PATH", arguments->socket, 1) : 0;
}

static char **copy_command(const Arguments *arguments) {
        char **command = calloc(arguments->n_rest + 1, sizeof(*command));

        for (size_t i = 0; command && i < arguments->n_rest; i++)
                command[i] = (char *)(uintptr_t)arguments->rest[i]; /* exec() changes nothing */
        return command;
}

/* Said now, and not at the first write, which may come in a month. */
static int check_command(const Arguments *arguments) {
        int r = child_find(arguments->rest[0]);

        if (r < 0)
                fprintf(stderr, "sporectl: cannot run %s: %s\n", arguments->rest[0], strerror(-r));
        return r;
}

int handle(const Arguments *arguments) {
        Handle handle = {.arguments = arguments, .child.next_usec = USEC_NEVER};
        _cleanup_close_ int signal_fd = -1;
        int r;

        if (message_check_utf8(arguments, stderr) < 0 || check_command(arguments) < 0)
                return EX_USAGE;
        signal_fd = signals_open();
        handle.command = copy_command(arguments);
        if (signal_fd < 0 || !handle.command || name_socket(arguments) < 0)
                r = reach_failed(signal_fd < 0 ? signal_fd : -ENOMEM);
        else
                r = reach_always(&handle.client, arguments, &handle.losses);
        if (r == 0)
                r = handle_with(&handle, signal_fd);
        spored_client_free(handle.client);
        free(handle.command);
        return r;
}
