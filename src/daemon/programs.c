#include "daemon/programs.h"

#include "core/att-codes.h"
#include "daemon/air.h"
#include "daemon/figures.h"
#include "daemon/reload.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool subscribed(Daemon *d, const Characteristic *c) {
        return d->peripheral && peripheral_subscribed(d->peripheral, c);
}

static void on_get(const Characteristic *c, ServerValue *ret, void *userdata) {
        Daemon *d = userdata;
        const Value *v = values_at(d->values, c);

        *ret = (ServerValue){
                .data = v->data,
                .size = v->size,
                .seq = v->seq,
                .age_usec = clock_now_usec() - v->set_usec,
                .stale = v->stale,
                .subscribed = subscribed(d, c),
        };
}

static void on_set_given_up(const Characteristic *c, void *userdata) {
        Daemon *d = userdata;

        values_at(d->values, c)->sets_refused++;
}

static int refuse_set(Daemon *d, const Characteristic *c) {
        if (c->policy == QUEUE_BLOCK) {
                stalls_watch(d->stalls, c);
                return SERVER_E_WAIT;
        }
        on_set_given_up(c, d);
        return SERVER_E_QUEUE_FULL;
}

static int on_set(const Characteristic *c, const uint8_t *data, size_t size, ServerValue *ret,
        void *userdata) {
        Daemon *d = userdata;

        int r = values_set(d->values, c, data, size, clock_now_usec());
        if (r == VALUES_E_FULL)
                return refuse_set(d, c);
        if (r < 0)
                return r;
        daemon_taken(d, c);
        on_get(c, ret, d);
        return 0;
}

static int on_will(const Characteristic *c, const uint8_t *data, size_t size, void *userdata) {
        Daemon *d = userdata;

        int r = values_store(d->values, c, data, size, clock_now_usec());
        if (r < 0)
                return r;
        values_at(d->values, c)->sets++;
        daemon_taken(d, c);
        return 0;
}

static const Characteristic *on_pending(uint64_t number, void *userdata) {
        const Daemon *d = userdata;

        return d->verdicts ? verdicts_find(d->verdicts, number) : NULL;
}

static void on_verdict(uint64_t number, bool accept, unsigned code, void *userdata) {
        Daemon *d = userdata;

        if (accept)
                code = 0;
        else if (code == 0)
                code = ATT_REFUSED;
        (void)verdicts_decide(d->verdicts, number, code);
}

static void on_unhandled(const Characteristic *c, void *userdata) {
        Daemon *d = userdata;

        verdicts_give_up(d->verdicts, c);
}

/* before: what has not been done, or "". */
static int refuse(Daemon *d, const char *before, char *why, size_t why_size) {
        Standing s;

        daemon_standing(d, &s);
        (void)snprintf(why, why_size, "%s%s%s%s", before, s.why, *s.fix ? "; " : "", s.fix);
        return SERVER_E_UNAVAILABLE;
}

static int on_advertise(const char *name, char *why, size_t why_size, void *userdata) {
        Daemon *d = userdata;

        if (!d->peripheral || d->bus_lost)
                return refuse(d, "the name is not taken: ", why, why_size);
        char *copy = strdup(name);
        if (!copy)
                return -ENOMEM;
        int r = peripheral_set_name(d->peripheral, name);
        if (r < 0) {
                free(copy);
                return r;
        }
        free(d->name);
        d->name = copy;
        return 0;
}

static int on_activate(bool active, char *why, size_t why_size, void *userdata) {
        Daemon *d = userdata;

        if (!daemon_serves(d))
                return refuse(d, "", why, why_size);
        if (active)
                air_activate(d);
        else
                air_deactivate(d);
        return 0;
}

static int on_reload(ServerReload *ret, void *userdata) {
        return reload_now(userdata, ret);
}

static const char *text_or_null(const char *text) {
        return *text ? text : NULL;
}

static uint64_t calls_refused(const Daemon *d) {
        return d->calls_refused + (d->peripheral ? peripheral_calls_refused(d->peripheral) : 0);
}

static uint64_t devices_not_kept(const Daemon *d) {
        return d->devices_dropped +
               (d->peripheral ? devices_dropped(peripheral_devices(d->peripheral)) : 0);
}

