/* What happens, told to whoever watches it. */
#include "socket/event-json.h"
#include "socket/handlers.h"
#include "socket/server-owner.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <inttypes.h>
#include <string.h>

void server_emit_write(Server *server, const ServerWrite *write) {
        const Characteristic *c = write->characteristic;
        const Session *handler = handlers_find(&server->context, c);
        _cleanup_free_ char *asked = NULL;
        _cleanup_free_ char *told = NULL;

        for (Session *s = server->sessions; s; s = s->next) {
                bool verdict = s == handler && write->wants_verdict;
                char **text = verdict ? &asked : &told;

                if (s != handler && !session_watches_characteristic(s, WATCH_WRITE, c))
                        continue;
                if (!*text && event_json_write(text, write, verdict) < 0) {
                        log_error("socket: no memory for write event %" PRIu64, write->number);
                        return;
                }
                peer_send(s->peer, *text, strlen(*text));
        }
}

/* c NULL: the event is of no characteristic. */
static bool hears(const Session *s, unsigned event, const Characteristic *c) {
        return c ? session_watches_characteristic(s, event, c) : session_watches(s, event);
}

static bool somebody_hears(const Server *server, unsigned event, const Characteristic *c) {
        const Session *s = server->sessions;

        while (s && !hears(s, event, c))
                s = s->next;
        return s != NULL;
}

/* Takes the text; NULL: there was no memory for it. */
static void tell(Server *server, unsigned event, const Characteristic *c, char *text) {
        if (!text)
                log_error("socket: no memory for an event");
        for (Session *s = server->sessions; text && s; s = s->next)
                if (hears(s, event, c))
                        peer_send(s->peer, text, strlen(text));
        free(text);
}

void server_emit_descriptor_write(Server *server, const ServerDescriptorWrite *write) {
        char *text = NULL;

        if (!somebody_hears(server, WATCH_DESCRIPTOR_WRITE, write->characteristic))
                return;
        (void)event_json_descriptor_write(&text, write);
        tell(server, WATCH_DESCRIPTOR_WRITE, write->characteristic, text);
}

void server_emit_stale(Server *server, const Characteristic *c, bool stale, uint64_t age_usec) {
        char *text = NULL;

        if (!somebody_hears(server, WATCH_STALE, c))
                return;
        (void)event_json_stale(&text, c, stale, age_usec);
        tell(server, WATCH_STALE, c, text);
}

void server_emit_connection(Server *server, const ConnectionEvent *event) {
        char *text = NULL;

        if (!somebody_hears(server, WATCH_CONNECTION, event->characteristic))
                return;
        (void)event_json_connection(&text, event);
        tell(server, WATCH_CONNECTION, event->characteristic, text);
}

void server_emit_status(Server *server) {
        ServerStatus status = {};
        char *text = NULL;

        if (!somebody_hears(server, WATCH_STATUS, NULL))
                return;
        server->context.events->status(&status, server->context.userdata);
        (void)event_json_status(&text, &status);
        tell(server, WATCH_STATUS, NULL, text);
}
