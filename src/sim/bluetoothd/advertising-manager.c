/* LEAdvertisingManager1: what is advertised, and what is heard of it. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "loop/timer.h"
#include "sim/bluetoothd/message-events.h"
#include "sim/event.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* bluetoothd has it since 5.67 (eef2e62a5). */
static bool is_in_set(const Bluez *b, const AdapterObject *a) {
        return a->in_set && b->parameters.behaviour->version.minor >= 67;
}

static AdContext context_of(const Bluez *b, const AdapterObject *a) {
        const Property *alias = adapter_object_get(a, "Alias");

        return (AdContext){
                .version = b->parameters.behaviour->version,
                .extended = a->extended,
                .in_set = is_in_set(b, a),
                .adapter_discoverable = adapter_object_is(a, "Discoverable"),
                .adapter_name = alias && alias->type == 's' ? alias->value : "",
        };
}

static bool fits(const Bluez *b, const AdapterObject *a, const AdvertisementData *data) {
        const AdContext context = context_of(b, a);
        AdPacket packet, response;

        return advertisement_data_write(data, &context, &packet, &response) >= 0;
}

static void start_timer(const Registration *g, struct ev_timer *timer, uint16_t seconds) {
        if (seconds > 0)
                timer_start_once(g->bluez->loop, timer, seconds * USEC_PER_SEC);
        else
                ev_timer_stop(g->bluez->loop, timer);
}

/* The end of being discoverable is not the end of it. */
static void start_timers(Registration *g) {
        bool discoverable = g->data.discoverable == DISCOVERABLE_YES;

        start_timer(g, &g->timeout, g->data.timeout_s);
        start_timer(g, &g->discoverable_timeout, discoverable ? g->data.discoverable_timeout_s : 0);
}

void advertising_manager_hide(Registration *g) {
        g->data.discoverable = DISCOVERABLE_AS_ADAPTER;
        bluez_refresh_heard(g->bluez);
}

/* What the controller has made of the wish: this one always what it was. */
static void set_back_tx_power(const Registration *g) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Bluez *b = g->bluez;

        int r = sd_bus_message_new_method_call(
                b->bus, &m, g->owner, g->path, DBUS_PROPERTIES, "Set");
        if (r >= 0)
                r = sd_bus_message_append(
                        m, "ssv", BLUEZ_ADVERTISEMENT, "TxPower", "n", g->data.tx_power);
        if (r >= 0)
                object_send_unanswered(b, m);
}

/* The kernel takes none while the adapter is off, and none that does not fit. */
int advertising_manager_take(Registration *g, const char **ret_text) {
        const AdContext context = context_of(g->bluez, g->adapter);
        bool error = sd_bus_message_is_method_error(g->listing, NULL) > 0;

        *ret_text = "Failed to parse advertisement.";
        if (advertisement_data_parse(&g->data, &context, error ? NULL : g->listing) < 0)
                return -EINVAL;
        *ret_text = "Failed to register advertisement";
        if (!adapter_object_is(g->adapter, "Powered") || !fits(g->bluez, g->adapter, &g->data))
                return -EINVAL;
        start_timers(g);
        if (context.extended && g->data.has_tx_power)
                set_back_tx_power(g);
        return 0;
}

size_t advertising_manager_properties(
        const Bluez *b, const AdapterObject *adapter, Property *properties) {
        unsigned active = (unsigned)advertising_manager_active(b, adapter);
        size_t n = 0;

        property_set_number(&properties[n++], "ActiveInstances", 'y', active);
        property_set_number(&properties[n++], "SupportedInstances", 'y',
                active < adapter->instances_max ? adapter->instances_max - active : 0);
        property_set_text(&properties[n++], "SupportedIncludes", 'a',
                is_in_set(b, adapter) ? "tx-power,appearance,local-name,rsi"
                                      : "tx-power,appearance,local-name");
        if (adapter->extended)
                property_set_text(
                        &properties[n++], "SupportedSecondaryChannels", 'a', "1M,2M,Coded");
        /* Before, only an experimental bluetoothd tells more (7e028287a). */
        if (b->parameters.behaviour->version.minor < 77)
                return n;
        property_set_text(&properties[n++], "SupportedFeatures", 'a',
                adapter->extended ? "CanSetTxPower,HardwareOffload" : "");
        property_set_text(&properties[n++], "SupportedCapabilities", 'e',
                adapter->extended
                        ? "MinTxPower:n=-34,MaxTxPower:n=7,MaxAdvLen:y=251,MaxScnRspLen:y=251"
                        : "MaxAdvLen:y=31,MaxScnRspLen:y=31");
        return n;
}

void advertising_manager_emit(Bluez *b, const AdapterObject *adapter) {
        Property properties[PROPERTIES_SIM_MAX];

        size_t n = advertising_manager_properties(b, adapter, properties);
        if (b->bus && adapter->plugged)
                (void)object_emit_changed(b, adapter->path, BLUEZ_ADVERTISING, properties, n);
}

