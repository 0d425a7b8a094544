/* The answer to "status". */
#include "socket/status-json.h"

#include "socket/handlers.h"
#include "socket/reply.h"
#include "util/cleanup.h"

static json_t *count(uint64_t n) {
        return json_integer((json_int_t)n);
}

static json_t *dropped_json(const QueueCounters *q) {
        return json_pack("{s:o, s:o, s:o, s:o}", "overwritten", count(q->dropped_overwritten),
                "stalled", count(q->dropped_stalled), "gone", count(q->dropped_gone), "oversize",
                count(q->dropped_oversize));
}

static json_t *queue_json(const QueueCounters *q) {
        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "published", count(q->published), "sent",
                count(q->sent), "dropped", dropped_json(q), "coalesced", count(q->coalesced),
                "pending", count(q->pending), "confirmed", count(q->confirmed));
}

static bool notifies(const Characteristic *c) {
        return (c->flags & (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)) != 0;
}

/* Members that are there only where they mean something. 0 or -1, as jansson's. */
static int add_properties(json_t *object, const Characteristic *c) {
        int r = 0;

        if (c->max_age_usec > 0)
                r = json_object_set_new(object, "max_age_s", reply_seconds(c->max_age_usec));
        if (r == 0 && notifies(c) && c->notify_by == NOTIFY_BY_SIGNAL)
                r = json_object_set_new(object, "audience", json_string("every subscriber"));
        return r;
}

static json_t *value_json(const SessionContext *context, const Characteristic *c,
        const ServerCharacteristicStatus *s) {
        json_t *object = json_pack("{s:s, s:b, s:b, s:b, s:b, s:o}", "name", c->name, "subscribed",
                (int)s->subscribed, "handled", handlers_find(context, c) != NULL, "stale",
                (int)s->stale, "stalled", (int)s->stalled, "age_s", reply_seconds(s->age_usec));

        if (object && add_properties(object, c) < 0) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static json_t *counters_json(const ServerCharacteristicStatus *s) {
        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                "sets", count(s->sets), "sets_refused", count(s->sets_refused), "unchanged",
                count(s->unchanged), "writes", count(s->writes), "writes_refused",
                count(s->writes_refused), "reads", count(s->reads), "reads_refused",
                count(s->reads_refused), "descriptor_writes", count(s->descriptor_writes),
                "descriptor_writes_refused", count(s->descriptor_writes_refused), "stales",
                count(s->stales), "slow", count(s->slow), "cut", count(s->cut), "verdicts_late",
                count(s->verdicts_late));
}

/* Moves the members of parts into one object. NULL: no memory, and all are released. */
static json_t *join(json_t *object, json_t *const *parts, size_t n) {
        bool failed = !object;

        for (size_t i = 0; i < n; i++) {
                if (!failed && (!parts[i] || json_object_update(object, parts[i]) < 0))
                        failed = true;
                json_decref(parts[i]);
        }
        if (!failed)
                return object;
        json_decref(object);
        return NULL;
}

static json_t *way_json(const ServerWay *way) {
        json_t *object =
                json_pack("{s:s, s:o}", "way", way->by == NOTIFY_BY_SOCKET ? "socket" : "signal",
                        "device", reply_string(way->device));

        return join(object, (json_t *const[]){queue_json(&way->queue)}, 1);
}

