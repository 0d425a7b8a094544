#include "socket/retable.h"

#include "socket/event-json.h"
#include "socket/handlers.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

/* What is filled before anything is changed. */
typedef struct Table {
        const Profile *old, *new;
        Session **handlers;
        bool **wanted; /* of each session that watches, in their order */
        size_t n_wanted;
} Table;

static void table_done(Table *t) {
        for (size_t i = 0; i < t->n_wanted; i++)
                free(t->wanted[i]);
        free(t->wanted);
        free(t->handlers);
}

static size_t n_old(const Table *t) {
        return t->old ? t->old->n_characteristics : 0;
}

static const Characteristic *find_new(const Table *t, size_t old) {
        return profile_find(t->new, profile_at(t->old, old)->name);
}

static int fill_wanted(Table *t, const Session *session) {
        bool *wanted = calloc(t->new->n_characteristics + 1, sizeof(*wanted));

        if (!wanted)
                return -ENOMEM;
        t->wanted[t->n_wanted++] = wanted;
        for (size_t i = 0; session->watch.all && i < t->new->n_characteristics; i++)
                wanted[i] = true;
        for (size_t i = 0; i < n_old(t); i++) {
                const Characteristic *c = session->watch.wanted[i] ? find_new(t, i) : NULL;

                if (c)
                        wanted[c->index] = true;
        }
        return 0;
}

static int fill(Table *t, const SessionContext *context, const Session *sessions) {
        size_t n = 0;
        int r = 0;

        for (const Session *s = sessions; s; s = s->next)
                n++;
        t->wanted = calloc(n + 1, sizeof(*t->wanted));
        t->handlers = calloc(t->new->n_characteristics + 1, sizeof(*t->handlers));
        if (!t->wanted || !t->handlers)
                return -ENOMEM;
        for (const Session *s = sessions; r == 0 && s; s = s->next)
                if (s->watch.wanted)
                        r = fill_wanted(t, s);
        for (size_t i = 0; i < n_old(t); i++) {
                const Characteristic *c = context->handlers[i] ? find_new(t, i) : NULL;

                if (c && (c->flags & CHARACTERISTIC_WRITABLE))
                        t->handlers[c->index] = context->handlers[i];
        }
        return r;
}

/* Who watches everything has not asked for this one. */
static bool is_watching(const Session *s, const Characteristic *c) {
        return s->watch.wanted && !s->watch.all && s->watch.wanted[c->index];
}

/* watchers: too. */
static void tell_gone(const SessionContext *context, Session *sessions, const Characteristic *gone,
        bool watchers) {
        const Session *handler = context->handlers[gone->index];
        _cleanup_free_ char *text = NULL;

        if (event_json_gone(&text, gone->name) < 0) {
                log_error("socket: no memory to tell that %s is no more", gone->name);
                return;
        }
        for (Session *s = sessions; s; s = s->next)
                if (!s->gone && (s == handler || (watchers && is_watching(s, gone))))
                        peer_send(s->peer, text, strlen(text));
}

/* A characteristic that centrals cannot write any more is gone for its handler alone. */
static void end_old(SessionContext *context, Session *sessions, const Table *t) {
        for (size_t i = 0; i < n_old(t); i++) {
                const Characteristic *old = profile_at(t->old, i), *new = find_new(t, i);

                bool ends = context->handlers[i] && !(new && t->handlers[new->index]);

                if (!new || ends)
                        tell_gone(context, sessions, old, !new);
                if (ends)
                        handlers_remove(context, old);
        }
}

static void commit(SessionContext *context, Session *sessions, Table *t) {
        size_t n = 0;

        end_old(context, sessions, t);
        for (Session *s = sessions; s; s = s->next) {
                if (!s->watch.wanted)
                        continue;
                free(s->watch.wanted);
                s->watch.wanted = STEAL(t->wanted[n]);
                n++;
        }
        free(context->handlers);
        context->handlers = STEAL(t->handlers);
        context->profile = t->new;
}

int retable(SessionContext *context, Session *sessions, const Profile *profile) {
        _cleanup_(table_done) Table t = {.old = context->profile, .new = profile};
        int r = fill(&t, context, sessions);

        if (r == 0)
                r = waiting_set_profile(context->waiting, profile);
        if (r == 0)
                commit(context, sessions, &t);
        return r;
}