void advertising_manager_emit_instances(Bluez *b, const AdapterObject *adapter) {
        Property properties[PROPERTIES_SIM_MAX];

        (void)advertising_manager_properties(b, adapter, properties);
        if (b->bus && adapter->plugged)
                (void)object_emit_changed(b, adapter->path, BLUEZ_ADVERTISING, properties, 2);
}

void advertising_manager_changed(Bluez *b, sd_bus_message *m) {
        Registration *g = registration_find(
                b, true, sd_bus_message_get_sender(m), sd_bus_message_get_path(m));
        if (!g || g->state != REGISTRATION_DONE)
                return;

        const AdContext context = context_of(b, g->adapter);
        AdvertisementData data = g->data;
        if (advertisement_data_update(&data, &context, m) == 0)
                return;
        /* The kernel refuses it, and nobody tells it again when the adapter is on. */
        if (!adapter_object_is(g->adapter, "Powered"))
                return;
        if (!fits(b, g->adapter, &data)) {
                event("failed", "text", "the changed advertisement does not fit");
                return;
        }
        bool times = data.timeout_s != g->data.timeout_s ||
                     data.discoverable_timeout_s != g->data.discoverable_timeout_s;
        g->data = data;
        advertising_manager_reschedule(g->adapter);
        if (times)
                start_timers(g);
        bluez_refresh_heard(b);
}

static const Registration *find_instance(
        const Bluez *b, const AdapterObject *a, unsigned instance) {
        for (size_t i = 0; i < REGISTRATIONS_MAX; i++) {
                const Registration *g = &b->registrations[i];
                if (g->owner && g->advertisement && g->adapter == a && g->instance == instance)
                        return g;
        }
        return NULL;
}

unsigned advertising_manager_number(const Bluez *b, const AdapterObject *a) {
        unsigned number = 1;

        while (find_instance(b, a, number))
                number++;
        return number;
}

void advertising_manager_reschedule(AdapterObject *a) {
        a->astray = false;
}

/* Linux net/bluetooth/hci_event.c (hci_disconn_complete_evt()), hci_sync.c
 * (hci_enable_advertising_sync()): without extended advertising the one by which a central came is
 * advertised again, whether it is still there or not. */
void advertising_manager_left(Bluez *b, AdapterObject *a, unsigned instance) {
        bool was = a->astray;

        a->astray = !a->extended && instance > 0 && !find_instance(b, a, instance);
        if (a->astray != was)
                bluez_refresh_heard(b);
}

static bool is_on_air(const AdapterObject *a) {
        return a->plugged && !a->silent && adapter_object_is(a, "Powered");
}

/* The name as it is heard: it may have been cut. */
static void read_name(HeardEntry *e) {
        const AdPacket *packets[] = {&e->data, &e->response};

        for (size_t i = 0; i < ELEMENTS(packets); i++) {
                const AdPacket *p = packets[i];
                for (size_t at = 0; at < p->size; at += 1U + p->bytes[at])
                        if (p->bytes[at + 1] == AD_NAME_SHORT ||
                                p->bytes[at + 1] == AD_NAME_COMPLETE)
                                (void)snprintf(e->name, sizeof(e->name), "%.*s", p->bytes[at] - 1,
                                        (const char *)p->bytes + at + 2);
        }
}

static void add_heard(
        Bluez *b, AdapterObject *a, unsigned instance, const AdvertisementData *data) {
        const Property *address = adapter_object_get(a, "Address");
        const AdContext context = context_of(b, a);
        HeardEntry *e = &b->heard[b->n_heard++];

        *e = (HeardEntry){
                .adapter = a, .instance = instance, .connectable = data->peripheral && !a->astray};
        text_copy(e->address, sizeof(e->address),
                address && address->type == 's' ? address->value : "");
        memcpy(e->services, data->services, data->n_services * sizeof(*data->services));
        (void)advertisement_data_write(data, &context, &e->data, &e->response);
        if (a->astray)
                e->response.size = 0; /* nobody can ask for it */
        read_name(e);
        e->heard = (Heard){
                .address = e->address,
                .name = *e->name ? e->name : NULL,
                .services = e->services,
                .n_services = data->n_services,
                .flags = advertisement_data_flags(data, &context),
                .connectable = e->connectable,
                .data = e->data.bytes,
                .data_size = e->data.size,
                .response = e->response.bytes,
                .response_size = e->response.size,
        };
}

/* Of another program, on the first adapter that is on. */
static void hear_other(Bluez *b) {
        AdvertisementData data = {.peripheral = true};

        text_copy(data.name, sizeof(data.name), b->advertised);
        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++)
                if (is_on_air(a)) {
                        add_heard(b, a, 0, &data);
                        return;
                }
}

void advertising_manager_hear(Bluez *b) {
        b->n_heard = 0;
        if (!b->bus)
                return;
        for (size_t i = 0; i < REGISTRATIONS_MAX; i++) {
                const Registration *g = &b->registrations[i];
                if (g->owner && g->advertisement && g->state == REGISTRATION_DONE &&
                        is_on_air(g->adapter))
                        add_heard(b, g->adapter, g->instance, &g->data);
        }
        if (*b->advertised)
                hear_other(b);
}
