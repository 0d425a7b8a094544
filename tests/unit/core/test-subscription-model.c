/* Nobody who is subscribed is left without, and nobody is told twice: against a bluetoothd with its
 * bookkeeping and its faults, over random orders of what centrals do and of when either side hears
 * of it. */
#include "core/subscription.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

#define DEVICES 3
#define NOTICES 64
#define SOCKETS 64
#define STEPS   400

typedef enum NoticeKind { ACQUIRE, START, STOP, DEVICE, PONG, TAKEN } NoticeKind;

/* A message of bluetoothd's, on the way to us. */
typedef struct Notice {
        NoticeKind kind;
        unsigned device;
        SubscriberFacts facts;
        size_t socket;
} Notice;

/* One that was given: both ends, and whether bluetoothd still has it in its list. */
typedef struct Socket {
        unsigned device;
        bool ours, theirs; /* open */
        bool told;         /* we know that theirs is closed */
} Socket;

/* Our answer to AcquireNotify(), or a Ping, on the way to bluetoothd. */
typedef struct Answer {
        bool ping, taken; /* of a drain; behind a socket */
        unsigned device;
        uint64_t connection; /* in which it was asked */
        bool given;
        size_t socket;
} Answer;

typedef struct Device {
        SubscriberFacts facts;
        bool subscribed;
        uint64_t connection;
        SubscriberFacts known; /* to us */
} Device;

typedef struct World {
        Random random;
        NotifySockets kind;
        Device devices[DEVICES];
        unsigned count; /* bluetoothd's */
        Socket sockets[SOCKETS];
        size_t n_sockets;
        size_t list[SOCKETS]; /* bluetoothd's, in its order */
        size_t n_list;
        Notice notices[NOTICES];
        size_t n_notices;
        Answer answers[NOTICES];
        size_t n_answers;
        bool pinging;
        Subscription subscription;
} World;

static const char *const names[DEVICES] = {
        "AA:00:00:00:00:01", "AA:00:00:00:00:02", "AA:00:00:00:00:03"};

static void tell(World *w, NoticeKind kind, unsigned device) {
        assert_true(w->n_notices < NOTICES);
        w->notices[w->n_notices++] = (Notice){kind, device, w->devices[device].facts, 0};
}

static void bluetoothd_drops(World *w, size_t at) {
        w->sockets[w->list[at]].theirs = false;
        w->n_list--;
        memmove(&w->list[at], &w->list[at + 1], (w->n_list - at) * sizeof(w->list[0]));
}

/* In its list: of the device, or any. */
static size_t find_socket(const World *w, unsigned device) {
        size_t at = 0;

        while (at < w->n_list && w->kind == NOTIFY_SOCKETS_EACH &&
                w->sockets[w->list[at]].device != device)
                at++;
        return at;
}

static void subscribe(World *w, unsigned device) {
        w->devices[device].subscribed = true;
        if (find_socket(w, device) < w->n_list)
                w->count++;
        else
                tell(w, ACQUIRE, device);
}

static void disable_shared(World *w) {
        if (--w->count > 0)
                return;
        if (w->n_list == 0)
                tell(w, STOP, 0);
        while (w->n_list > 0)
                bluetoothd_drops(w, 0);
}

static void disable(World *w, unsigned device, bool leaves) {
        size_t at = leaves ? 0 : find_socket(w, device);

        w->devices[device].subscribed = false;
        if (w->count == 0)
                return;
        if (w->kind == NOTIFY_SOCKETS_SHARED) {
                disable_shared(w);
                return;
        }
        w->count--;
        if (at < w->n_list)
                bluetoothd_drops(w, at);
        else if (w->count == 0)
                tell(w, STOP, device);
}

static void leave(World *w, unsigned device) {
        Device *d = &w->devices[device];

        if (!d->facts.bonded && d->subscribed)
                disable(w, device, true);
        for (size_t at = w->n_list; w->kind == NOTIFY_SOCKETS_EACH && at-- > 0;)
                if (w->sockets[w->list[at]].device == device)
                        bluetoothd_drops(w, at);
        d->facts.connected = false;
        tell(w, DEVICE, device);
}

/* bluetoothd has not counted it yet. */
static bool is_asking(const World *w, unsigned device) {
        for (size_t i = 0; i < w->n_notices; i++)
                if (w->notices[i].kind == ACQUIRE && w->notices[i].device == device)
                        return true;
        for (size_t i = 0; i < w->n_answers; i++)
                if (!w->answers[i].ping && !w->answers[i].taken && w->answers[i].device == device)
                        return true;
        return false;
}