static json_t *ways_json(const SessionContext *context, const Characteristic *c) {
        json_t *array = json_array();
        ServerWay way;

        for (size_t i = 0; array && context->events->way(c, i, &way, context->userdata); i++)
                if (json_array_append_new(array, way_json(&way)) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array ? json_pack("{s:o}", "ways", array) : NULL;
}

static json_t *characteristic_json(const SessionContext *context, const Characteristic *c) {
        ServerCharacteristicStatus status = {};

        context->events->characteristic_status(c, &status, context->userdata);
        json_t *const parts[] = {
                counters_json(&status),
                queue_json(&status.queue),
                notifies(c) ? ways_json(context, c) : json_object(),
        };
        return join(value_json(context, c, &status), parts, ELEMENTS(parts));
}

static json_t *characteristics_json(const SessionContext *context) {
        const Profile *profile = context->profile;
        json_t *array = json_array();

        for (size_t i = 0; array && profile && i < profile->n_characteristics; i++)
                if (json_array_append_new(
                            array, characteristic_json(context, profile_at(profile, i))) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *bluez_json(BluezVersion version) {
        char text[BLUEZ_VERSION_TEXT_SIZE];

        if (!bluez_version_known(version))
                return json_null();
        bluez_version_format(version, text);
        return json_string(text);
}

static json_t *daemon_json(const ServerStatus *s) {
        json_t *silent = s->silent_usec > 0 ? reply_seconds(s->silent_usec) : json_null();

        return json_pack(
                "{s:b, s:i, s:s, s:b, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "ok",
                1, "protocol", STATUS_PROTOCOL, "version", SPORED_VERSION, "on_air", (int)s->on_air,
                "name", reply_string(s->name), "adapter", reply_string(s->adapter), "address",
                reply_string(s->address), "bluez", bluez_json(s->bluez), "handles",
                s->pinned ? "pinned" : "unpinned", "why", reply_string(s->why), "fix",
                reply_string(s->fix), "silent_s", silent, "uptime_s",
                count(s->uptime_usec / 1000000), "calls_refused", count(s->calls_refused),
                "log_dropped", count(s->log_dropped));
}

static json_t *agent_json(const ServerStatus *s) {
        return json_pack("{s:s, s:b, s:o}", "capability", s->agent ? s->agent : "none",
                "registered", (int)s->agent_registered, "why", reply_string(s->agent_why));
}

/* Members that are there only where they mean something. */
static int add_limits(json_t *object, const ServerAdvertisement *a) {
        int r = 0;

        if (*a->left_out)
                r = json_object_set_new(object, "left_out", json_string(a->left_out));
        if (r == 0 && *a->not_taken)
                r = json_object_set_new(object, "not_taken", json_string(a->not_taken));
        if (r == 0 && a->name_size > 0)
                r = json_object_set_new(object, "name_bytes", count(a->name_size));
        if (r == 0 && a->name_size > 0)
                r = json_object_set_new(object, "name_shown", count(a->name_shown));
        if (r == 0 && a->tx_power_told)
                r = json_object_set_new(object, "tx_power", json_integer(a->tx_power));
        if (r == 0 && a->over)
                r = json_object_set_new(object, "over", json_true());
        return r;
}

/* One that is meant to be on the air, and that BlueZ does not refuse, shares the reason with the
 * whole. */
static json_t *why_json(const ServerAdvertisement *a) {
        char text[ADVERTISEMENT_WHY_SIZE];

        if (a->on_air)
                return reply_string(a->why_not_connectable);
        if (!a->why_not && !a->why_error)
                return json_null();
        if (a->why_not)
                return json_string(a->why_not);
        (void)snprintf(text, sizeof(text), "BlueZ refuses it: %s", a->why_error);
        return reply_string(text);
}

static json_t *advertisement_json(const ServerAdvertisement *a) {
        json_t *object = json_pack("{s:o, s:b, s:o, s:b}", "name", reply_string(a->section),
                "on_air", (int)a->on_air, "why", why_json(a), "connectable", (int)a->connectable);

        if (object && add_limits(object, a) < 0) {
                json_decref(object);
                return NULL;
        }
        return object;
}

static json_t *advertisements_json(const SessionContext *context) {
        json_t *array = json_array();
        ServerAdvertisement a;

        for (size_t i = 0; array && context->events->advertisement(i, &a, context->userdata); i++)
                if (json_array_append_new(array, advertisement_json(&a)) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *instances_json(const ServerStatus *s) {
        if (!s->instances_known)
                return json_null();
        return json_pack("{s:o, s:o}", "active", count(s->instances_active), "free",
                count(s->instances_free));
}

static json_t *advertising_json(const SessionContext *context, const ServerStatus *s) {
        return json_pack("{s:o, s:o}", "advertisements", advertisements_json(context), "instances",
                instances_json(s));
}

static json_t *connections_json(const ServerStatus *s) {
        return json_pack("{s:o, s:o, s:o}", "agent", agent_json(s), "connected", count(s->centrals),
                "devices_dropped", count(s->devices_dropped));
}

static json_t *reloads_json(const ServerStatus *s) {
        json_t *failed = json_null();

        if (s->reload_problem)
                failed = json_pack("{s:o, s:o}", "since_s", reply_seconds(s->reload_failed_usec),
                        "problem", reply_string(s->reload_problem));
        return json_pack("{s:o, s:o, s:o}", "reloads", count(s->reloads), "reloads_failed",
                count(s->reloads_failed), "reload_failed", failed);
}

static json_t *server_json(const ServerCounts *counts) {
        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "peers",
                count(counts->peers), "waiting", count(counts->waiting), "handlers",
                count(counts->handlers), "requests", count(counts->requests), "bad_requests",
                count(counts->bad_requests), "not_permitted", count(counts->not_permitted),
                "peers_refused", count(counts->peers_refused), "peers_cut_off",
                count(counts->peers_cut_off), "wills", count(counts->wills));
}

json_t *status_json(const SessionContext *context) {
        const ServerCounts counts = session_counts(context);
        ServerStatus status = {};
        json_t *object;

        context->events->status(&status, context->userdata);
        object = join(daemon_json(&status),
                (json_t *const[]){advertising_json(context, &status), connections_json(&status),
                        reloads_json(&status), server_json(&counts)},
                4);
        if (!object ||
                json_object_set_new(object, "characteristics", characteristics_json(context)) == 0)
                return object;
        json_decref(object);
        return NULL;
}
