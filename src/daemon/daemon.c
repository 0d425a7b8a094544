#include "daemon/daemon.h"

#include "core/backoff.h"
#include "daemon/peripheral.h"
#include "daemon/values.h"
#include "loop/service-manager.h"
#include "loop/timer.h"
#include "socket/server.h"
#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define NEVER 1e10 /* seconds since 1970 */

typedef struct Daemon {
        struct ev_loop *loop;
        const Settings *settings;
        const char *config_file;
        const Profile *profile; /* NULL: nothing to serve */
        Values *values;
        Server *server;
        Peripheral *peripheral; /* NULL: no bus, see bus_error */
        int bus_error;
        bool bus_lost; /* peripheral is to be freed when connect_again turns up */
        struct ev_timer connect_again;
        Backoff backoff;
        struct ev_signal sigterm, sigint;
        struct ev_timer shutdown;
        struct ev_periodic never;
        bool stopping;
        char announced[512];    /* the last line that was logged about being on air */
        Standing told;          /* what status replies borrow from */
        uint64_t calls_refused; /* on bus connections that have ended */
        uint64_t started_usec;
} Daemon;

static void fill_standing(Daemon *d, Standing *s) {
        *s = (Standing){0};
        if (!d->profile) {
                (void)snprintf(s->why, sizeof(s->why), "nothing is declared to serve");
                (void)snprintf(s->fix, sizeof(s->fix),
                        "set profile = NAME in [daemon] of %s, or declare a [service] there",
                        d->config_file);
        } else if (!d->peripheral || d->bus_lost) {
                (void)snprintf(s->why, sizeof(s->why), "there is no D-Bus bus at \"%s\": %s",
                        d->settings->bluez.bus, strerror(-d->bus_error));
                (void)snprintf(s->fix, sizeof(s->fix), "systemctl start dbus");
        } else {
                peripheral_standing(d->peripheral, s);
        }
}

/* Logs and tells systemd, once for each change. */
static void announce(Daemon *d) {
        char version[BLUEZ_VERSION_TEXT_SIZE];
        char line[sizeof(d->announced)];
        Standing s;

        fill_standing(d, &s);
        bluez_version_format(s.bluez, version);
        if (s.on_air)
                (void)snprintf(line, sizeof(line), "on air%s%s (%s, BlueZ %s)",
                        s.name ? " as " : "", s.name ? s.name : "", s.adapter, version);
        else
                (void)snprintf(
                        line, sizeof(line), "not on air: %s%s%s", s.why, *s.fix ? "; " : "", s.fix);
        /* The adapter's alias and BlueZ's words come from others: one line, whatever they say. */
        bytes_make_printable(line);
        if (strcmp(line, d->announced) == 0)
                return;
        memcpy(d->announced, line, sizeof(line));
        log_write(LOG_LEVEL_INFO, s.on_air ? "SPORED_ON_AIR=1" : "SPORED_ON_AIR=0", "%s", line);
        service_manager_status(line);
}

static void on_changed(void *userdata) {
        Daemon *d = userdata;

        /* Something was heard from the bus: it works. */
        backoff_reset(&d->backoff);
        if (!d->stopping)
                announce(d);
}

static void connect_later(Daemon *d) {
        timer_start_once(d->loop, &d->connect_again, backoff_next_usec(&d->backoff));
}

static void on_disconnected(int error, void *userdata) {
        Daemon *d = userdata;

        log_warning("the bus connection is lost: %s", strerror(-error));
        d->bus_lost = true;
        d->bus_error = error;
        if (d->stopping) {
                ev_break(d->loop, EVBREAK_ALL);
                return;
        }
        announce(d);
        connect_later(d);
}

static void on_stopped(void *userdata) {
        Daemon *d = userdata;

        log_info("unregistered from BlueZ");
        ev_break(d->loop, EVBREAK_ALL);
}

static void on_written(const Characteristic *c, const char *device, const uint8_t *data,
        size_t size, void *userdata) {
        Daemon *d = userdata;

        if (d->server)
                server_emit_write(d->server, c, device, data, size);
}

static const PeripheralEvents peripheral_events = {
        .changed = on_changed,
        .disconnected = on_disconnected,
        .stopped = on_stopped,
        .written = on_written,
};

static void connect_bus(Daemon *d) {
        if (d->peripheral)
                d->calls_refused += peripheral_calls_refused(d->peripheral);
        d->peripheral = peripheral_free(d->peripheral);
        d->bus_lost = false;
        d->bus_error = peripheral_new(
                &d->peripheral, d->loop, d->settings, d->profile, d->values, &peripheral_events, d);
        if (d->bus_error < 0)
                connect_later(d);
        announce(d);
}

static void on_connect_again(struct ev_loop *loop, struct ev_timer *w, int revents) {
        connect_bus(w->data);
}

static bool subscribed(Daemon *d, const Characteristic *c) {
        return d->peripheral && peripheral_subscribed(d->peripheral, c);
}

static void on_get(const Characteristic *c, ServerValue *ret, void *userdata) {
        Daemon *d = userdata;
        const Value *v = values_at(d->values, c);

        *ret = (ServerValue){
                .data = v->data, .size = v->size, .seq = v->seq, .subscribed = subscribed(d, c)};
}

static int on_set(const Characteristic *c, const uint8_t *data, size_t size, ServerValue *ret,
        void *userdata) {
        Daemon *d = userdata;

        int r = values_store(d->values, c, data, size);
        if (r < 0)
                return r;
        values_at(d->values, c)->sets++;
        if (d->peripheral)
                peripheral_wake(d->peripheral);
        on_get(c, ret, d);
        return 0;
}

