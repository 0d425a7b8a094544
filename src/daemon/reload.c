#include "daemon/reload.h"

#include "core/profile-table.h"
#include "daemon/air.h"
#include "daemon/reload-report.h"
#include "daemon/shutdown.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* What is to become the configuration. */
typedef struct Next {
        Config *config;
        Profile *profile;
        Values *values; /* for it, empty */
        bool anew;      /* BlueZ is to be told another table */
        bool agent;     /* or another agent alone */
} Next;

static void next_done(Next *n) {
        values_free(n->values);
        profile_free(n->profile);
        config_free(n->config);
}

void reload_done(Daemon *d) {
        reload_report_clear(&d->reload);
        free(d->reload.first);
}

static bool serves(const Profile *profile) {
        return profile && profile->n_services > 0;
}

/* What is wrong with it only here and now. */
static int check_here(Daemon *d, Next *n, FILE *problems) {
        Reload *report = &d->reload;
        int r = config_keep_running(n->config, d->config, problems, &report->errors);

        if (r < 0)
                return r;
        /* More often a file that is just being written, or was truncated, than a wish. */
        if (daemon_serves(d) && !serves(config_profile(n->config))) {
                (void)fprintf(problems,
                        "%s: no service is declared any more, and a reload takes nothing off the "
                        "air: sporectl deactivate does, or a restart\n",
                        config_file(n->config));
                report->errors++;
        }
        return report->errors > 0 ? SERVER_E_INVALID : 0;
}

/* 0: it may be taken; SERVER_E_INVALID: its problems are written. What is found here comes before
 * the warnings that loading it has found. */
static int load_checked(Daemon *d, Next *n, FILE *found_here, FILE *found) {
        Reload *report = &d->reload;
        int r = config_load(&n->config, d->sources, found, &report->errors, &report->warnings);

        if (r < 0)
                return r;
        if (report->errors > 0)
                return SERVER_E_INVALID;
        r = config_compare(&report->changes, d->config, n->config);
        return r < 0 ? r : check_here(d, n, found_here);
}

/* Without memory it may be closed well, and there is no text. */
static int close_text(FILE *file, char *const *text) {
        bool failed = file && ferror(file);

        failed |= !file || fclose(file) != 0;
        return failed || !*text ? -ENOMEM : 0;
}

static int load(Daemon *d, Next *n) {
        _cleanup_free_ char *here = NULL;
        _cleanup_free_ char *all = NULL;
        size_t here_size, all_size;

        reload_report_clear(&d->reload);
        FILE *found_here = open_memstream(&here, &here_size);
        FILE *found = open_memstream(&all, &all_size);
        int r = found_here && found ? load_checked(d, n, found_here, found) : -ENOMEM;
        if (close_text(found_here, &here) < 0)
                r = -ENOMEM;
        if (close_text(found, &all) < 0)
                r = -ENOMEM;
        if (r >= 0 && asprintf(&d->reload.problems, "%s%s", here, all) < 0) {
                d->reload.problems = NULL;
                r = -ENOMEM;
        }
        return r;
}

