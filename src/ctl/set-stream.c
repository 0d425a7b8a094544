/* `sporectl set -`. */
#include "ctl/set-stream.h"

#include "ctl/lines.h"
#include "ctl/reach.h"
#include "ctl/report.h"
#include "ctl/set-line.h"
#include "ctl/signals.h"
#include "ctl/text.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define LINE_MAX_BYTES 65536
#define UNANSWERED_MAX 64 /* no more lines are read then, and the pipe fills */
#define COME_BACK_USEC (10 * USEC_PER_SEC)

typedef struct Stream Stream;

/* A set that has not been answered. */
typedef struct Entry {
        Stream *stream;
        uint64_t line;
        json_t *set; /* owned */
        bool sent;   /* on this connection */
        bool answered;
} Entry;

struct Stream {
        const Arguments *arguments;
        SporedClient *client;
        Lines *lines;
        Entry entries[UNANSWERED_MAX]; /* a ring: answers come in order */
        size_t first, n;
        json_t *sets;  /* owned: of the line that was taken last; NULL: all are among the entries */
        size_t next;   /* of them */
        uint64_t line; /* their line */
        bool is_file;  /* where the lines are from: no more come than there are */
        bool stopped;  /* by a signal */
        bool wrong;    /* a line was, or was refused */
        bool broken;   /* not all could be read */
        uint64_t since_usec; /* it has been waiting: for an answer, or with nothing more to read */
};

static void tell_line(Stream *stream, uint64_t line, const char *name, const char *why) {
        stream->wrong = true;
        fprintf(stderr, "sporectl: line %llu: ", (unsigned long long)line);
        if (name) {
                text_print(stderr, name);
                fputs(": ", stderr);
        }
        text_print(stderr, why);
        fputc('\n', stderr);
}

static const char *entry_name(const Entry *entry) {
        return json_string_value(json_object_get(entry->set, "characteristic"));
}

static void on_answered(SporedClient *client, const SporedMessage *answer, void *userdata) {
        Entry *entry = userdata;

        if (!answer) { /* it is sent again */
                entry->sent = false;
                return;
        }
        entry->answered = true;
        entry->stream->since_usec = clock_now_usec();
        if (entry->stream->arguments->json)
                puts(spored_message_line(answer));
        if (spored_message_error(answer))
                tell_line(entry->stream, entry->line, entry_name(entry), report_reason(answer));
}

static Entry *entry_at(Stream *stream, size_t index) {
        return &stream->entries[(stream->first + index) % UNANSWERED_MAX];
}

static void drop_answered(Stream *stream) {
        while (stream->n > 0 && entry_at(stream, 0)->answered) {
                json_decref(entry_at(stream, 0)->set);
                stream->first = (stream->first + 1) % UNANSWERED_MAX;
                stream->n--;
        }
}

/* The next line that is there becomes the sets to take. 0: there is none. */
static int take_line(Stream *stream) {
        char why[MESSAGE_WHY_SIZE];
        Line line;
        int r;

        if (lines_next(stream->lines, &line) == 0)
                return 0;
        stream->line = line.number;
        stream->next = 0;
        if (line.problem != LINE_FINE) {
                tell_line(stream, line.number, NULL, line_problem_text(line.problem));
                return 1;
        }
        r = set_line_parse(&stream->sets, line.text, why);
        if (r == -EINVAL)
                tell_line(stream, line.number, NULL, why);
        return r == -ENOMEM ? r : 1;
}

/* Fills the entries. 0; -ENOMEM. */
static int take_sets(Stream *stream) {
        int r = 1;

        while (r > 0 && stream->n < UNANSWERED_MAX) {
                json_t *set = json_array_get(stream->sets, stream->next);

                if (set) {
                        if (stream->n == 0)
                                stream->since_usec = clock_now_usec();
                        *entry_at(stream, stream->n++) = (Entry){
                                .stream = stream, .line = stream->line, .set = json_incref(set)};
                        stream->next++;
                        continue;
                }
                json_decref(stream->sets);
                stream->sets = NULL;
                r = take_line(stream);
        }
        return r < 0 ? r : 0;
}

static int send_entry(Stream *stream, Entry *entry) {
        _cleanup_free_ char *request = json_dumps(entry->set, JSON_COMPACT);

        if (!request)
                return -ENOMEM;
        return spored_client_request(stream->client, request, on_answered, entry);
}

/* What was not sent on this connection, in order. What cannot be sent now is later. */
static int send_entries(Stream *stream) {
        for (size_t i = 0; i < stream->n; i++) {
                Entry *entry = entry_at(stream, i);
                int r;

                if (entry->sent)
                        continue;
                r = send_entry(stream, entry);
                if (r == -ENOTCONN || r == -ENOBUFS)
                        return 0;
                if (r < 0)
                        return r;
                entry->sent = true;
        }
        return 0;
}

