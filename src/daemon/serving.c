#include "daemon/serving.h"

#include "bluez/application.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct Serving {
        const Profile *profile;
        Values *values;
        Application *application;
        Notifier *notifier;
        const ServingEvents *events;
        void *userdata;
};

static void on_value(
        const Characteristic *c, const uint8_t **ret_data, size_t *ret_size, void *userdata) {
        Serving *s = userdata;
        const Value *v = values_at(s->values, c);

        *ret_data = v->data;
        *ret_size = v->size;
}

static void on_was_read(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        values_at(s->values, c)->reads++;
}

static int on_write(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
        void *userdata) {
        Serving *s = userdata;
        int r = 0;

        if (c->on_write == ON_WRITE_STORE)
                r = values_store(s->values, c, data, size);
        if (r < 0)
                return r;
        values_at(s->values, c)->writes++;
        notifier_wake(s->notifier);
        s->events->written(c, device, data, size, s->userdata);
        return 0;
}

static void on_write_refused(
        const Characteristic *c, const char *device, const char *why, void *userdata) {
        Serving *s = userdata;

        values_at(s->values, c)->writes_refused++;
        log_info("a write of %s by %s is refused: %s", c->name, device ? device : "a central", why);
}

static void on_start_notify(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        log_debug("%s is subscribed", c->name);
        int r = notifier_subscribe(s->notifier, c, values_at(s->values, c)->queue);
        if (r >= 0 && c->notify_on_subscribe)
                r = values_repeat(s->values, c);
        if (r < 0)
                log_error("%s cannot be notified: %s", c->name, strerror(-r));
        notifier_wake(s->notifier);
}

static void on_stop_notify(const Characteristic *c, void *userdata) {
        Serving *s = userdata;

        log_debug("%s is no longer subscribed", c->name);
        notifier_unsubscribe(s->notifier, c);
}

static const GattCharacteristicEvents characteristic_events = {
        .value = on_value,
        .was_read = on_was_read,
        .write = on_write,
        .write_refused = on_write_refused,
        .start_notify = on_start_notify,
        .stop_notify = on_stop_notify,
};

int serving_new(Serving **ret, struct ev_loop *loop, sd_bus *bus, const Profile *profile,
        Values *values, const NotifierParameters *parameters, const ServingEvents *events,
        void *userdata) {
        Serving *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        s->profile = profile;
        s->values = values;
        s->events = events;
        s->userdata = userdata;
        int r = application_new(&s->application, bus, profile, &characteristic_events, s);
        if (r >= 0)
                r = notifier_new(&s->notifier, loop, bus, s->application, profile, parameters);
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
        application_free(serving->application);
        free(serving);
        return NULL;
}

int serving_set_owner(Serving *s, const char *owner) {
        return notifier_set_owner(s->notifier, owner);
}

void serving_end_subscriptions(Serving *s) {
        for (size_t i = 0; i < s->profile->n_characteristics; i++)
                notifier_unsubscribe(s->notifier, profile_at(s->profile, i));
}

void serving_wake(Serving *s) {
        notifier_wake(s->notifier);
}

bool serving_subscribed(const Serving *s, const Characteristic *c) {
        return notifier_subscribed(s->notifier, c);
}