static bool same_text(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_version(BluezVersion a, BluezVersion b) {
        return a.major == b.major && a.minor == b.minor;
}

/* Each goes on in its own place. */
static bool same_advertisements(const Profile *a, const Profile *b) {
        if (a->n_advertisements != b->n_advertisements)
                return false;
        for (size_t i = 0; i < a->n_advertisements; i++)
                if (!same_text(a->advertisements[i]->section, b->advertisements[i]->section))
                        return false;
        return true;
}

/* What it takes, and what it takes memory for. */
static int prepare(const Daemon *d, Next *n) {
        const Settings *now = d->settings, *then = config_settings(n->config);

        n->profile = config_exchange_profile(n->config, NULL);
        if (!n->profile && profile_new(&n->profile) < 0)
                return -ENOMEM;
        n->agent = now->agent.capability != then->agent.capability;
        n->anew = !profile_same_table(d->profile, n->profile) ||
                  !same_advertisements(d->profile, n->profile) ||
                  !same_version(now->bluez.version, then->bluez.version);
        return values_new(&n->values, n->profile, clock_now_usec());
}

/* By settings and profile, which are the new ones by now. */
static void reconfigure_files(Daemon *d) {
        const Settings *s = d->settings;
        int r = daemon_new_persist(d);

        if (d->persist)
                persist_reconfigure(d->persist, d->profile, s->persist.interval_usec);
        if (r >= 0)
                r = daemon_set_metrics_file(d);
        if (r < 0)
                log_error("no memory to write files");
}

static void reconfigure(Daemon *d) {
        log_set_level(d->settings->daemon.log_level);
        air_reconfigure(d);
        verdicts_set_timeout(d->verdicts, d->settings->socket.handler_timeout_usec);
        freshness_reconfigure(d->freshness);
        stalls_reconfigure(d->stalls, d->profile);
        reconfigure_files(d);
}

/* Before the old profile is gone: a name in the files is newer than the one that a program has
 * given. */
static void let_go(Daemon *d, const Next *n) {
        if (same_text(d->profile->advertisements[0]->name, n->profile->advertisements[0]->name))
                return;
        free(d->name);
        d->name = NULL;
}

static void take_config(Daemon *d, Next *n) {
        Config *old = d->config;

        d->config = n->config;
        n->config = old;
        d->settings = config_settings(d->config);
        d->config_file = config_file(d->config);
}

static int renew_parts(Daemon *d, const Next *n) {
        int r = 0;

        if (n->agent)
                r = peripheral_renew_pairing(d->peripheral);
        if (r >= 0 && d->reload.changes.advertisement)
                r = peripheral_renew_advertisements(d->peripheral, d->name);
        return r;
}

/* No bus, or one that is being left, has nothing to be renewed. */
static bool is_up(const Daemon *d) {
        return d->peripheral && d->air == AIR_ON && !d->bus_lost;
}

/* The table stays, and everything that points into it. */
static int take_in_place(Daemon *d, Next *n) {
        const ServerParameters server =
                daemon_server_parameters(config_settings(n->config), d->profile);
        int r = server_reconfigure(d->server, &server);

        if (r < 0)
                return r;
        let_go(d, n);
        if (!is_up(d))
                air_disconnect(d);
        profile_take_tunables(d->profile, n->profile);
        if (d->reload.changes.advertisement)
                profile_swap_advertisements(d->profile, n->profile);
        values_take_over(d->values, STEAL(n->values), d->profile, clock_now_usec());
        take_config(d, n);
        reconfigure(d);
        if (d->peripheral) {
                peripheral_reconfigure(d->peripheral, d->settings);
                r = renew_parts(d, n);
        }
        if (r < 0)
                air_failed(d, r);
        return 0;
}

/* The old profile stands until nothing points into it any more. */
static void put_up(Daemon *d) {
        if (!daemon_serves(d))
                return;
        if (!d->peripheral) {
                air_resume(d);
                return;
        }
        int r = peripheral_put_up(d->peripheral, d->settings, d->profile, d->name);
        if (r < 0)
                air_failed(d, r);
}

static void take_down(Daemon *d) {
        verdicts_give_up(d->verdicts, NULL);
        if (is_up(d))
                peripheral_take_down(d->peripheral);
        else
                air_disconnect(d);
}

static int take_anew(Daemon *d, Next *n) {
        const ServerParameters server =
                daemon_server_parameters(config_settings(n->config), n->profile);

        take_down(d);
        int r = server_reconfigure(d->server, &server);
        if (r >= 0) {
                let_go(d, n);
                values_take_over(d->values, STEAL(n->values), n->profile, clock_now_usec());
                Profile *old = d->profile;
                d->profile = n->profile;
                n->profile = old;
                take_config(d, n);
                reconfigure(d);
        }
        put_up(d);
        return r;
}

/* Whoever waits is tried by the new policies, and what may go now goes. */
static void wake_all(Daemon *d) {
        server_try_all(d->server);
        for (size_t i = 0; d->peripheral && i < d->profile->n_characteristics; i++)
                peripheral_wake(d->peripheral, profile_at(d->profile, i));
}

/* What is written in another way and means the same is not registered anew. */
static int judge_anew(const Next *n, ConfigChanges *changes) {
        if (n->anew && changes->n_anew == 0)
                return config_changes_add_order(changes);
        if (!n->anew && !n->agent && !changes->advertisement)
                config_changes_forget_anew(changes);
        return 0;
}

static bool is_nothing(const Next *n, const ConfigChanges *changes) {
        return !n->anew && !n->agent && !changes->advertisement && changes->n_in_place == 0;
}

static int take(Daemon *d, Next *n) {
        int r = prepare(d, n);

        if (r >= 0)
                r = judge_anew(n, &d->reload.changes);
        if (r < 0)
                return r;
        if (is_nothing(n, &d->reload.changes))
                return 0;
        r = n->anew ? take_anew(d, n) : take_in_place(d, n);
        if (r < 0)
                return r;
        wake_all(d);
        daemon_announce(d);
        return 0;
}

int reload_now(Daemon *d, ServerReload *ret) {
        _cleanup_(next_done) Next next = {0};

        log_info("reloading");
        service_manager_reloading(d->service_manager);
        int r = load(d, &next);
        if (r == 0)
                r = take(d, &next);
        if (r == 0)
                reload_report_done(&d->reload);
        else
                reload_report_failed(&d->reload, r);
        service_manager_ready(d->service_manager);
        reload_report_fill(&d->reload, ret);
        return r;
}

static void on_sighup(struct ev_loop *loop, struct ev_signal *w, int revents) {
        Daemon *d = w->data;
        ServerReload report;

        if (shutdown_at_hangup(d))
                return;
        if (d->stopping)
                log_info("stopping: not reloaded");
        else
                (void)reload_now(d, &report);
}

void reload_init(Daemon *d) {
        ev_signal_init(&d->sighup, on_sighup, SIGHUP);
        d->sighup.data = d;
        ev_signal_start(d->loop, &d->sighup);
}
