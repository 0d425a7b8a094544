#include "daemon/serving.h"

#include "bluez/application.h"
#include "bluez/write-sockets.h"
#include "core/att-codes.h"
#include "core/known-flags.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LATE_LOG_INTERVAL_USEC (10 * USEC_PER_SEC)

/* Owned by Peripheral. */
struct Serving {
        const Profile *profile;
        Values *values;
        const BluezTraits *traits; /* of the BlueZ that runs */
        Application *application;
        Notifier *notifier;
        WriteSockets *write_sockets;
        SocketBudget budget;
        const Devices *devices;
        const ServingEvents *events;
        void *userdata;
        uint64_t late_log_usec; /* not before then is the next late value logged */
        uint64_t late_unlogged; /* since the last one that was */
};

static void on_value(
        const Characteristic *c, const uint8_t **ret_data, size_t *ret_size, void *userdata) {
        Serving *s = userdata;
        const Value *v = values_at(s->values, c);

        *ret_data = v->data;
        *ret_size = v->size;
}

static unsigned on_read(const Characteristic *c, size_t offset, void *userdata) {
        Serving *s = userdata;
        Value *v = values_at(s->values, c);

        if (v->stale && c->on_stale == ON_STALE_REFUSE) {
                v->reads_refused++;
                return ATT_STALE;
        }
        v->reads += offset == 0;
        return 0;
}

static int on_write(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
        uint64_t write_id, void *userdata) {
        Serving *s = userdata;

        return s->events->write(c, device, data, size, write_id, s->userdata);
}

static void on_write_refused(
        const Characteristic *c, const char *device, const char *why, void *userdata) {
        Serving *s = userdata;

        values_at(s->values, c)->writes_refused++;
        log_info("a write of %s by %s is refused: %s", c->name, device ? device : "a central", why);
}

static void on_descriptor_value(const Characteristic *c, const Descriptor *d,
        const uint8_t **ret_data, size_t *ret_size, void *userdata) {
        Serving *s = userdata;
        const DescriptorValue *v = values_descriptor(s->values, c, d);

        *ret_data = v->data;
        *ret_size = v->size;
}

static void on_descriptor_write(const Characteristic *c, const Descriptor *d, const char *device,
        const uint8_t *data, size_t size, void *userdata) {
        Serving *s = userdata;

        /* It is no longer than it may be: that was looked at. */
        (void)values_store_descriptor(s->values, c, d, data, size);
        values_at(s->values, c)->descriptor_writes++;
        s->events->descriptor_write(c, d, device, data, size, s->userdata);
}

static void on_descriptor_write_refused(const Characteristic *c, const Descriptor *d,
        const char *device, const char *why, void *userdata) {
        Serving *s = userdata;

        values_at(s->values, c)->descriptor_writes_refused++;
        log_info("a write of %s of %s by %s is refused: %s", d->name, c->name,
                device ? device : "a central", why);
}

/* By signal BlueZ says neither who has subscribed nor who has left. */
static void tell_subscription(Serving *s, const Characteristic *c, ConnectionEventKind kind,
        const char *device, NotifyBy by) {
        ConnectionEvent event = {.kind = kind, .device = device, .characteristic = c, .by = by};

        s->events->connection(&event, s->userdata);
}

static void repeat(Serving *s, const Characteristic *c, QueueNotifier *newcomer) {
        int r = 0;

        if (c->notify_on_subscribe)
                r = values_repeat(s->values, c, newcomer, clock_now_usec());
        if (r < 0)
                log_error("%s cannot be notified: %s", c->name, strerror(-r));
}

static void on_start_notify(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        /* Whoever asks may not have the security that the profile demands. */
        if (c->flags & ~known_flags(s->traits)) {
                log_info("%s is not notified: BlueZ does not protect its subscription", c->name);
                return;
        }
        ways_start(notifier_ways(s->notifier), c, values_at(s->values, c)->queue);
        repeat(s, c, NULL);
        tell_subscription(s, c, CONNECTION_SUBSCRIBED, NULL, NOTIFY_BY_SIGNAL);
        serving_wake(s, c);
}

static void on_stop_notify(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        ways_stop(notifier_ways(s->notifier), c);
}

