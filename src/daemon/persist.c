#include "daemon/persist.h"

#include "daemon/values-file.h"
#include "loop/file-writer.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Owned by the daemon. */
struct Persist {
        struct ev_loop *loop;
        const Profile *profile;
        Values *values;
        uint64_t interval_usec;
        const PersistEvents *events;
        void *userdata;
        FileWriter *writer;
        bool changed, finishing;
        struct ev_timer due;
};

/* What goes wrong is said when the file is written. */
static void make_directories(const char *path) {
        char *part = strdup(path);
        char *slash = part ? strchr(part + 1, '/') : NULL;

        for (; slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                (void)mkdir(part, 0700);
                *slash = '/';
        }
        free(part);
}

static void write_changes(Persist *p) {
        char *text;
        size_t size;

        int r = values_file_text(&text, &size, p->profile, p->values);
        if (r < 0)
                log_error("no memory to keep the values");
        else
                r = file_writer_write(p->writer, text, size);
        p->changed = r < 0;
}

static void write_later(Persist *p) {
        if (p->changed && !ev_is_active(&p->due))
                timer_start_once(p->loop, &p->due, p->interval_usec);
}

static void on_due(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Persist *p = w->data;

        write_changes(p);
        write_later(p);
}

static void on_done(int error, void *userdata) {
        Persist *p = userdata;

        if (p->finishing) {
                /* Once more only for what came meanwhile: who is to end does not wait for a disk
                 * that has no room. */
                if (p->changed && error == 0)
                        write_changes(p);
                if (!persist_busy(p))
                        p->events->finished(p->userdata);
                return;
        }
        p->changed = p->changed || error < 0;
        write_later(p);
}

static const FileWriterEvents writer_events = {.done = on_done};

static bool any_kept(const Persist *p) {
        for (size_t i = 0; i < p->profile->n_characteristics; i++)
                if (values_at(p->values, profile_at(p->profile, i))->kept)
                        return true;
        return false;
}

static int start(Persist *p, const char *path) {
        FileWriterParameters writer = {.path = path, .mode = 0600, .durable = true};

        int r = file_writer_new(&p->writer, p->loop, &writer, &writer_events, p);
        if (r < 0)
                return r;
        make_directories(path);
        values_file_load(path, p->profile, p->values);
        if (any_kept(p))
                log_info("values are restored from %s", path);
        return 0;
}

int persist_new(Persist **ret, struct ev_loop *loop, const Profile *profile, Values *values,
        const PersistParameters *parameters, const PersistEvents *events, void *userdata) {
        Persist *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->profile = profile;
        p->values = values;
        p->interval_usec = parameters->interval_usec;
        p->events = events;
        p->userdata = userdata;
        ev_timer_init(&p->due, on_due, 0., 0.);
        p->due.data = p;
        int r = start(p, parameters->path);
        if (r < 0) {
                persist_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Persist *persist_free(Persist *p) {
        if (!p)
                return NULL;
        ev_timer_stop(p->loop, &p->due);
        file_writer_free(p->writer);
        free(p);
        return NULL;
}

void persist_reconfigure(Persist *p, const Profile *profile, uint64_t interval_usec) {
        p->changed = p->changed || profile != p->profile;
        p->profile = profile;
        p->interval_usec = interval_usec;
        for (size_t i = 0; i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);
                Value *v = values_at(p->values, c);
                bool keep = c->persist && (v->kept || v->seq > 0);

                p->changed = p->changed || keep != v->kept;
                v->kept = keep;
        }
        if (!p->finishing) {
                ev_timer_stop(p->loop, &p->due);
                write_later(p);
        }
}

void persist_changed(Persist *p, const Characteristic *c) {
        if (!c->persist)
                return;
        values_at(p->values, c)->kept = true;
        p->changed = true;
        if (!p->finishing)
                write_later(p);
        else if (!file_writer_busy(p->writer))
                write_changes(p);
}

void persist_finish(Persist *p) {
        p->finishing = true;
        ev_timer_stop(p->loop, &p->due);
        if (p->changed)
                write_changes(p);
}

bool persist_busy(const Persist *p) {
        return file_writer_busy(p->writer);
}
