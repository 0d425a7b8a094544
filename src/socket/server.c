/* The sockets for local programs: who is connected, and what each is told. */
#include "socket/server.h"

#include "socket/handlers.h"
#include "socket/reply.h"
#include "socket/request.h"
#include "socket/retable.h"
#include "socket/rights.h"
#include "socket/server-owner.h"
#include "socket/will.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define FIRST_PASSED_FD 3 /* SD_LISTEN_FDS_START */

DEFINE_CLEANUP(Server *, server_free);

static Session *session_free(Session *session) {
        if (!session)
                return NULL;
        peer_free(session->peer);
        free(session->watch.wanted);
        free(session->will);
        free(session);
        return NULL;
}

DEFINE_CLEANUP(Session *, session_free);

/* Takes text. */
static void session_reply(Session *session, int error, char *text) {
        const char *line = error < 0 ? REPLY_NO_MEMORY : text;

        if (line)
                peer_answer(session->peer, line, strlen(line));
        free(text);
}

static PeerNext on_line(const char *line, size_t size, void *userdata) {
        Session *session = userdata;
        PeerNext next;
        char *text = NULL;
        int r = request_answer(&session->server->context, session, line, size, &text, &next);

        session_reply(session, r, text);
        return next;
}

static void on_line_too_long(void *userdata) {
        Session *session = userdata;
        Server *server = session->server;
        char *text = NULL;
        int r = request_answer_too_long(&server->context, server->peer_parameters.line_max, &text);

        session_reply(session, r, text);
}

/* A set that waited is refused: nobody is there to be told, but it counts. */
static void leave_line(Server *server, Session *session) {
        const SessionContext *context = &server->context;

        if (session->waiter.characteristic)
                context->events->set_given_up(session->waiter.characteristic, context->userdata);
        waiting_leave(context->waiting, &session->waiter);
}

static void on_ended(int error, void *userdata) {
        Session *session = userdata;
        Server *server = session->server;
        ServerCounts *counts = &server->context.counts;

        session->gone = true;
        counts->peers--;
        if (session->read_only)
                server->read_only_peers--;
        server->refusing = false;
        leave_line(server, session);
        if (error == -ENOBUFS) {
                counts->peers_cut_off++;
                log_info("socket: a local program was cut off: it does not read, and %zu bytes "
                         "may wait for it",
                        server->peer_parameters.output_max);
        } else if (error < 0)
                log_info("socket: a local program was cut off: %s", strerror(-error));
        ev_idle_start(server->loop, &server->reap);
}

static const PeerEvents peer_events = {
        .line = on_line,
        .line_too_long = on_line_too_long,
        .ended = on_ended,
};

static void on_retry(void *owner) {
        Session *session = owner;

        if (session->gone)
                waiting_leave(session->server->context.waiting, &session->waiter);
        else
                peer_retry(session->peer);
}

/* What a connection leaves behind. */
static void bury(Server *server, Session *session) {
        handlers_remove_all(&server->context, session);
        will_carry_out(&server->context, session);
        session_free(session);
}

static void on_reap(struct ev_loop *loop, ev_idle *watcher, int revents) {
        Server *server = watcher->data;

        ev_idle_stop(loop, watcher);
        for (Session **p = &server->sessions; *p;) {
                Session *session = *p;

                if (!session->gone) {
                        p = &session->next;
                        continue;
                }
                *p = session->next;
                bury(server, session);
        }
}

static int add_session(Server *server, int fd, bool read_only) {
        _cleanup_(session_freep) Session *session = calloc(1, sizeof(*session));
        int r;

        if (!session)
                return -ENOMEM;
        *session = (Session){.server = server,
                .waiter = {.owner = session},
                .read_only = read_only,
                .administrator = rights_is_administrator(fd, server->admin_group)};
        r = peer_new(
                &session->peer, server->loop, fd, &server->peer_parameters, &peer_events, session);
        if (r < 0)
                return r;
        session->next = server->sessions;
        server->sessions = STEAL(session);
        server->context.counts.peers++;
        if (read_only)
                server->read_only_peers++;
        return 0;
}