static bool wants_lines(const Stream *stream) {
        return stream->n < UNANSWERED_MAX && !lines_ended(stream->lines);
}

/* 0: for ever, as long as more may come to be read. */
static uint64_t patience_usec(const Stream *stream) {
        if (stream->arguments->timeout_usec != ARGUMENTS_NOT_GIVEN)
                return stream->arguments->timeout_usec;
        if (!stream->is_file && !lines_ended(stream->lines))
                return 0;
        return spored_client_connected(stream->client) ? REACH_ANSWER_USEC : COME_BACK_USEC;
}

/* -1: for ever. */
static int time_left_ms(const Stream *stream) {
        uint64_t patience = patience_usec(stream), waited = clock_now_usec() - stream->since_usec;

        if (stream->n == 0 || patience == 0)
                return -1;
        return waited < patience ? (int)((patience - waited) / USEC_PER_MSEC) + 1 : 0;
}

/* A line that cannot be read is the end of them. From their end on there is less patience. */
static void read_lines(Stream *stream, int fd) {
        int r = lines_read(stream->lines, fd);

        if (lines_ended(stream->lines))
                stream->since_usec = clock_now_usec();
        if (r == 0)
                return;
        stream->broken = true;
        fprintf(stderr, "sporectl: cannot read the standard input: %s\n", strerror(-r));
}

/* Until something happens. 1: it is to end. */
static int wait_for_more(Stream *stream, int fd, int signal_fd) {
        struct pollfd fds[] = {{.fd = spored_client_fd(stream->client), .events = POLLIN},
                {.fd = signal_fd, .events = POLLIN},
                {.fd = wants_lines(stream) ? fd : -1, .events = POLLIN}};
        int r = poll(fds, ELEMENTS(fds), time_left_ms(stream));

        if (r < 0)
                return errno == EINTR ? 0 : -errno;
        if (r == 0)
                return 1;
        if (signals_take(signal_fd)) {
                stream->stopped = true;
                return 1;
        }
        if (fds[2].revents != 0)
                read_lines(stream, fd);
        return 0;
}

/* 1: all is done, or it is to end. */
static int turn(Stream *stream, int fd, int signal_fd) {
        int r = spored_client_process(stream->client);

        drop_answered(stream);
        if (r == 0)
                r = take_sets(stream);
        if (r == 0)
                r = send_entries(stream);
        if (r < 0)
                return r;
        /* No answer has come since lines were taken: so if there is room, there are no more. */
        if (stream->n == 0 && lines_ended(stream->lines))
                return 1;
        return wait_for_more(stream, fd, signal_fd);
}

/* What was read and is not known to be set. */
static void tell_unanswered(Stream *stream) {
        Line line;

        for (size_t i = 0; i < stream->n; i++) {
                const Entry *entry = entry_at(stream, i);

                if (!entry->answered)
                        tell_line(stream, entry->line, entry_name(entry),
                                entry->sent ? "not answered, so perhaps not set" : "not set");
                json_decref(entry->set);
        }
        for (size_t i = stream->next; i < json_array_size(stream->sets); i++)
                tell_line(stream, stream->line,
                        json_string_value(
                                json_object_get(json_array_get(stream->sets, i), "characteristic")),
                        "not set");
        json_decref(stream->sets);
        if (lines_next(stream->lines, &line) > 0)
                tell_line(stream, line.number, NULL, "not set, as is all that follows");
}

static int run(Stream *stream, int fd) {
        _cleanup_close_ int signal_fd = signals_open();
        bool all;
        int r = signal_fd < 0 ? signal_fd : 0;

        while (r == 0)
                r = turn(stream, fd, signal_fd);
        all = stream->n == 0 && !stream->sets;
        tell_unanswered(stream);
        if (r < 0)
                return reach_failed(r);
        if (!all && !stream->stopped) {
                fprintf(stderr, "sporectl: spored does not %s\n",
                        spored_client_connected(stream->client) ? "answer" : "come back");
                return EX_UNAVAILABLE;
        }
        if (stream->broken)
                return EX_IOERR;
        return stream->wrong ? EXIT_REFUSED : 0;
}

int set_stream(const Arguments *arguments, int fd) {
        Stream stream = {.arguments = arguments};
        int r = lines_new(&stream.lines, LINE_MAX_BYTES);
        struct stat st;

        if (r < 0)
                return reach_failed(r);
        stream.is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
        r = reach_always(&stream.client, arguments, NULL);
        if (r == 0)
                r = run(&stream, fd);
        spored_client_free(stream.client);
        lines_free(stream.lines);
        return r;
}