static const char *text_or_null(const char *text) {
        return *text ? text : NULL;
}

static uint64_t calls_refused(const Daemon *d) {
        return d->calls_refused + (d->peripheral ? peripheral_calls_refused(d->peripheral) : 0);
}

static void on_status(ServerStatus *ret, void *userdata) {
        Daemon *d = userdata;
        Standing *s = &d->told;

        fill_standing(d, s);
        *ret = (ServerStatus){
                .on_air = s->on_air,
                .name = s->name,
                .adapter = s->adapter,
                .address = s->address,
                .bluez = s->bluez,
                .why = text_or_null(s->why),
                .fix = text_or_null(s->fix),
                .uptime_usec = clock_now_usec() - d->started_usec,
                .calls_refused = calls_refused(d),
                .log_dropped = log_dropped(),
        };
}

static void on_characteristic_status(
        const Characteristic *c, ServerCharacteristicStatus *ret, void *userdata) {
        Daemon *d = userdata;
        const Value *v = values_at(d->values, c);

        *ret = (ServerCharacteristicStatus){
                .subscribed = subscribed(d, c),
                .sets = v->sets,
                .writes = v->writes,
                .writes_refused = v->writes_refused,
                .reads = v->reads,
        };
        if (v->queue)
                ret->queue = queue_counters(v->queue);
}

static const ServerEvents server_events = {
        .set = on_set,
        .get = on_get,
        .status = on_status,
        .characteristic_status = on_characteristic_status,
};

static void on_signal(struct ev_loop *loop, struct ev_signal *w, int revents) {
        Daemon *d = w->data;

        if (d->stopping) {
                log_warning("told twice: left without unregistering");
                ev_break(loop, EVBREAK_ALL);
                return;
        }
        log_info("stopping");
        d->stopping = true;
        service_manager_stopping();
        d->server = server_free(d->server);
        ev_timer_stop(loop, &d->connect_again);
        if (!d->peripheral || d->bus_lost) {
                ev_break(loop, EVBREAK_ALL);
                return;
        }
        timer_start_once(loop, &d->shutdown, d->settings->daemon.shutdown_timeout_usec);
        peripheral_stop(d->peripheral);
}

static void on_shutdown_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        log_warning("BlueZ did not answer in time: left without unregistering");
        ev_break(loop, EVBREAK_ALL);
}

static void on_never(struct ev_loop *loop, struct ev_periodic *w, int revents) {
}

static void init_watchers(Daemon *d) {
        ev_signal_init(&d->sigterm, on_signal, SIGTERM);
        ev_signal_init(&d->sigint, on_signal, SIGINT);
        ev_timer_init(&d->connect_again, on_connect_again, 0., 0.);
        backoff_init(
                &d->backoff, d->settings->bluez.retry_min_usec, d->settings->bluez.retry_max_usec);
        ev_timer_init(&d->shutdown, on_shutdown_timeout, 0., 0.);
        d->sigterm.data = d->sigint.data = d->connect_again.data = d->shutdown.data = d;
        /* libev wakes up each minute to see whether the clock was set, unless a watcher of this
         * kind makes it have the kernel tell. */
        ev_periodic_init(&d->never, on_never, NEVER, 0., NULL);
        ev_periodic_start(d->loop, &d->never);
        ev_signal_start(d->loop, &d->sigterm);
        ev_signal_start(d->loop, &d->sigint);
}

static int listen_for_programs(Daemon *d, const char *path) {
        const Settings *s = d->settings;
        ServerParameters parameters = {
                .path = path,
                .group = s->socket.group,
                .mode = s->socket.mode,
                .peers_max = s->limits.peers,
                .line_max = s->limits.line_bytes,
                .output_max = s->limits.peer_bytes,
                .requests_per_turn = s->limits.requests_per_turn,
                .profile = d->profile,
        };

        int r = server_new(&d->server, d->loop, &parameters, &server_events, d);
        if (r >= 0)
                log_info("listening on %s", path);
        return r;
}

static int daemon_start(Daemon *d, const char *socket_path) {
        int r = d->profile ? values_new(&d->values, d->profile) : 0;
        if (r < 0) {
                log_error("no memory for the values");
                return r;
        }
        r = listen_for_programs(d, socket_path);
        if (r < 0)
                return r;
        init_watchers(d);
        service_manager_ready();
        if (d->profile)
                connect_bus(d);
        else
                announce(d);
        return 0;
}

static void daemon_done(Daemon *d) {
        server_free(d->server);
        peripheral_free(d->peripheral);
        values_free(d->values);
        ev_loop_destroy(d->loop);
}

int daemon_run(const Config *config, const char *socket_path) {
        Daemon d = {
                .loop = ev_default_loop(EVFLAG_AUTO),
                .settings = config_settings(config),
                .config_file = config_file(config),
                .profile = config_profile(config),
                .started_usec = clock_now_usec(),
        };

        /* A peer or a reader of stderr that goes away must not end the daemon. */
        (void)signal(SIGPIPE, SIG_IGN);
        if (!d.loop) {
                log_error("there is no event loop to be had on this system");
                return -ENOSYS;
        }
        int r = daemon_start(&d, socket_path);
        if (r >= 0)
                (void)ev_run(d.loop, 0);
        daemon_done(&d);
        return r;
}