/* Answers one more than there is room for; the caller closes it. */
static void refuse(Server *server, int fd, size_t n) {
        char detail[REPLY_DETAIL_SIZE];
        _cleanup_free_ char *text = NULL;
        _cleanup_free_ char *line = NULL;
        int r = reply_fail(detail, REPLY_E_TOO_MANY, "%zu local programs are connected already", n);

        server->context.counts.peers_refused++;
        if (!server->refusing)
                log_info("socket: a local program was refused: %s", detail);
        server->refusing = true;
        if (reply_error_text(&text, NULL, (ReplyError)r, detail, NULL) < 0 ||
                asprintf(&line, "%s\n", text) < 0)
                return;
        (void)send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Those who may only read cannot take the places of those who do the work. */
static bool is_crowded(const Server *server, bool read_only, size_t *ret_n) {
        *ret_n = server->context.counts.peers;
        if (*ret_n >= server->peers_max)
                return true;
        *ret_n = server->read_only_peers;
        return read_only && *ret_n >= (server->peers_max + 1) / 2;
}

static void accept_session(Server *server, int fd, bool read_only) {
        size_t n;
        int r;

        if (is_crowded(server, read_only, &n)) {
                refuse(server, fd, n);
                close(fd);
                return;
        }
        r = add_session(server, fd, read_only);
        if (r < 0) {
                log_error("socket: a local program was refused: %s", strerror(-r));
                close(fd);
        }
}

static void on_accepted(int fd, void *userdata) {
        accept_session(userdata, fd, false);
}

static void on_accepted_read_only(int fd, void *userdata) {
        accept_session(userdata, fd, true);
}

void server_room(Server *server, const Characteristic *c) {
        waiting_room(server->context.waiting, c);
}

bool server_handled(const Server *server, const Characteristic *c) {
        return handlers_find(&server->context, c) != NULL;
}

ServerCounts server_counts(const Server *server) {
        return session_counts(&server->context);
}

static int find_admin_group(const char *name, gid_t *ret) {
        *ret = RIGHTS_NO_GROUP;
        return name ? rights_find_group("[socket] admin_group", name, ret) : 0;
}

static PeerParameters peer_parameters(const ServerParameters *p) {
        return (PeerParameters){
                .line_max = p->line_max,
                .output_max = p->output_max,
                .requests_per_turn = p->requests_per_turn,
        };
}

int server_reconfigure(Server *server, const ServerParameters *parameters) {
        gid_t group;
        int r = find_admin_group(parameters->admin_group, &group);

        if (r == 0 && parameters->profile != server->context.profile)
                r = retable(&server->context, server->sessions, parameters->profile);
        if (r < 0)
                return r;
        server->admin_group = group;
        server->peers_max = parameters->peers_max;
        server->peer_parameters = peer_parameters(parameters);
        for (Session *s = server->sessions; s; s = s->next)
                if (!s->gone)
                        s->administrator = rights_is_administrator(peer_fd(s->peer), group);
        return 0;
}

void server_try_all(Server *server) {
        waiting_try_all(server->context.waiting);
}

static int open_place(Listener *ret, ListenerKind kind, const ServerPlace *place) {
        if (place->fd >= FIRST_PASSED_FD)
                return listener_adopt(ret, kind, place->fd);
        if (!place->path)
                return 0;
        return listener_open(ret, kind, place->path, place->group, place->mode);
}

static int start_listening(Server *server, const ServerParameters *parameters) {
        int r = find_admin_group(parameters->admin_group, &server->admin_group);

        if (r == 0)
                r = open_place(&server->listener, LISTENER_MAIN, &parameters->place);
        if (r == 0)
                r = open_place(
                        &server->read_only_listener, LISTENER_READ_ONLY, &parameters->read_only);
        if (r < 0)
                return r;
        if (server->listener.fd >= 0)
                acceptor_start(
                        &server->acceptor, server->loop, server->listener.fd, on_accepted, server);
        if (server->read_only_listener.fd >= 0)
                acceptor_start(&server->read_only_acceptor, server->loop,
                        server->read_only_listener.fd, on_accepted_read_only, server);
        return 0;
}

static int init_context(Server *server, const ServerParameters *parameters,
        const ServerEvents *events, void *userdata) {
        size_t n = parameters->profile ? parameters->profile->n_characteristics : 0;
        SessionContext *context = &server->context;

        *context = (SessionContext){
                .profile = parameters->profile, .events = events, .userdata = userdata};
        context->handlers = calloc(n + 1, sizeof(*context->handlers));
        if (!context->handlers)
                return -ENOMEM;
        return waiting_new(&context->waiting, server->loop, n, on_retry);
}

int server_new(Server **ret, struct ev_loop *loop, const ServerParameters *parameters,
        const ServerEvents *events, void *userdata) {
        _cleanup_(server_freep) Server *server = calloc(1, sizeof(*server));
        int r;

        if (!server)
                return -ENOMEM;
        *server = (Server){.loop = loop,
                .listener = {.fd = -1},
                .read_only_listener = {.fd = -1},
                .peers_max = parameters->peers_max,
                .admin_group = RIGHTS_NO_GROUP,
                .peer_parameters = peer_parameters(parameters)};
        ev_idle_init(&server->reap, on_reap);
        ev_set_priority(&server->reap, EV_MAXPRI);
        server->reap.data = server;
        /* Now, because it reads /dev/urandom and nothing is read later. */
        json_object_seed(0);
        r = init_context(server, parameters, events, userdata);
        if (r == 0)
                r = start_listening(server, parameters);
        if (r < 0)
                return r;
        *ret = STEAL(server);
        return 0;
}

Server *server_free(Server *server) {
        if (!server)
                return NULL;
        acceptor_stop(&server->acceptor);
        acceptor_stop(&server->read_only_acceptor);
        ev_idle_stop(server->loop, &server->reap);
        while (server->sessions) {
                Session *session = server->sessions;

                server->sessions = session->next;
                session_free(session);
        }
        waiting_free(server->context.waiting);
        free(server->context.handlers);
        listener_close(&server->listener);
        listener_close(&server->read_only_listener);
        free(server);
        return NULL;
}
