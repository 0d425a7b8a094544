#include "daemon/figures.h"

#include "core/metrics.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

DEFINE_CLEANUP(Metrics *, metrics_free);

/* A family whose samples are one member of a struct each. */
typedef struct Figure {
        const char *name;
        MetricType type;
        const char *help;
        size_t offset;
} Figure;

#define COUNT(member)  offsetof(ServerCounts, member)
#define STATUS(member) offsetof(ServerCharacteristicStatus, member)

static const Figure count_figures[] = {
        {"spored_peers", METRIC_GAUGE, "Local programs that are connected.", COUNT(peers)},
        {"spored_peers_waiting", METRIC_GAUGE, "Of them, with a set that waits for room.",
                COUNT(waiting)},
        {"spored_handlers", METRIC_GAUGE, "Characteristics with a handler.", COUNT(handlers)},
        {"spored_requests_total", METRIC_COUNTER, "Requests that were answered, well or not.",
                COUNT(requests)},
        {"spored_bad_requests_total", METRIC_COUNTER,
                "Requests that were answered with an error of their own.", COUNT(bad_requests)},
        {"spored_not_permitted_total", METRIC_COUNTER, "Requests without the right to them.",
                COUNT(not_permitted)},
        {"spored_peers_refused_total", METRIC_COUNTER,
                "Local programs that were refused, too many being connected.",
                COUNT(peers_refused)},
        {"spored_peers_cut_off_total", METRIC_COUNTER,
                "Local programs that were cut off, because they did not read.",
                COUNT(peers_cut_off)},
        {"spored_wills_total", METRIC_COUNTER, "Wills that were carried out.", COUNT(wills)},
};

static const Figure characteristic_figures[] = {
        {"spored_sets_total", METRIC_COUNTER, "Values that programs have set.", STATUS(sets)},
        {"spored_sets_refused_total", METRIC_COUNTER,
                "Sets that were refused, the queue being full.", STATUS(sets_refused)},
        {"spored_sets_unchanged_total", METRIC_COUNTER,
                "Values that were not queued, being as the one before (notify_on_change).",
                STATUS(unchanged)},
        {"spored_published_total", METRIC_COUNTER, "Values that were queued for a notifier.",
                STATUS(queue.published)},
        {"spored_sent_total", METRIC_COUNTER,
                "Of those, handed to BlueZ; what goes by socket, when BlueZ has read it.",
                STATUS(queue.sent)},
        {"spored_coalesced_total", METRIC_COUNTER,
                "Of those, replaced by a newer one (policy coalesce).", STATUS(queue.coalesced)},
        {"spored_pending", METRIC_GAUGE,
                "Of those, still waiting, or in a socket and not read yet.", STATUS(queue.pending)},
        {"spored_confirmed_total", METRIC_COUNTER, "Indications that a central has confirmed.",
                STATUS(queue.confirmed)},
        {"spored_reads_total", METRIC_COUNTER, "Reads by centrals.", STATUS(reads)},
        {"spored_reads_refused_total", METRIC_COUNTER,
                "Reads by centrals that were refused, the value being stale.",
                STATUS(reads_refused)},
        {"spored_writes_total", METRIC_COUNTER, "Writes by centrals that were taken.",
                STATUS(writes)},
        {"spored_writes_refused_total", METRIC_COUNTER, "Writes by centrals that were refused.",
                STATUS(writes_refused)},
        {"spored_verdicts_late_total", METRIC_COUNTER,
                "Of those, because no verdict of a handler came in time.", STATUS(verdicts_late)},
        {"spored_descriptor_writes_total", METRIC_COUNTER, "Writes by centrals of its descriptors.",
                STATUS(descriptor_writes)},
        {"spored_descriptor_writes_refused_total", METRIC_COUNTER,
                "Writes of its descriptors that were refused.", STATUS(descriptor_writes_refused)},
        {"spored_stales_total", METRIC_COUNTER, "How often the value has become stale.",
                STATUS(stales)},
        {"spored_slow_total", METRIC_COUNTER, "Values handed to BlueZ later than log_slow_publish.",
                STATUS(slow)},
        {"spored_cut_total", METRIC_COUNTER,
                "Values that BlueZ cut for a central, being longer than its MTU allows.",
                STATUS(cut)},
};

static const struct {
        const char *reason;
        size_t offset;
} drops[] = {
        {"overwritten", STATUS(queue.dropped_overwritten)},
        {"stalled", STATUS(queue.dropped_stalled)},
        {"gone", STATUS(queue.dropped_gone)},
        {"oversize", STATUS(queue.dropped_oversize)},
};

static const struct {
        const char *name, *help;
        size_t offset;
} states[] = {
        {"spored_subscribed", "1 while a central is subscribed.", STATUS(subscribed)},
        {"spored_stalled", "1 while a notifier is stalled.", STATUS(stalled)},
        {"spored_stale", "1 while the value is stale.", STATUS(stale)},
};

static uint64_t number_at(const void *base, size_t offset) {
        uint64_t number;

        memcpy(&number, (const char *)base + offset, sizeof(number));
        return number;
}

static bool state_at(const void *base, size_t offset) {
        bool state;

        memcpy(&state, (const char *)base + offset, sizeof(state));
        return state;
}