static bool on_acquire_notify(
        const Characteristic *c, const char *device, uint16_t mtu, int *ret_fd, void *userdata) {
        Serving *s = userdata;
        Way *way;

        if (!ways_acquire(notifier_ways(s->notifier), c, values_at(s->values, c)->queue, device,
                    mtu, ret_fd, &way))
                return false;
        repeat(s, c, way->cursor);
        tell_subscription(s, c, CONNECTION_SUBSCRIBED, way->device, NOTIFY_BY_SOCKET);
        serving_wake(s, c);
        return true;
}

/* Where one serves several, a packet does not say whose it is. */
static int on_acquire_write(
        const Characteristic *c, const char *device, int *ret_fd, void *userdata) {
        Serving *s = userdata;
        bool shared = s->traits->notify_sockets != NOTIFY_SOCKETS_EACH &&
                      s->traits->notify_sockets != NOTIFY_SOCKETS_EACH_TO_ALL;

        return write_sockets_open(s->write_sockets, c, shared ? NULL : device, ret_fd);
}

/* Nobody waits for an answer: what is not legal is counted and dropped. */
static void on_written(const Characteristic *c, const char *device, const uint8_t *data,
        size_t size, void *userdata) {
        Serving *s = userdata;
        char why[FORMAT_WHY_SIZE];

        if (characteristic_check(c, data, size, why) != 0)
                on_write_refused(c, device, why, s);
        else
                (void)s->events->write(c, device, data, size, 0, s->userdata);
}

static const WriteSocketsEvents write_sockets_events = {.written = on_written};

static void on_confirmed(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        notifier_confirmed(s->notifier, c);
}

static void on_mtu(const char *device, uint16_t mtu, void *userdata) {
        Serving *s = userdata;

        s->events->mtu(device, mtu, s->userdata);
}

static const GattEvents gatt_events = {
        .value = on_value,
        .read = on_read,
        .write = on_write,
        .write_refused = on_write_refused,
        .descriptor_value = on_descriptor_value,
        .descriptor_write = on_descriptor_write,
        .descriptor_write_refused = on_descriptor_write_refused,
        .start_notify = on_start_notify,
        .stop_notify = on_stop_notify,
        .acquire_notify = on_acquire_notify,
        .acquire_write = on_acquire_write,
        .confirmed = on_confirmed,
        .mtu = on_mtu,
};

/* Each is counted, but a daemon that is always late must not fill the log. */
static void on_late(
        const Characteristic *c, uint64_t waited_usec, uint64_t waiting, void *userdata) {
        Serving *s = userdata;
        uint64_t now = clock_now_usec();

        values_at(s->values, c)->slow++;
        if (now < s->late_log_usec) {
                s->late_unlogged++;
                return;
        }
        log_warning("a value of %s was published %" PRIu64 " ms after it was set; %" PRIu64
                    " wait behind it; %" PRIu64 " other late ones were not logged",
                c->name, waited_usec / USEC_PER_MSEC, waiting, s->late_unlogged);
        s->late_log_usec = now + LATE_LOG_INTERVAL_USEC;
        s->late_unlogged = 0;
}

static void on_cut(const Characteristic *c, size_t size, uint16_t mtu, void *userdata) {
        Serving *s = userdata;

        if (values_at(s->values, c)->cut++ == 0)
                log_warning("%s: a value of %zu bytes was notified, and a central with an MTU of "
                            "%u gets %u of them",
                        c->name, size, mtu, mtu - NOTIFICATION_HEAD);
}

static void on_room(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        s->events->room(c, s->userdata);
}

static void on_subscribed(
        const Characteristic *c, const char *device, NotifyBy by, void *userdata) {
        tell_subscription(userdata, c, CONNECTION_SUBSCRIBED, device, by);
}

static void on_unsubscribed(
        const Characteristic *c, const char *device, NotifyBy by, void *userdata) {
        tell_subscription(userdata, c, CONNECTION_UNSUBSCRIBED, device, by);
}

