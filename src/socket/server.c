/* The socket for local programs: who is connected, and what each is told. */
#include "socket/server.h"

#include "socket/fields-json.h"
#include "socket/listener.h"
#include "socket/peer.h"
#include "socket/request.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#define ACCEPTS_PER_TURN 16
#define ACCEPT_PAUSE_SEC 1.0

typedef struct Session Session;

/* Owned by the server from accept until on_reap(). */
struct Session {
        Server *server;
        Peer *peer; /* owned */
        RequestWatch watch;
        bool gone; /* the connection is closed */
        Session *next;
};

struct Server {
        struct ev_loop *loop;
        Listener listener;
        ev_io acceptable;
        ev_timer pause; /* until accepting is tried again */
        ev_idle reap;   /* frees sessions that are gone, outside of their own callbacks */
        bool accept_failing, refusing; /* said so once */
        size_t peers_max;
        PeerParameters peer_parameters;
        RequestContext context;
        Session *sessions; /* owned */
        uint64_t n_events;
};

DEFINE_CLEANUP(Server *, server_free);

static Session *session_free(Session *session) {
        if (!session)
                return NULL;
        peer_free(session->peer);
        request_watch_clear(&session->watch);
        free(session);
        return NULL;
}

DEFINE_CLEANUP(Session *, session_free);

static void session_reply(Session *session, int error, char *text) {
        const char *line = error < 0 ? REPLY_NO_MEMORY : text;

        if (line)
                peer_send(session->peer, line, strlen(line));
        free(text);
}

static void on_line(const char *line, size_t size, void *userdata) {
        Session *session = userdata;
        char *text = NULL;
        int r = request_answer(&session->server->context, &session->watch, line, size, &text);

        session_reply(session, r, text);
}

static void on_line_too_long(void *userdata) {
        Session *session = userdata;
        const Server *server = session->server;
        char *text = NULL;
        int r = request_answer_too_long(
                &session->server->context, server->peer_parameters.line_max, &text);

        session_reply(session, r, text);
}

static void on_ended(int error, void *userdata) {
        Session *session = userdata;
        Server *server = session->server;
        ServerCounts *counts = &server->context.counts;

        session->gone = true;
        counts->peers--;
        server->refusing = false;
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
                session_free(session);
        }
}

static int add_session(Server *server, int fd) {
        _cleanup_(session_freep) Session *session = calloc(1, sizeof(*session));
        int r;

        if (!session)
                return -ENOMEM;
        session->server = server;
        r = peer_new(
                &session->peer, server->loop, fd, &server->peer_parameters, &peer_events, session);
        if (r < 0)
                return r;
        session->next = server->sessions;
        server->sessions = STEAL(session);
        server->context.counts.peers++;
        return 0;
}

