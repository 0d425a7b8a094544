#include "daemon/metrics-file.h"

#include "loop/file-writer.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Owned by the daemon. */
struct MetricsFile {
        struct ev_loop *loop;
        uint64_t interval_usec;
        const MetricsFileEvents *events;
        void *userdata;
        char *path;         /* NULL: nowhere */
        FileWriter *writer; /* likewise */
        bool written, stopped;
        bool moving; /* to `next`, once nothing is being written: that would come back */
        char *next;
        struct ev_timer due;
};

static void leave(MetricsFile *f) {
        f->writer = file_writer_free(f->writer);
        if (f->written)
                (void)unlink(f->path);
        f->written = false;
        free(f->path);
        f->path = NULL;
}

static void on_done(int error, void *userdata) {
        MetricsFile *f = userdata;

        f->written = f->written || error == 0;
        if (f->stopped)
                f->events->stopped(f->userdata);
        else if (f->moving)
                timer_start_once(f->loop, &f->due, 0);
}

static const FileWriterEvents writer_events = {.done = on_done};

static int move(MetricsFile *f) {
        FileWriterParameters writer = {.path = f->next, .mode = 0644};

        leave(f);
        f->moving = false;
        f->path = STEAL(f->next);
        int r = f->path ? file_writer_new(&f->writer, f->loop, &writer, &writer_events, f) : 0;
        if (f->writer)
                timer_start_once(f->loop, &f->due, 0);
        return r;
}

static void write_text(MetricsFile *f) {
        char *text;

        timer_start_once(f->loop, &f->due, f->interval_usec);
        if (f->events->text(&text, f->userdata) < 0)
                log_error("no memory for the metrics");
        else
                (void)file_writer_write(f->writer, text, strlen(text));
}

static void on_due(struct ev_loop *loop, struct ev_timer *w, int revents) {
        MetricsFile *f = w->data;

        if (!f->moving)
                write_text(f);
        else if (move(f) < 0)
                log_error("no memory to write the metrics to %s", f->path);
}

int metrics_file_new(MetricsFile **ret, struct ev_loop *loop,
        const MetricsFileParameters *parameters, const MetricsFileEvents *events, void *userdata) {
        MetricsFile *f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;

        f->loop = loop;
        f->events = events;
        f->userdata = userdata;
        ev_timer_init(&f->due, on_due, 0., 0.);
        f->due.data = f;
        int r = metrics_file_reconfigure(f, parameters);
        if (r < 0) {
                metrics_file_free(f);
                return r;
        }
        *ret = f;
        return 0;
}

MetricsFile *metrics_file_free(MetricsFile *f) {
        if (!f)
                return NULL;
        ev_timer_stop(f->loop, &f->due);
        leave(f);
        free(f->next);
        free(f);
        return NULL;
}

static bool is_at(const MetricsFile *f, const char *path) {
        const char *at = f->moving ? f->next : f->path;

        return at && path ? strcmp(at, path) == 0 : at == path;
}

int metrics_file_reconfigure(MetricsFile *f, const MetricsFileParameters *parameters) {
        bool other = f->interval_usec != parameters->interval_usec;

        f->interval_usec = parameters->interval_usec;
        if (is_at(f, parameters->path)) {
                if (other && f->writer && !f->moving)
                        timer_start_once(f->loop, &f->due, f->interval_usec);
                return 0;
        }
        char *path = parameters->path ? strdup(parameters->path) : NULL;
        if (parameters->path && !path)
                return -ENOMEM;
        ev_timer_stop(f->loop, &f->due);
        free(f->next);
        f->next = path;
        f->moving = true;
        return metrics_file_busy(f) ? 0 : move(f);
}

void metrics_file_stop(MetricsFile *f) {
        f->stopped = true;
        ev_timer_stop(f->loop, &f->due);
}

bool metrics_file_busy(const MetricsFile *f) {
        return f->writer && file_writer_busy(f->writer);
}
