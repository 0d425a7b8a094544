#include "daemon/daemon.h"

#include "daemon/air.h"
#include "daemon/centrals.h"
#include "daemon/owner.h"
#include "daemon/programs.h"
#include "daemon/reload.h"
#include "daemon/shutdown.h"
#include "util/bytes.h"
#include "util/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define NEVER 1e10 /* seconds since 1970 */

bool daemon_serves(const Daemon *d) {
        return d->profile->n_services > 0;
}

void daemon_standing(Daemon *d, Standing *s) {
        *s = (Standing){0};
        if (!daemon_serves(d)) {
                (void)snprintf(s->why, sizeof(s->why), "nothing is declared to serve");
                (void)snprintf(s->fix, sizeof(s->fix),
                        "set profile = NAME in [daemon] of %s, or declare a [service] there",
                        d->config_file);
        } else if (d->deactivated) {
                (void)snprintf(s->why, sizeof(s->why), "%s by a program",
                        d->air == AIR_LEAVING ? "being deactivated" : "deactivated");
                (void)snprintf(s->fix, sizeof(s->fix), "sporectl activate");
        } else if (d->air == AIR_LEAVING) {
                (void)snprintf(s->why, sizeof(s->why),
                        "activated by a program, and still unregistering from before");
        } else if (!d->peripheral || d->bus_lost) {
                (void)snprintf(s->why, sizeof(s->why), "there is no D-Bus bus at \"%s\": %s",
                        d->settings->bluez.bus, strerror(-d->bus_error));
                (void)snprintf(s->fix, sizeof(s->fix), "systemctl start dbus");
        } else {
                peripheral_standing(d->peripheral, s);
        }
}

static void describe(const Standing *s, char *out, size_t size) {
        char version[BLUEZ_VERSION_TEXT_SIZE];

        bluez_version_format(s->bluez, version);
        if (s->on_air)
                (void)snprintf(out, size, "on air%s%s (%s, BlueZ %s)", s->name ? " as " : "",
                        s->name ? s->name : "", s->adapter, version);
        else
                (void)snprintf(
                        out, size, "not on air: %s%s%s", s->why, *s->fix ? "; " : "", s->fix);
        /* The adapter's alias and BlueZ's words come from others: one line, whatever they say. */
        bytes_make_printable(out);
}

static void tell_service_manager(Daemon *d, const Standing *s, const char *line) {
        char text[sizeof(d->announced) + 64];

        if (s->centrals == 0)
                (void)snprintf(text, sizeof(text), "%s%s", line, s->on_air ? "; no central" : "");
        else
                (void)snprintf(text, sizeof(text), "%s; %zu central%s", line, s->centrals,
                        s->centrals == 1 ? "" : "s");
        service_manager_status(d->service_manager, text);
}

/* The log and programs hear of each change once, and not of each second that bluetoothd takes. */
void daemon_announce(Daemon *d) {
        char line[sizeof(d->announced)];
        Standing s;

        if (d->stopping)
                return;
        daemon_standing(d, &s);
        describe(&s, line, sizeof(line));
        tell_service_manager(d, &s, line);
        const char *news = s.silent_usec > 0 ? "bluetoothd does not answer" : line;
        if (strcmp(news, d->announced) == 0)
                return;
        (void)snprintf(d->announced, sizeof(d->announced), "%s", news);
        log_write(LOG_LEVEL_INFO, s.on_air ? "SPORED_ON_AIR=1" : "SPORED_ON_AIR=0", "%s", line);
        if (d->server)
                server_emit_status(d->server);
}

void daemon_room(const Characteristic *c, void *userdata) {
        Daemon *d = userdata;

        if (d->server)
                server_room(d->server, c);
}

void daemon_taken(Daemon *d, const Characteristic *c) {
        freshness_taken(d->freshness, c);
        if (d->persist)
                persist_changed(d->persist, c);
        if (d->peripheral)
                peripheral_wake(d->peripheral, c);
}

static void on_freshness_changed(
        const Characteristic *c, bool stale, uint64_t age_usec, void *userdata) {
        Daemon *d = userdata;

        if (d->server)
                server_emit_stale(d->server, c, stale, age_usec);
        if (!stale || c->on_stale != ON_STALE_DEFAULT)
                return;
        /* It has another value now. */
        if (d->persist)
                persist_changed(d->persist, c);
        if (d->peripheral)
                peripheral_wake(d->peripheral, c);
}

static const FreshnessEvents freshness_events = {.changed = on_freshness_changed};
static const StallsEvents stalls_events = {.due = daemon_room};

void daemon_end_if_done(Daemon *d) {
        shutdown_end_if_done(d);
}

static void on_file_done(void *userdata) {
        daemon_end_if_done(userdata);
}

static const PersistEvents persist_events = {.finished = on_file_done};
static const MetricsFileEvents metrics_file_events = {
        .text = programs_metrics,
        .stopped = on_file_done,
};

static void on_never(struct ev_loop *loop, struct ev_periodic *w, int revents) {
}

static void init_watchers(Daemon *d) {
        /* libev wakes up each minute to see whether the clock was set, unless a watcher of this
         * kind makes it have the kernel tell. */
        ev_periodic_init(&d->never, on_never, NEVER, 0., NULL);
        ev_periodic_start(d->loop, &d->never);
        air_init(d);
        shutdown_init(d);
        reload_init(d);
}