static void on_status(ServerStatus *ret, void *userdata) {
        Daemon *d = userdata;
        Standing *s = &d->told;

        daemon_standing(d, s);
        *ret = (ServerStatus){
                .on_air = s->on_air,
                .name = s->name,
                .adapter = s->adapter,
                .address = s->address,
                .bluez = s->bluez,
                .pinned = s->pinned,
                .why = text_or_null(s->why),
                .fix = text_or_null(s->fix),
                .silent_usec = s->silent_usec,
                .agent = s->agent,
                .agent_registered = s->agent_registered,
                .agent_why = s->agent_error,
                .centrals = s->centrals,
                .instances_known = s->instances_known,
                .instances_active = s->instances_active,
                .instances_free = s->instances_free,
                .devices_dropped = devices_not_kept(d),
                .uptime_usec = clock_now_usec() - d->started_usec,
                .calls_refused = calls_refused(d),
                .log_dropped = log_dropped(),
                .reloads = d->reload.done,
                .reloads_failed = d->reload.failed,
                .reload_problem = d->reload.first,
                .reload_failed_usec = clock_now_usec() - d->reload.failed_usec,
        };
}

static bool on_device(size_t index, ServerDevice *ret, void *userdata) {
        Daemon *d = userdata;
        const Device *device =
                d->peripheral ? devices_at(peripheral_devices(d->peripheral), index) : NULL;

        if (!device)
                return false;
        *ret = (ServerDevice){
                .address = device->address,
                .address_type = text_or_null(device->address_type),
                .name = device->name,
                .connected = device->connected,
                .bonded = device_bonded(device),
                .mtu = device->mtu,
                .has_been = device->since_usec > 0,
                .since_usec = clock_now_usec() - device->since_usec,
        };
        return true;
}

static bool on_advertisement(size_t index, ServerAdvertisement *ret, void *userdata) {
        const Daemon *d = userdata;
        AdvertisementStanding s;

        if (!d->peripheral || !peripheral_advertisement(d->peripheral, index, &s))
                return false;
        *ret = (ServerAdvertisement){
                .section = s.section,
                .on_air = s.registered,
                .connectable = s.connectable,
                .over = s.over,
                .why_not = s.why,
                .why_not_connectable = s.why_not_connectable,
                .why_error = s.error,
                .name_size = s.name_size,
                .name_shown = s.name_shown,
                .tx_power_told = s.tx_power_told,
                .tx_power = s.tx_power,
        };
        advertisement_items_format(s.left_out, ret->left_out);
        advertisement_items_format(s.ignored, ret->not_taken);
        return true;
}

static void on_characteristic_status(
        const Characteristic *c, ServerCharacteristicStatus *ret, void *userdata) {
        Daemon *d = userdata;
        const Value *v = values_at(d->values, c);

        *ret = (ServerCharacteristicStatus){
                .subscribed = subscribed(d, c),
                .stale = v->stale,
                .age_usec = clock_now_usec() - v->set_usec,
                .sets = v->sets,
                .sets_refused = v->sets_refused,
                .unchanged = v->unchanged,
                .writes = v->writes,
                .writes_refused = v->writes_refused,
                .reads = v->reads,
                .reads_refused = v->reads_refused,
                .descriptor_writes = v->descriptor_writes,
                .descriptor_writes_refused = v->descriptor_writes_refused,
                .stales = v->stales,
                .slow = v->slow,
                .cut = v->cut,
                .verdicts_late = v->verdicts_late,
        };
        if (!v->queue)
                return;
        ret->stalled = queue_stalled(v->queue);
        ret->queue = queue_counters(v->queue);
}

static bool on_way(const Characteristic *c, size_t index, ServerWay *ret, void *userdata) {
        const Daemon *d = userdata;
        const Way *way = d->peripheral ? peripheral_next_way(d->peripheral, c, NULL) : NULL;

        /* One that BlueZ has closed serves nobody. */
        while (way && ((way->device[0] && !way->socket) || index-- > 0))
                way = peripheral_next_way(d->peripheral, c, way);
        if (!way)
                return false;
        *ret = (ServerWay){
                .by = way->device[0] ? NOTIFY_BY_SOCKET : NOTIFY_BY_SIGNAL,
                .device = way->device[0] ? way->device : NULL,
                .queue = queue_notifier_counters(way->cursor),
        };
        return true;
}

int programs_metrics(char **ret, void *userdata) {
        Daemon *d = userdata;
        FiguresSource source = {
                .profile = d->profile,
                .characteristic_status = on_characteristic_status,
                .userdata = d,
        };

        on_status(&source.status, d);
        if (d->server)
                source.counts = server_counts(d->server);
        return figures_text(ret, &source);
}

const ServerEvents programs_events = {
        .set = on_set,
        .set_given_up = on_set_given_up,
        .will = on_will,
        .get = on_get,
        .pending = on_pending,
        .verdict = on_verdict,
        .unhandled = on_unhandled,
        .advertise = on_advertise,
        .activate = on_activate,
        .reload = on_reload,
        .status = on_status,
        .device = on_device,
        .advertisement = on_advertisement,
        .characteristic_status = on_characteristic_status,
        .way = on_way,
        .metrics = programs_metrics,
};
