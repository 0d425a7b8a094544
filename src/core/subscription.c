/* The state is no more than a view of who is without a socket and who has one. */
#include "core/subscription.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static Subscriber *find(const Subscription *s, const char *device) {
        for (size_t i = 0; i < s->n_subscribers; i++)
                if (strcmp(s->subscribers[i].device, device) == 0)
                        return &s->subscribers[i];
        return NULL;
}

static size_t count_sockets(const Subscription *s) {
        size_t n = 0;

        for (size_t i = 0; i < s->n_subscribers; i++)
                n += s->subscribers[i].socket;
        return n;
}

static size_t count_without(const Subscription *s) {
        size_t n = 0;

        for (size_t i = 0; i < s->n_subscribers; i++)
                n += !s->subscribers[i].socket && !s->subscribers[i].ended;
        return n;
}

/* Somebody without a socket, of whom nothing more is to be learned. */
static bool wants_signal(const Subscription *s) {
        for (size_t i = 0; i < s->n_subscribers; i++)
                if (!s->subscribers[i].socket && !s->subscribers[i].ended &&
                        !s->subscribers[i].doubtful)
                        return true;
        return s->unnamed;
}

SubscriptionState subscription_state(const Subscription *s) {
        size_t n_sockets = count_sockets(s);

        if (wants_signal(s))
                return n_sockets > 0 ? SUBSCRIPTION_DRAINING : SUBSCRIPTION_SIGNAL;
        if (count_without(s) > 0)
                return SUBSCRIPTION_HOLDING;
        return n_sockets > 0 ? SUBSCRIPTION_SOCKETS : SUBSCRIPTION_NONE;
}

bool subscription_has(const Subscription *s, const char *device) {
        const Subscriber *subscriber = find(s, device);

        return subscriber && !subscriber->ended;
}

bool subscription_has_socket(const Subscription *s, const char *device) {
        const Subscriber *subscriber = find(s, device);

        return subscriber && subscriber->socket;
}

/* Once the signal is served, doubt changes nothing, and must not stop it later. */
static void settle(Subscription *s) {
        for (size_t i = 0; wants_signal(s) && i < s->n_subscribers; i++)
                s->subscribers[i].doubtful = false;
}

static void remove_subscriber(Subscription *s, Subscriber *subscriber) {
        if (!subscriber)
                return;
        size_t behind = (size_t)(&s->subscribers[--s->n_subscribers] - subscriber);
        memmove(subscriber, subscriber + 1, behind * sizeof(*subscriber));
}

static int add(Subscription *s, const char *device, Subscriber subscriber) {
        Subscriber *more;

        if (!device[0] || strlen(device) >= SUBSCRIPTION_DEVICE_SIZE)
                return -EINVAL;
        more = reallocarray(s->subscribers, s->n_subscribers + 1, sizeof(*more));
        if (!more)
                return -ENOMEM;
        s->subscribers = more;
        more[s->n_subscribers] = subscriber;
        strcpy(more[s->n_subscribers++].device, device);
        for (size_t i = 0; i < s->n_subscribers; i++)
                more[i].crowded = more[i].crowded || s->n_subscribers > 1;
        return 0;
}

/* Who cannot be remembered by name is without one. */
static bool refuse(Subscription *s, const char *device) {
        if (add(s, device, (Subscriber){.starting = true}) < 0)
                s->unnamed = true;
        settle(s);
        return false;
}

/* Who asks has just subscribed, so what was known of it is over. Where a socket is everybody's, a
 * second one means that the first is not what it was. */
static bool acquire(Subscription *s, const char *device, bool shared, bool may_open) {
        if (shared && count_sockets(s) > 0) {
                s->unnamed = true;
                settle(s);
                return false;
        }
        remove_subscriber(s, find(s, device));
        if (!may_open || s->unnamed || count_without(s) > 0)
                return refuse(s, device);
        return add(s, device, (Subscriber){.socket = true, .shared = shared}) >= 0 ||
               refuse(s, device);
}