static void add_single(
        Metrics *m, const char *name, MetricType type, const char *help, uint64_t value) {
        metrics_family(m, name, type, help);
        metrics_sample(m, NULL, 0, value);
}

static void add_daemon(Metrics *m, const FiguresSource *source) {
        const ServerStatus *s = &source->status;

        metrics_family(m, "spored_build_info", METRIC_GAUGE, "1, and the version of spored.");
        metrics_sample(m, &(MetricLabel){"version", SPORED_VERSION}, 1, 1);
        add_single(m, "spored_on_air", METRIC_GAUGE,
                "1 while registered with a BlueZ that answers.", s->on_air);
        metrics_family(m, "spored_bluetoothd_silent_seconds", METRIC_GAUGE,
                "Since bluetoothd was last heard, if it does not answer; else 0.");
        metrics_sample_usec(m, NULL, 0, s->silent_usec);
        add_single(m, "spored_agent_registered", METRIC_GAUGE,
                "1 while the pairing agent is registered with BlueZ.", s->agent_registered);
        add_single(m, "spored_centrals_connected", METRIC_GAUGE, "Centrals that are connected.",
                s->centrals);
        add_single(m, "spored_devices_dropped_total", METRIC_COUNTER,
                "Devices that were not kept in the list, there being too many.",
                s->devices_dropped);
        add_single(m, "spored_reloads_total", METRIC_COUNTER,
                "Configurations that were loaded while running, and are or were in effect.",
                s->reloads);
        add_single(m, "spored_reloads_failed_total", METRIC_COUNTER,
                "Reloads that have changed nothing, the configuration having errors.",
                s->reloads_failed);
        metrics_family(m, "spored_uptime_seconds", METRIC_GAUGE, "Since the start.");
        metrics_sample_usec(m, NULL, 0, s->uptime_usec);
        add_single(m, "spored_bus_calls_refused_total", METRIC_COUNTER,
                "Calls on the bus from others than BlueZ.", s->calls_refused);
        add_single(m, "spored_log_lines_dropped_total", METRIC_COUNTER,
                "Lines of the log that nobody took.", s->log_dropped);
        for (size_t i = 0; i < ELEMENTS(count_figures); i++) {
                const Figure *f = &count_figures[i];

                add_single(m, f->name, f->type, f->help, number_at(&source->counts, f->offset));
        }
}

/* All that are declared, as they stand now. */
typedef struct Rows {
        size_t n;
        MetricLabel *labels;
        ServerCharacteristicStatus *status;
} Rows;

static void rows_done(Rows *rows) {
        free(rows->labels);
        free(rows->status);
}

static int fill_rows(Rows *rows, const FiguresSource *source) {
        rows->n = source->profile ? source->profile->n_characteristics : 0;
        rows->labels = calloc(rows->n + 1, sizeof(*rows->labels));
        rows->status = calloc(rows->n + 1, sizeof(*rows->status));
        if (!rows->labels || !rows->status)
                return -ENOMEM;
        for (size_t i = 0; i < rows->n; i++) {
                const Characteristic *c = profile_at(source->profile, i);

                rows->labels[i] = (MetricLabel){"characteristic", c->name};
                source->characteristic_status(c, &rows->status[i], source->userdata);
        }
        return 0;
}

static void add_drops(Metrics *m, const Rows *rows) {
        metrics_family(m, "spored_dropped_total", METRIC_COUNTER,
                "Values that were queued and dropped, by reason.");
        for (size_t i = 0; i < rows->n; i++)
                for (size_t j = 0; j < ELEMENTS(drops); j++) {
                        MetricLabel labels[] = {rows->labels[i], {"reason", drops[j].reason}};

                        metrics_sample(m, labels, ELEMENTS(labels),
                                number_at(&rows->status[i], drops[j].offset));
                }
}

static void add_states(Metrics *m, const Rows *rows) {
        for (size_t j = 0; j < ELEMENTS(states); j++) {
                metrics_family(m, states[j].name, METRIC_GAUGE, states[j].help);
                for (size_t i = 0; i < rows->n; i++)
                        metrics_sample(m, &rows->labels[i], 1,
                                state_at(&rows->status[i], states[j].offset));
        }
        metrics_family(
                m, "spored_age_seconds", METRIC_GAUGE, "Since it was last set, or the start.");
        for (size_t i = 0; i < rows->n; i++)
                metrics_sample_usec(m, &rows->labels[i], 1, rows->status[i].age_usec);
}

static void add_characteristics(Metrics *m, const Rows *rows) {
        if (rows->n == 0)
                return;
        for (size_t j = 0; j < ELEMENTS(characteristic_figures); j++) {
                const Figure *f = &characteristic_figures[j];

                metrics_family(m, f->name, f->type, f->help);
                for (size_t i = 0; i < rows->n; i++)
                        metrics_sample(
                                m, &rows->labels[i], 1, number_at(&rows->status[i], f->offset));
        }
        add_drops(m, rows);
        add_states(m, rows);
}

int figures_text(char **ret, const FiguresSource *source) {
        _cleanup_(metrics_freep) Metrics *m = NULL;
        _cleanup_(rows_done) Rows rows = {0};

        int r = metrics_new(&m);
        if (r >= 0)
                r = fill_rows(&rows, source);
        if (r < 0)
                return r;
        add_daemon(m, source);
        add_characteristics(m, &rows);
        return metrics_text(m, ret);
}
