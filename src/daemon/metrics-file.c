#include "daemon/metrics-file.h"

#include "loop/file-writer.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by the daemon. */
struct MetricsFile {
        struct ev_loop *loop;
        MetricsFileParameters parameters;
        const MetricsFileEvents *events;
        void *userdata;
        FileWriter *writer;
        bool written, stopped;
        bool left; /* nobody has it any more: it ends when what is being written is there */
        struct ev_timer due, end;
};

static void on_due(struct ev_loop *loop, struct ev_timer *w, int revents) {
        MetricsFile *f = w->data;
        char *text;

        timer_start_once(loop, w, f->parameters.interval_usec);
        if (f->events->text(&text, f->userdata) < 0)
                log_error("no memory for the metrics");
        else
                (void)file_writer_write(f->writer, text, strlen(text));
}

static void end(MetricsFile *f) {
        ev_timer_stop(f->loop, &f->due);
        ev_timer_stop(f->loop, &f->end);
        if (f->written)
                file_writer_remove(f->writer);
        file_writer_free(f->writer);
        free(f);
}

static void on_end(struct ev_loop *loop, struct ev_timer *w, int revents) {
        end(w->data);
}

static void on_done(int error, void *userdata) {
        MetricsFile *f = userdata;

        f->written = f->written || error == 0;
        if (f->left)
                timer_start_once(f->loop, &f->end, 0);
        else if (f->stopped)
                f->events->stopped(f->userdata);
}

static const FileWriterEvents writer_events = {.done = on_done};

int metrics_file_new(MetricsFile **ret, struct ev_loop *loop,
        const MetricsFileParameters *parameters, const MetricsFileEvents *events, void *userdata) {
        FileWriterParameters writer = {.path = parameters->path, .mode = 0644};
        MetricsFile *f = calloc(1, sizeof(*f));
        if (!f)
                return -ENOMEM;

        f->loop = loop;
        f->parameters = *parameters;
        f->events = events;
        f->userdata = userdata;
        ev_timer_init(&f->due, on_due, 0., 0.);
        ev_timer_init(&f->end, on_end, 0., 0.);
        f->due.data = f->end.data = f;
        int r = file_writer_new(&f->writer, loop, &writer, &writer_events, f);
        if (r < 0) {
                metrics_file_free(f);
                return r;
        }
        timer_start_once(loop, &f->due, 0);
        *ret = f;
        return 0;
}

MetricsFile *metrics_file_free(MetricsFile *f) {
        if (!f)
                return NULL;
        f->left = f->writer && file_writer_busy(f->writer);
        if (f->left)
                ev_timer_stop(f->loop, &f->due);
        else
                end(f);
        return NULL;
}

void metrics_file_reconfigure(MetricsFile *f, const MetricsFileParameters *parameters) {
        bool other = f->parameters.interval_usec != parameters->interval_usec;

        f->parameters = *parameters;
        if (other)
                timer_start_once(f->loop, &f->due, parameters->interval_usec);
}

void metrics_file_stop(MetricsFile *f) {
        f->stopped = true;
        ev_timer_stop(f->loop, &f->due);
}

bool metrics_file_busy(const MetricsFile *f) {
        return file_writer_busy(f->writer);
}