bool subscription_acquire(
        Subscription *s, NotifySockets sockets, const char *device, bool may_open) {
        switch (sockets) {
        case NOTIFY_SOCKETS_SHARED:
                return acquire(s, device, true, may_open);
        case NOTIFY_SOCKETS_EACH:
                return acquire(s, device, false, may_open);
        case NOTIFY_SOCKETS_EACH_TO_ALL:
        case NOTIFY_SOCKETS_UNKNOWN:
                break;
        }
        return refuse(s, "");
}

/* BlueZ goes through our answers in their order. */
static bool take_starting(Subscription *s) {
        for (size_t i = 0; i < s->n_subscribers; i++)
                if (s->subscribers[i].starting) {
                        s->subscribers[i].starting = false;
                        return true;
                }
        return false;
}

void subscription_start(Subscription *s) {
        if (!take_starting(s) && !wants_signal(s))
                s->unnamed = true;
        settle(s);
}

/* Nobody was subscribed when BlueZ said this: it had not gone through our last answers perhaps, and
 * a socket that is open speaks for itself. */
void subscription_stop(Subscription *s) {
        s->unnamed = false;
        for (size_t i = s->n_subscribers; i-- > 0;)
                if (!s->subscribers[i].socket && !s->subscribers[i].starting)
                        remove_subscriber(s, &s->subscribers[i]);
}

void subscription_accepted(Subscription *s, const char *device) {
        Subscriber *subscriber = find(s, device);

        if (subscriber && subscriber->socket)
                subscriber->accepted = true;
}

/* Nothing but the end of its own subscription can have closed it; of a bonded one, its leaving. */
static bool ended_itself(const Subscriber *subscriber) {
        return subscriber->accepted && (subscriber->shared || !subscriber->crowded);
}

/* Not known of one that is connected as far as is known: that it has bonded, and left, may be on
 * its way. */
static bool is_over(const Subscriber *subscriber, SubscriberFacts facts) {
        return (ended_itself(subscriber) && subscriber->shared) ||
               (!facts.connected && !facts.bonded);
}

void subscription_hung_up(Subscription *s, const char *device, SubscriberFacts facts) {
        Subscriber *subscriber = find(s, device);

        if (!subscriber || !subscriber->socket)
                return;
        if (is_over(subscriber, facts)) {
                remove_subscriber(s, subscriber);
                return;
        }
        subscriber->socket = false;
        subscriber->ended = facts.connected && ended_itself(subscriber);
        subscriber->doubtful = facts.connected && !subscriber->ended;
        settle(s);
}

void subscription_device(Subscription *s, const char *device, SubscriberFacts facts) {
        Subscriber *subscriber = find(s, device);

        /* What is everybody's does not end with one. */
        if (!subscriber || facts.connected || (subscriber->socket && subscriber->shared))
                return;
        if (facts.bonded)
                subscriber->socket = subscriber->doubtful = subscriber->ended = false;
        else
                remove_subscriber(s, subscriber);
        settle(s);
}

void subscription_forget_ended(Subscription *s) {
        for (size_t i = s->n_subscribers; i-- > 0;)
                if (s->subscribers[i].ended)
                        remove_subscriber(s, &s->subscribers[i]);
}

void subscription_give_up_waiting(Subscription *s) {
        for (size_t i = 0; i < s->n_subscribers; i++)
                s->subscribers[i].doubtful = false;
}

void subscription_drained(Subscription *s) {
        for (size_t i = 0; i < s->n_subscribers; i++) {
                Subscriber *subscriber = &s->subscribers[i];

                s->unnamed = s->unnamed || (subscriber->socket && subscriber->shared);
                subscriber->socket = false;
        }
}

void subscription_clear(Subscription *s) {
        free(s->subscribers);
        *s = (Subscription){0};
}
