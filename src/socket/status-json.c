/* The answer to "status". */
#include "socket/status-json.h"

#include "socket/reply.h"

static json_t *count(uint64_t n) {
        return json_integer((json_int_t)n);
}

static json_t *characteristic_json(
        const Characteristic *c, const ServerCharacteristicStatus *status) {
        const QueueCounters *q = &status->queue;

        return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:o, s:o}", "name",
                c->name, "subscribed", (int)status->subscribed, "sets", count(status->sets),
                "writes", count(status->writes), "writes_refused", count(status->writes_refused),
                "reads", count(status->reads), "published", count(q->published), "sent",
                count(q->sent), "dropped", "overwritten", count(q->dropped_overwritten), "gone",
                count(q->dropped_gone), "coalesced", count(q->coalesced), "pending",
                count(q->pending));
}

static json_t *characteristics_json(
        const Profile *profile, const ServerEvents *events, void *userdata) {
        json_t *array = json_array();

        for (size_t i = 0; array && profile && i < profile->n_characteristics; i++) {
                const Characteristic *c = profile_at(profile, i);
                ServerCharacteristicStatus status = {};

                events->characteristic_status(c, &status, userdata);
                if (json_array_append_new(array, characteristic_json(c, &status)) < 0) {
                        json_decref(array);
                        return NULL;
                }
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

json_t *status_json(const Profile *profile, const ServerCounts *counts, const ServerEvents *events,
        void *userdata) {
        ServerStatus status = {};

        events->status(&status, userdata);
        return json_pack("{s:b, s:i, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, "
                         "s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                "ok", 1, "protocol", STATUS_PROTOCOL, "version", SPORED_VERSION, "on_air",
                (int)status.on_air, "name", reply_string(status.name), "adapter",
                reply_string(status.adapter), "address", reply_string(status.address), "bluez",
                bluez_json(status.bluez), "why", reply_string(status.why), "fix",
                reply_string(status.fix), "uptime_s", count(status.uptime_usec / 1000000),
                "calls_refused", count(status.calls_refused), "log_dropped",
                count(status.log_dropped), "peers", count(counts->peers), "bad_requests",
                count(counts->bad_requests), "peers_refused", count(counts->peers_refused),
                "peers_cut_off", count(counts->peers_cut_off), "characteristics",
                characteristics_json(profile, events, userdata));
}