static void act(World *w, unsigned device) {
        Device *d = &w->devices[device];

        /* Who ends it before our answer makes bluetoothd count wrongly: nobody can mend that. */
        if (is_asking(w, device))
                return;
        if (!d->facts.connected) {
                d->facts.connected = true;
                d->connection++;
                tell(w, DEVICE, device);
                return;
        }
        switch (random_below(&w->random, 6)) {
        case 0:
                leave(w, device);
                return;
        case 1:
                d->facts.bonded = true;
                tell(w, DEVICE, device);
                return;
        case 2:
                if (d->subscribed)
                        disable(w, device, false);
                return;
        default:
                if (!d->subscribed)
                        subscribe(w, device);
        }
}

/* What the owner of a Subscription does after each event. Before a socket is closed bluetoothd must
 * have read what it holds and the answer that it came with. */
static void follow(World *w) {
        if (subscription_state(&w->subscription) == SUBSCRIPTION_DRAINING && !w->pinging) {
                w->pinging = true;
                w->answers[w->n_answers++] = (Answer){.ping = true};
        }
        for (size_t i = 0; i < w->n_sockets; i++)
                if (!subscription_has_socket(&w->subscription, names[w->sockets[i].device]))
                        w->sockets[i].ours = false;
}

static void hear_hang_up(World *w, size_t socket) {
        Socket *s = &w->sockets[socket];

        if (!s->ours || s->theirs || s->told)
                return;
        s->told = true;
        s->ours = false;
        subscription_hung_up(&w->subscription, names[s->device], w->devices[s->device].known);
        follow(w);
}

static size_t open_socket(World *w, unsigned device) {
        for (size_t i = 0; i < w->n_sockets; i++)
                if (w->sockets[i].device == device)
                        w->sockets[i].ours = false;
        for (size_t i = 0; i < w->n_sockets; i++)
                if (!w->sockets[i].ours && !w->sockets[i].theirs) {
                        w->sockets[i] = (Socket){.device = device, .ours = true, .theirs = true};
                        return i;
                }
        assert_true(w->n_sockets < SOCKETS);
        w->sockets[w->n_sockets] = (Socket){.device = device, .ours = true, .theirs = true};
        return w->n_sockets++;
}

static void hear_acquire(World *w, unsigned device) {
        Answer answer = {.device = device, .connection = w->devices[device].connection};

        for (size_t i = 0; i < w->n_sockets; i++)
                hear_hang_up(w, i);
        bool may_open = random_below(&w->random, 8) != 0;
        answer.given = subscription_acquire(&w->subscription, w->kind, names[device], may_open);
        assert_true(may_open || !answer.given);
        if (answer.given)
                answer.socket = open_socket(w, device);
        assert_true(w->n_answers < NOTICES);
        w->answers[w->n_answers++] = answer;
        if (answer.given)
                w->answers[w->n_answers++] =
                        (Answer){.taken = true, .device = device, .socket = answer.socket};
}

/* What it closed before it said so is seen first. */
static void hear_taken(World *w, const Notice *notice) {
        for (size_t i = 0; i < w->n_sockets; i++)
                hear_hang_up(w, i);
        if (w->sockets[notice->socket].ours && w->sockets[notice->socket].device == notice->device)
                subscription_accepted(&w->subscription, names[notice->device]);
}

static void hear(World *w) {
        if (w->n_notices == 0)
                return;
        const Notice notice = w->notices[0];
        Device *d = &w->devices[notice.device];

        memmove(&w->notices[0], &w->notices[1], --w->n_notices * sizeof(notice));
        switch (notice.kind) {
        case ACQUIRE:
                hear_acquire(w, notice.device);
                break;
        case START:
                subscription_start(&w->subscription);
                break;
        case STOP:
                subscription_stop(&w->subscription);
                break;
        case TAKEN:
                hear_taken(w, &notice);
                break;
        case PONG:
                w->pinging = false;
                if (subscription_state(&w->subscription) == SUBSCRIPTION_DRAINING)
                        subscription_drained(&w->subscription);
                break;
        case DEVICE:
                d->known = notice.facts;
                subscription_device(&w->subscription, names[notice.device], d->known);
                break;
        }
        follow(w);
}