static SubscriberFacts on_facts(const char *device, void *userdata) {
        const Serving *s = userdata;
        const Device *d = devices_find(s->devices, device);

        /* Of one that is not kept nothing can be said but that it may still be there. */
        return d ? (SubscriberFacts){.connected = d->connected, .bonded = device_bonded(d)}
                 : (SubscriberFacts){.connected = true};
}

static size_t on_connected(void *userdata) {
        const Serving *s = userdata;

        return devices_connected(s->devices);
}

static const NotifierEvents notifier_events = {
        .late = on_late,
        .cut = on_cut,
        .room = on_room,
        .subscribed = on_subscribed,
        .unsubscribed = on_unsubscribed,
        .facts = on_facts,
        .connected = on_connected,
};

int serving_new(Serving **ret, struct ev_loop *loop, sd_bus *bus, const Profile *profile,
        Values *values, const ServingParameters *parameters, const ServingEvents *events,
        void *userdata) {
        Serving *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        s->profile = profile;
        s->values = values;
        s->traits = bluez_traits((BluezVersion){0});
        s->devices = parameters->devices;
        s->budget.max = parameters->sockets_max;
        s->events = events;
        s->userdata = userdata;
        NotifierParameters notifier = parameters->notifier;
        notifier.budget = &s->budget;
        int r = application_new(&s->application, bus, profile, &gatt_events, s);
        if (r >= 0)
                r = notifier_new(&s->notifier, loop, bus, s->application, profile, &notifier,
                        &notifier_events, s);
        if (r >= 0)
                r = write_sockets_new(
                        &s->write_sockets, loop, &s->budget, &write_sockets_events, s);
        if (r < 0) {
                serving_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

Serving *serving_free(Serving *serving) {
        if (!serving)
                return NULL;
        notifier_free(serving->notifier);
        write_sockets_free(serving->write_sockets);
        application_free(serving->application);
        free(serving);
        return NULL;
}

void serving_reconfigure(Serving *s, const ServingParameters *parameters) {
        s->budget.max = parameters->sockets_max;
        notifier_reconfigure(s->notifier, &parameters->notifier);
}

int serving_set_owner(Serving *s, const char *owner) {
        serving_end_subscriptions(s);
        pending_writes_clear(application_pending_writes(s->application));
        return notifier_set_owner(s->notifier, owner);
}

void serving_set_traits(Serving *s, const BluezTraits *traits) {
        s->traits = traits;
        application_set_traits(s->application, traits);
        ways_set_traits(notifier_ways(s->notifier), traits);
}

int serving_pin(Serving *s, bool pinned) {
        return application_pin(s->application, pinned);
}

void serving_note_mtu(Serving *s, const char *device, uint16_t mtu) {
        link_mtus_note(notifier_link_mtus(s->notifier), device, mtu);
}

void serving_link_renamed(Serving *s, const char *was, const char *device) {
        link_mtus_rename(notifier_link_mtus(s->notifier), was, device);
}

void serving_link_ended(Serving *s, const char *device) {
        link_mtus_end(notifier_link_mtus(s->notifier), device);
}

void serving_end_subscriptions(Serving *s) {
        for (size_t i = 0; i < s->profile->n_characteristics; i++)
                ways_clear(notifier_ways(s->notifier), profile_at(s->profile, i));
}

void serving_device_changed(Serving *s, const char *path) {
        char device[DEVICE_ADDRESS_SIZE];

        device_address(device, path);
        notifier_device(s->notifier, device, on_facts(device, s));
}

void serving_device_removed(Serving *s, const char *path) {
        char device[DEVICE_ADDRESS_SIZE];

        device_address(device, path);
        notifier_device(s->notifier, device, (SubscriberFacts){0});
}

const Way *serving_next_way(const Serving *s, const Characteristic *c, const Way *way) {
        return ways_next(notifier_ways(s->notifier), c, way);
}

void serving_wake(Serving *s, const Characteristic *c) {
        ways_stir(notifier_ways(s->notifier), c);
        notifier_wake(s->notifier);
}

void serving_answer_write(Serving *s, uint64_t write_id, unsigned code) {
        pending_writes_answer(application_pending_writes(s->application), write_id, code);
}

bool serving_subscribed(const Serving *s, const Characteristic *c) {
        return ways_subscribed(notifier_ways(s->notifier), c);
}
