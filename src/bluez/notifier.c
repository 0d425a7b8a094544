#include "bluez/notifier.h"

#include "bluez/names.h"
#include "core/backoff.h"
#include "core/pacer.h"
#include "loop/timer.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Serving. */
struct Notifier {
        struct ev_loop *loop;
        sd_bus *bus;
        const Application *application;
        const Profile *profile;
        uint64_t ping_timeout_usec;
        char *owner;
        QueueNotifier **cursors; /* by Characteristic.index; NULL: not subscribed */
        size_t next;             /* whose turn it is: a busy one must not starve the others */
        Pacer pacer;
        sd_bus_slot *ping_slot;
        struct ev_timer retry; /* while it runs no Ping is sent */
        Backoff backoff;
};

/* To BlueZ alone, not to the whole bus: values are nobody else's business. */
static int send_value(Notifier *n, size_t index, const uint8_t *data, size_t size) {
        const char *path = application_path_of(n->application, profile_at(n->profile, index));
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(n->bus, &m, path, DBUS_PROPERTIES, "PropertiesChanged");
        if (r >= 0)
                r = sd_bus_message_set_destination(m, n->owner);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", BLUEZ_CHARACTERISTIC);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "Value");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0);
        if (r >= 0)
                r = sd_bus_send(n->bus, m, NULL);
        return r;
}

/* 1: sent one; 0: nothing waits anywhere; -errno: the bus does not take it. */
static int send_next(Notifier *n) {
        const uint8_t *data;
        size_t size;

        for (size_t i = 0; i < n->profile->n_characteristics; i++) {
                size_t index = (n->next + i) % n->profile->n_characteristics;
                QueueNotifier *cursor = n->cursors[index];

                if (!cursor || queue_notifier_peek(cursor, &data, &size) == 0)
                        continue;
                int r = send_value(n, index, data, size);
                if (r < 0)
                        return r;
                queue_notifier_sent(cursor);
                pacer_sent(&n->pacer);
                n->next = index + 1;
                return 1;
        }
        return 0;
}

static int on_pong(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Notifier *n = userdata;

        const char *sender = sd_bus_message_get_sender(m);

        /* Any answer will do, but it must be bluetoothd's own: not the bus's, not a timeout. */
        bool answered = sender && strcmp(sender, n->owner) == 0;

        n->ping_slot = sd_bus_slot_unref(n->ping_slot);
        pacer_ping_done(&n->pacer, answered);
        if (answered) {
                backoff_reset(&n->backoff);
                notifier_wake(n);
        } else {
                timer_start_once(n->loop, &n->retry, backoff_next_usec(&n->backoff));
        }
        return 0;
}

static int ping(Notifier *n) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_method_call(n->bus, &m, n->owner, "/", DBUS_PEER, "Ping");
        if (r >= 0)
                r = sd_bus_call_async(n->bus, &n->ping_slot, m, on_pong, n, n->ping_timeout_usec);
        if (r >= 0)
                pacer_ping_sent(&n->pacer);
        return r;
}

void notifier_wake(Notifier *n) {
        int r = 1;

        if (!n->owner)
                return;
        while (r > 0 && pacer_may_send(&n->pacer))
                r = send_next(n);
        if (r >= 0 && pacer_wants_ping(&n->pacer) && !ev_is_active(&n->retry))
                r = ping(n);
        if (r < 0)
                log_warning("the bus does not take notifications: %s", strerror(-r));
}

static void on_retry(struct ev_loop *loop, struct ev_timer *w, int revents) {
        notifier_wake(w->data);
}

int notifier_subscribe(Notifier *n, const Characteristic *c, Queue *queue) {
        return n->cursors[c->index] ? 0 : queue_notifier_new(&n->cursors[c->index], queue);
}

void notifier_unsubscribe(Notifier *n, const Characteristic *c) {
        n->cursors[c->index] = queue_notifier_end(n->cursors[c->index]);
}

bool notifier_subscribed(const Notifier *n, const Characteristic *c) {
        return n->cursors[c->index] != NULL;
}

static void end_all(Notifier *n) {
        for (size_t i = 0; n->cursors && i < n->profile->n_characteristics; i++)
                n->cursors[i] = queue_notifier_end(n->cursors[i]);
}

int notifier_set_owner(Notifier *n, const char *owner) {
        end_all(n);
        n->ping_slot = sd_bus_slot_unref(n->ping_slot);
        ev_timer_stop(n->loop, &n->retry);
        backoff_reset(&n->backoff);
        pacer_reset(&n->pacer);
        free(n->owner);
        n->owner = owner ? strdup(owner) : NULL;
        return owner && !n->owner ? -ENOMEM : 0;
}

int notifier_new(Notifier **ret, struct ev_loop *loop, sd_bus *bus, const Application *application,
        const Profile *profile, const NotifierParameters *parameters) {
        Notifier *n = calloc(1, sizeof(*n));
        if (!n)
                return -ENOMEM;

        n->loop = loop;
        n->bus = sd_bus_ref(bus);
        n->application = application;
        n->profile = profile;
        n->ping_timeout_usec = parameters->ping_timeout_usec;
        pacer_init(&n->pacer, parameters->window);
        backoff_init(&n->backoff, parameters->retry_min_usec, parameters->retry_max_usec);
        ev_timer_init(&n->retry, on_retry, 0., 0.);
        n->retry.data = n;
        n->cursors = calloc(profile->n_characteristics + 1, sizeof(QueueNotifier *));
        if (!n->cursors) {
                notifier_free(n);
                return -ENOMEM;
        }
        *ret = n;
        return 0;
}

Notifier *notifier_free(Notifier *notifier) {
        if (!notifier)
                return NULL;
        sd_bus_slot_unref(notifier->ping_slot);
        ev_timer_stop(notifier->loop, &notifier->retry);
        end_all(notifier);
        sd_bus_unref(notifier->bus);
        free(notifier->cursors);
        free(notifier->owner);
        free(notifier);
        return NULL;
}
