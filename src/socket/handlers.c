/* Which program handles the writes to which characteristic. */
#include "socket/handlers.h"

static size_t n_characteristics(const SessionContext *context) {
        return context->profile ? context->profile->n_characteristics : 0;
}

Session *handlers_find(const SessionContext *context, const Characteristic *c) {
        Session *session = context->handlers[c->index];

        return session && !session->gone ? session : NULL;
}

void handlers_add(SessionContext *context, Session *session, const Characteristic *c) {
        /* One that has gone just now: what it was asked stays unanswered. */
        handlers_remove(context, c);
        context->handlers[c->index] = session;
        context->counts.handlers++;
}

void handlers_remove(SessionContext *context, const Characteristic *c) {
        if (!context->handlers[c->index])
                return;
        context->handlers[c->index] = NULL;
        context->counts.handlers--;
        context->events->unhandled(c, context->userdata);
}

void handlers_remove_all(SessionContext *context, const Session *session) {
        for (size_t i = 0; i < n_characteristics(context); i++)
                if (context->handlers[i] == session)
                        handlers_remove(context, profile_at(context->profile, i));
}