static ServerPlace place(const DaemonPlace *p, const char *group, unsigned mode) {
        return (ServerPlace){.path = p->path, .group = group, .mode = mode, .fd = p->fd};
}

ServerParameters daemon_server_parameters(const Settings *s, const Profile *profile) {
        return (ServerParameters){
                .admin_group = s->socket.admin_group,
                .peers_max = s->limits.peers,
                .line_max = s->limits.line_bytes,
                .output_max = s->limits.peer_bytes,
                .requests_per_turn = s->limits.requests_per_turn,
                .profile = profile,
        };
}

static int listen_for_programs(Daemon *d) {
        const Settings *s = d->settings;
        const DaemonPlaces *places = d->places;
        ServerParameters parameters = daemon_server_parameters(s, d->profile);

        parameters.place = place(&places->socket, s->socket.group, s->socket.mode);
        parameters.read_only =
                place(&places->read_only, s->socket.read_only_group, s->socket.read_only_mode);
        int r = server_new(&d->server, d->loop, &parameters, &programs_events, d);
        if (r >= 0)
                log_info("listening on %s",
                        places->socket.fd >= 0 ? "the socket from systemd" : places->socket.path);
        return r;
}

static bool any_persists(const Profile *profile) {
        for (size_t i = 0; i < profile->n_characteristics; i++)
                if (profile_at(profile, i)->persist)
                        return true;
        return false;
}

int daemon_new_persist(Daemon *d) {
        PersistParameters parameters = {
                .path = d->places->state,
                .interval_usec = d->settings->persist.interval_usec,
        };

        if (d->persist || !any_persists(d->profile))
                return 0;
        if (!parameters.path) {
                log_warning("no value is kept: set file in [persist], or HOME");
                return 0;
        }
        return persist_new(
                &d->persist, d->loop, d->profile, d->values, &parameters, &persist_events, d);
}

static int new_values(Daemon *d) {
        VerdictsParameters verdicts = {
                .max = d->settings->limits.verdicts,
                .timeout_usec = d->settings->socket.handler_timeout_usec,
        };

        int r = values_new(&d->values, d->profile, clock_now_usec());
        if (r >= 0)
                r = daemon_new_persist(d);
        if (r >= 0)
                r = freshness_new(&d->freshness, d->loop, d->values, &freshness_events, d);
        if (r >= 0)
                r = stalls_new(&d->stalls, d->loop, d->profile, d->values, &stalls_events, d);
        if (r >= 0)
                r = verdicts_new(&d->verdicts, d->loop, &verdicts, &centrals_verdicts_events, d);
        if (r < 0)
                log_error("no memory for the values");
        return r;
}

int daemon_set_metrics_file(Daemon *d) {
        MetricsFileParameters parameters = {
                .path = d->settings->metrics.file,
                .interval_usec = d->settings->metrics.interval_usec,
        };

        if (d->metrics_file)
                return metrics_file_reconfigure(d->metrics_file, &parameters);
        if (!parameters.path)
                return 0;
        return metrics_file_new(&d->metrics_file, d->loop, &parameters, &metrics_file_events, d);
}

/* The profile is the daemon's: it may outlive the configuration that it came with. */
static int take_profile(Daemon *d) {
        d->profile = config_exchange_profile(d->config, NULL);
        return d->profile ? 0 : profile_new(&d->profile);
}

static int daemon_start(Daemon *d) {
        int r = take_profile(d);

        if (r >= 0)
                r = service_manager_new(&d->service_manager, d->loop);
        if (r >= 0)
                r = new_values(d);
        if (r >= 0)
                r = listen_for_programs(d);
        if (r >= 0)
                r = daemon_set_metrics_file(d);
        if (r < 0)
                return r;
        init_watchers(d);
        service_manager_ready(d->service_manager);
        if (daemon_serves(d))
                air_connect(d);
        else
                daemon_announce(d);
        return 0;
}

static void daemon_done(Daemon *d) {
        d->server = server_free(d->server);
        peripheral_free(d->peripheral);
        metrics_file_free(d->metrics_file);
        persist_free(d->persist);
        verdicts_free(d->verdicts);
        stalls_free(d->stalls);
        freshness_free(d->freshness);
        values_free(d->values);
        service_manager_free(d->service_manager);
        profile_free(d->profile);
        reload_done(d);
        free(d->name);
        config_free(d->config);
        if (d->loop)
                ev_loop_destroy(d->loop);
}

int daemon_run(Config *config, const ConfigSources *sources, const DaemonPlaces *places) {
        Daemon d = {
                .loop = ev_default_loop(EVFLAG_AUTO),
                .config = config,
                .sources = sources,
                .places = places,
                .settings = config_settings(config),
                .config_file = config_file(config),
                .started_usec = clock_now_usec(),
        };
        int r = -ENOSYS;

        /* A peer or a reader of stderr that goes away must not end the daemon. */
        (void)signal(SIGPIPE, SIG_IGN);
        if (!d.loop)
                log_error("there is no event loop to be had on this system");
        else
                r = daemon_start(&d);
        if (r >= 0)
                (void)ev_run(d.loop, 0);
        daemon_done(&d);
        return r;
}
