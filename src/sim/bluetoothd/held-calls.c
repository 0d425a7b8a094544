/* Calls that wait for the script or for the clock. */
#include "sim/bluetoothd/bluez-parts.h"

#include "loop/timer.h"
#include "sim/event.h"

#include <errno.h>
#include <string.h>

static void release(Held *h) {
        ev_timer_stop(h->bluez->loop, &h->timer);
        sd_bus_message_unref(h->call);
        *h = (Held){};
}

static void answer(Held *h, const Rule *rule) {
        Bluez *b = h->bluez;
        Registration *registration = h->registration;
        sd_bus_message *call = h->call;

        h->call = NULL;
        release(h);
        int r = registration ? registration_continue(registration, rule)
                             : calls_answer(b, call, rule);
        sd_bus_message_unref(call);
        if (r < 0)
                event("failed", "text", strerror(-r));
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        const Rule rule = {.answer = ANSWER_OK};

        answer(w->data, &rule);
}

int held_calls_add(Bluez *b, sd_bus_message *call, Registration *registration, const Rule *rule) {
        Held *h = b->held;

        while (h->call)
                if (++h == b->held + HELD_MAX)
                        return -ENOBUFS;
        *h = (Held){.bluez = b, .call = sd_bus_message_ref(call), .registration = registration};
        ev_timer_init(&h->timer, on_timer, 0., 0.);
        h->timer.data = h;
        if (rule->answer == ANSWER_LATE)
                timer_start_once(b->loop, &h->timer, rule->delay_usec);
        return 0;
}

/* One that is held again is not met twice. */
unsigned held_calls_answer(Bluez *b, const Rule *rule) {
        bool chosen[HELD_MAX] = {};
        unsigned n = 0;

        for (size_t i = 0; i < HELD_MAX; i++)
                chosen[i] = b->held[i].call &&
                            strcmp(sd_bus_message_get_member(b->held[i].call), rule->member) == 0;
        for (size_t i = 0; i < HELD_MAX; i++) {
                if (!chosen[i] || !b->held[i].call)
                        continue;
                answer(&b->held[i], rule);
                n++;
        }
        return n;
}

void held_calls_lose_registration(Bluez *b, const Registration *registration) {
        for (Held *h = b->held; h < b->held + HELD_MAX; h++)
                if (h->call && h->registration == registration)
                        h->registration = NULL;
}

void held_calls_drop(Bluez *b, const char *owner) {
        for (Held *h = b->held; h < b->held + HELD_MAX; h++)
                if (h->call && (!owner || strcmp(sd_bus_message_get_sender(h->call), owner) == 0))
                        release(h);
}