/* An answer for a link that is no longer is not heard. */
static void answer(World *w) {
        if (w->n_answers == 0)
                return;
        const Answer a = w->answers[0];
        const Device *d = &w->devices[a.device];

        memmove(&w->answers[0], &w->answers[1], --w->n_answers * sizeof(a));
        if (a.ping) {
                tell(w, PONG, 0);
                return;
        }
        if (a.taken) {
                tell(w, TAKEN, a.device);
                w->notices[w->n_notices - 1].socket = a.socket;
                return;
        }
        if (!d->facts.connected || d->connection != a.connection) {
                if (a.given)
                        w->sockets[a.socket].theirs = false;
                return;
        }
        w->count++;
        if (a.given)
                w->list[w->n_list++] = a.socket;
        else
                tell(w, START, a.device);
}

static void bluetoothd_hears_hang_up(World *w) {
        for (size_t at = w->n_list; at-- > 0;)
                if (!w->sockets[w->list[at]].ours)
                        bluetoothd_drops(w, at);
}

static void assert_not_both(const World *w) {
        if (subscription_state(&w->subscription) == SUBSCRIPTION_SIGNAL)
                for (size_t i = 0; i < w->n_sockets; i++)
                        assert_false(w->sockets[i].ours);
}

static void exchange(World *w) {
        while (w->n_notices > 0 || w->n_answers > 0) {
                hear(w);
                answer(w);
                assert_not_both(w);
        }
}

static void settle(World *w) {
        exchange(w);
        for (size_t i = 0; i < w->n_sockets; i++)
                hear_hang_up(w, i);
        if (subscription_state(&w->subscription) == SUBSCRIPTION_HOLDING)
                subscription_give_up_waiting(&w->subscription);
        follow(w);
        exchange(w);
        bluetoothd_hears_hang_up(w);
        assert_true(w->n_notices == 0 && w->n_answers == 0);
}

static bool reached_by_socket(const World *w, unsigned device) {
        size_t at = find_socket(w, device);

        return at < w->n_list && w->sockets[w->list[at]].ours;
}

static void assert_all_are_reached(World *w) {
        SubscriptionState state = subscription_state(&w->subscription);

        assert_true(state != SUBSCRIPTION_HOLDING && state != SUBSCRIPTION_DRAINING);
        assert_not_both(w);
        for (unsigned i = 0; i < DEVICES; i++) {
                const Device *d = &w->devices[i];

                if (d->subscribed && d->facts.connected && state != SUBSCRIPTION_SIGNAL)
                        assert_true(state == SUBSCRIPTION_SOCKETS && reached_by_socket(w, i));
        }
}

static void step(World *w) {
        switch (random_below(&w->random, 8)) {
        case 0:
        case 1:
                if (w->n_notices < NOTICES - 8)
                        act(w, random_below(&w->random, DEVICES));
                break;
        case 2:
        case 3:
        case 4:
                hear(w);
                break;
        case 5:
                answer(w);
                break;
        case 6:
                for (size_t i = 0; i < w->n_sockets; i++)
                        if (random_below(&w->random, 2) == 0)
                                hear_hang_up(w, i);
                bluetoothd_hears_hang_up(w);
                break;
        default:
                if (subscription_state(&w->subscription) == SUBSCRIPTION_HOLDING)
                        subscription_give_up_waiting(&w->subscription);
                if (w->n_notices == 0)
                        subscription_forget_ended(&w->subscription);
                follow(w);
        }
        assert_not_both(w);
}

/* How often everybody was served by sockets, that the claim is not about the signal alone. */
static unsigned run(NotifySockets kind, uint64_t seed) {
        World w = {.random = {seed}, .kind = kind};
        unsigned by_socket = 0;

        for (unsigned i = 0; i < STEPS; i++) {
                step(&w);
                if (random_below(&w.random, 20) != 0)
                        continue;
                settle(&w);
                assert_all_are_reached(&w);
                by_socket += subscription_state(&w.subscription) == SUBSCRIPTION_SOCKETS;
        }
        subscription_clear(&w.subscription);
        return by_socket;
}

static void run_many(NotifySockets kind) {
        unsigned by_socket = 0;

        for (uint64_t seed = 1; seed <= 2000; seed++)
                by_socket += run(kind, seed * 7919);
        assert_true(by_socket > 100);
}

static void test_a_socket_for_each(void **state) {
        run_many(NOTIFY_SOCKETS_EACH);
}

static void test_one_socket_for_all(void **state) {
        run_many(NOTIFY_SOCKETS_SHARED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_socket_for_each),
                cmocka_unit_test(test_one_socket_for_all),
        };

        return cmocka_run_group_tests_name("subscription-model", tests, NULL, NULL);
}
