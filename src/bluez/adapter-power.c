#include "bluez/adapter-power.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "bluez/set-property.h"
#include "core/backoff.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Adapter. */
struct AdapterPower {
        sd_bus *bus;
        struct ev_loop *loop;
        AdapterPowerParameters parameters;
        const AdapterPowerEvents *events;
        void *userdata;
        const AdapterInfo *adapter; /* borrowed; NULL: none */
        bool ours;
        sd_bus_slot *slot;
        struct ev_timer timer; /* until the next attempt */
        Backoff backoff;
        char *error;
};

static void set_error(AdapterPower *p, const char *text) {
        if (text && (!p->error || strcmp(text, p->error) != 0))
                log_warning("%s cannot be powered on: %s", adapter_name(p->adapter), text);
        free(p->error);
        p->error = text ? strdup(text) : NULL;
}

/* Not at once: a bluetoothd that stops in order switches its adapters off before it goes. And until
 * BlueZ says that it is on: an answer to the call is not enough. */
static void go_on(AdapterPower *p) {
        if (p->adapter && p->adapter->powered) {
                ev_timer_stop(p->loop, &p->timer);
                backoff_reset(&p->backoff);
                set_error(p, NULL);
        } else if (p->parameters.wanted && p->adapter && p->ours && !p->slot &&
                   !ev_is_active(&p->timer)) {
                timer_start_once(p->loop, &p->timer, backoff_next_usec(&p->backoff));
        }
}

void adapter_power_keep(AdapterPower *p, const AdapterInfo *adapter, bool ours) {
        p->adapter = adapter;
        p->ours = ours;
        go_on(p);
}

static int on_powered(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        AdapterPower *p = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        p->slot = sd_bus_slot_unref(p->slot);
        set_error(p, e ? message_error_text(e) : NULL);
        go_on(p);
        p->events->tried(p->userdata);
        return 0;
}

static void on_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        AdapterPower *p = w->data;
        int yes = 1;
        SetProperty set = {p->adapter->path, BLUEZ_ADAPTER, "Powered", "b", &yes,
                p->parameters.call_timeout_usec};

        log_info("powering %s on", adapter_name(p->adapter));
        if (set_property_async(p->bus, &p->slot, &set, on_powered, p) < 0)
                go_on(p);
}

void adapter_power_reconfigure(AdapterPower *p, const AdapterPowerParameters *parameters) {
        p->parameters = *parameters;
        backoff_set_bounds(&p->backoff, parameters->retry_min_usec, parameters->retry_max_usec);
        if (!parameters->wanted)
                ev_timer_stop(p->loop, &p->timer);
}

void adapter_power_forget(AdapterPower *p) {
        p->slot = sd_bus_slot_unref(p->slot);
        ev_timer_stop(p->loop, &p->timer);
        backoff_reset(&p->backoff);
        set_error(p, NULL);
        p->adapter = NULL;
}

int adapter_power_new(AdapterPower **ret, struct ev_loop *loop, sd_bus *bus,
        const AdapterPowerParameters *parameters, const AdapterPowerEvents *events,
        void *userdata) {
        AdapterPower *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->bus = sd_bus_ref(bus);
        p->loop = loop;
        p->parameters = *parameters;
        p->events = events;
        p->userdata = userdata;
        ev_timer_init(&p->timer, on_timer, 0., 0.);
        p->timer.data = p;
        backoff_init(&p->backoff, parameters->retry_min_usec, parameters->retry_max_usec);
        *ret = p;
        return 0;
}

AdapterPower *adapter_power_free(AdapterPower *p) {
        if (!p)
                return NULL;
        adapter_power_forget(p);
        sd_bus_unref(p->bus);
        free(p);
        return NULL;
}

const char *adapter_power_error_text(const AdapterPower *p) {
        return p->error;
}
