/* LEAdvertisingManager1: what is advertised, and what is heard of it. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "loop/timer.h"
#include "sim/event.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The kernel shortens an adapter's name to this, if it does not fit (eir_append_local_name()). */
#define KERNEL_NAME_MAX 10

static void start_timeout(Registration *g) {
        struct ev_loop *loop = g->bluez->loop;

        if (g->data.timeout_s > 0)
                timer_start_once(loop, &g->timeout, g->data.timeout_s * USEC_PER_SEC);
        else
                ev_timer_stop(loop, &g->timeout);
}

/* The kernel takes none while the adapter is off, and none that does not fit. */
int advertising_manager_take(Registration *g, const char **ret_text) {
        BluezVersion version = g->bluez->parameters.behaviour->version;
        bool error = sd_bus_message_is_method_error(g->listing, NULL) > 0;

        *ret_text = "Failed to parse advertisement.";
        if (advertisement_data_parse(&g->data, version, error ? NULL : g->listing) < 0)
                return -EINVAL;
        *ret_text = "Failed to register advertisement";
        if (!adapter_object_is(g->adapter, "Powered") || !advertisement_data_fits(&g->data))
                return -EINVAL;
        start_timeout(g);
        return 0;
}

size_t advertising_manager_properties(
        const Bluez *b, const AdapterObject *adapter, Property *properties) {
        unsigned active = (unsigned)advertising_manager_active(b, adapter);
        size_t n = 0;

        property_set_number(&properties[n++], "ActiveInstances", 'y', active);
        property_set_number(&properties[n++], "SupportedInstances", 'y',
                active < INSTANCES_MAX ? INSTANCES_MAX - active : 0);
        property_set_text(
                &properties[n++], "SupportedIncludes", 'a', "tx-power,appearance,local-name");
        return n;
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

        AdvertisementData data = g->data;
        if (advertisement_data_update(&data, b->parameters.behaviour->version, m) == 0)
                return;
        if (!advertisement_data_fits(&data)) {
                event("failed", "text", "the changed advertisement does not fit into 31 bytes");
                return;
        }
        bool timeout = data.timeout_s != g->data.timeout_s;
        g->data = data;
        if (timeout)
                start_timeout(g);
        bluez_refresh_heard(b);
}

/* Cuts as the kernel does. */
static void adapter_name(char *out, size_t size, const AdapterObject *a) {
        const Property *alias = adapter_object_get(a, "Alias");

        text_copy(out, size, alias && alias->type == 's' ? alias->value : "");
        if (strlen(out) > KERNEL_NAME_MAX)
                out[KERNEL_NAME_MAX] = '\0';
}

static bool is_on_air(const AdapterObject *a) {
        return a->plugged && !a->silent && adapter_object_is(a, "Powered");
}

static HeardEntry *add_heard(Bluez *b, AdapterObject *a) {
        HeardEntry *e = &b->heard[b->n_heard++];
        const Property *address = adapter_object_get(a, "Address");

        *e = (HeardEntry){.adapter = a};
        text_copy(e->address, sizeof(e->address),
                address && address->type == 's' ? address->value : "");
        e->heard = (Heard){.address = e->address, .services = e->services};
        return e;
}

static void hear_registration(Bluez *b, const Registration *g) {
        HeardEntry *e = add_heard(b, g->adapter);
        const AdvertisementData *data = &g->data;

        if (data->includes_name)
                adapter_name(e->name, sizeof(e->name), g->adapter);
        else
                text_copy(e->name, sizeof(e->name), data->name);
        memcpy(e->services, data->services, data->n_services * sizeof(*data->services));
        e->connectable = data->peripheral;
        e->heard.name = *e->name ? e->name : NULL;
        e->heard.n_services = data->n_services;
        e->heard.flags = advertisement_data_flags(data, b->parameters.behaviour->version,
                adapter_object_is(g->adapter, "Discoverable"));
}

/* Of another program, on the first adapter that is on. */
static void hear_other(Bluez *b) {
        AdvertisementData data = {.peripheral = true};

        for (AdapterObject *a = b->adapters; a < b->adapters + ADAPTERS_SIM_MAX; a++) {
                if (!is_on_air(a))
                        continue;
                HeardEntry *e = add_heard(b, a);
                text_copy(e->name, sizeof(e->name), b->advertised);
                e->connectable = true;
                e->heard.name = e->name;
                e->heard.flags = advertisement_data_flags(&data, b->parameters.behaviour->version,
                        adapter_object_is(a, "Discoverable"));
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
                        hear_registration(b, g);
        }
        if (*b->advertised)
                hear_other(b);
}