/* Answers one more than there is room for; the caller closes it. */
static void refuse(Server *server, int fd) {
        char detail[REPLY_DETAIL_SIZE];
        _cleanup_free_ char *text = NULL;
        _cleanup_free_ char *line = NULL;
        int r = reply_fail(detail, REPLY_E_TOO_MANY, "%zu local programs are connected already",
                server->peers_max);

        server->context.counts.peers_refused++;
        if (!server->refusing)
                log_info("socket: a local program was refused: %s", detail);
        server->refusing = true;
        if (reply_error_text(&text, NULL, (ReplyError)r, detail) < 0 ||
                asprintf(&line, "%s\n", text) < 0)
                return;
        (void)send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void accepted(Server *server, int fd) {
        int r;

        server->accept_failing = false;
        if (server->context.counts.peers >= server->peers_max) {
                refuse(server, fd);
                close(fd);
                return;
        }
        r = add_session(server, fd);
        if (r < 0) {
                log_error("socket: a local program was refused: %s", strerror(-r));
                close(fd);
        }
}

/* Out of descriptors or memory: the connection stays ready, so asking again at once would spin. */
static void pause_accepting(Server *server, int error) {
        if (!server->accept_failing)
                log_error("socket: cannot accept: %s; trying again each second", strerror(error));
        server->accept_failing = true;
        ev_io_stop(server->loop, &server->acceptable);
        ev_timer_set(&server->pause, ACCEPT_PAUSE_SEC, 0);
        ev_timer_start(server->loop, &server->pause);
}

static void on_acceptable(struct ev_loop *loop, ev_io *watcher, int revents) {
        Server *server = watcher->data;

        for (unsigned i = 0; i < ACCEPTS_PER_TURN; i++) {
                int fd = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

                if (fd >= 0)
                        accepted(server, fd);
                else if (errno == EAGAIN)
                        return;
                else if (errno != EINTR && errno != ECONNABORTED) {
                        pause_accepting(server, errno);
                        return;
                }
        }
}

static void on_pause_over(struct ev_loop *loop, ev_timer *watcher, int revents) {
        Server *server = watcher->data;

        ev_io_start(loop, &server->acceptable);
}

static json_t *write_event(uint64_t number, const Characteristic *c, const char *device,
        const uint8_t *data, size_t size) {
        json_t *event = json_pack("{s:s, s:I, s:s, s:o}", "event", "write", "number",
                (json_int_t)number, "characteristic", c->name, "device", reply_string(device));

        if (event && fields_json_decode(event, c, data, size) < 0) {
                json_decref(event);
                return NULL;
        }
        return event;
}

/* -ENOMEM leaves the watchers with a gap in the numbers. */
static int write_event_text(char **ret, uint64_t number, const Characteristic *c,
        const char *device, const uint8_t *data, size_t size) {
        json_t *event = write_event(number, c, device, data, size);
        int r;

        if (!event)
                return -ENOMEM;
        r = reply_text(ret, NULL, event);
        json_decref(event);
        return r;
}

void server_emit_write(Server *server, const Characteristic *c, const char *device,
        const uint8_t *data, size_t size) {
        _cleanup_free_ char *text = NULL;

        server->n_events++;
        for (Session *s = server->sessions; s; s = s->next) {
                if (s->gone || !request_watch_wants(&s->watch, c))
                        continue;
                if (!text && write_event_text(&text, server->n_events, c, device, data, size) < 0) {
                        log_error("socket: no memory for write event %" PRIu64, server->n_events);
                        return;
                }
                peer_send(s->peer, text, strlen(text));
        }
}

static void init_watchers(Server *server) {
        ev_io_init(&server->acceptable, on_acceptable, server->listener.fd, EV_READ);
        ev_timer_init(&server->pause, on_pause_over, ACCEPT_PAUSE_SEC, 0);
        ev_idle_init(&server->reap, on_reap);
        ev_set_priority(&server->reap, EV_MAXPRI);
        server->acceptable.data = server->pause.data = server->reap.data = server;
}

int server_new(Server **ret, struct ev_loop *loop, const ServerParameters *parameters,
        const ServerEvents *events, void *userdata) {
        _cleanup_(server_freep) Server *server = calloc(1, sizeof(*server));
        int r;

        if (!server)
                return -ENOMEM;
        server->loop = loop;
        server->listener.fd = -1;
        server->peers_max = parameters->peers_max;
        server->peer_parameters = (PeerParameters){.line_max = parameters->line_max,
                .output_max = parameters->output_max,
                .requests_per_turn = parameters->requests_per_turn};
        server->context = (RequestContext){
                .profile = parameters->profile, .events = events, .userdata = userdata};
        init_watchers(server);
        /* Now, because it reads /dev/urandom and nothing is read later. */
        json_object_seed(0);
        r = listener_open(&server->listener, parameters->path, parameters->group, parameters->mode);
        if (r < 0)
                return r;
        ev_io_set(&server->acceptable, server->listener.fd, EV_READ);
        ev_io_start(loop, &server->acceptable);
        *ret = STEAL(server);
        return 0;
}

Server *server_free(Server *server) {
        if (!server)
                return NULL;
        ev_io_stop(server->loop, &server->acceptable);
        ev_timer_stop(server->loop, &server->pause);
        ev_idle_stop(server->loop, &server->reap);
        while (server->sessions) {
                Session *session = server->sessions;

                server->sessions = session->next;
                session_free(session);
        }
        listener_close(&server->listener);
        free(server);
        return NULL;
}
