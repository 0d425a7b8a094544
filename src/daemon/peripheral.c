#include "daemon/peripheral-owner.h"

#include "loop/bus.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The one gate: only BlueZ itself may call us. Whatever comes from it says that it is well. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Peripheral *p = userdata;
        const char *owner = bluez_client_owner(p->client);
        const char *sender = sd_bus_message_get_sender(m);
        uint8_t type;

        if (owner && sender && strcmp(owner, sender) == 0) {
                pulse_heard(p->pulse);
                return 0;
        }
        if (sd_bus_message_get_type(m, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
                return 0;
        p->calls_refused++;
        log_debug("a call of %s from %s is refused", sd_bus_message_get_member(m),
                sender ? sender : "nobody");
        (void)sd_bus_reply_method_errorf(
                m, SD_BUS_ERROR_ACCESS_DENIED, "only BlueZ may call spored");
        return 1;
}

void peripheral_update(Peripheral *p) {
        const AdapterInfo *adapter = adapter_ours(p->adapter) ? adapter_chosen(p->adapter) : NULL;

        PresenceTarget target = {
                .adapter = adapter,
                .owner = bluez_client_owner(p->client),
                .version = peripheral_bluez_version(p, adapter),
                .answers = pulse_silent_usec(p->pulse) == 0,
                .last = adapter_predecessor(p->adapter),
        };

        serving_set_traits(p->serving, bluez_traits(target.version));
        advertising_set_target(p->advertising, target.owner, adapter, target.version);
        presence_set_target(p->presence, &target);
        devices_set_adapter(p->devices, adapter ? adapter->path : NULL);
        p->events->changed(p->userdata);
}

static void on_adapter_changed(void *userdata) {
        peripheral_update(userdata);
}

static const AdapterEvents adapter_events = {
        .changed = on_adapter_changed,
};

/* A call names the device by its path, which keeps the address from before it was bonded. */
static const char *address_of(const Peripheral *p, const char *device) {
        const Device *d = device ? devices_find(p->devices, device) : NULL;

        return d ? d->address : device;
}

static int on_write(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
        uint64_t write_id, void *userdata) {
        Peripheral *p = userdata;

        return p->events->write(c, address_of(p, device), data, size, write_id, p->userdata);
}

static void on_descriptor_write(const Characteristic *c, const Descriptor *d, const char *device,
        const uint8_t *data, size_t size, void *userdata) {
        Peripheral *p = userdata;

        p->events->descriptor_write(c, d, address_of(p, device), data, size, p->userdata);
}

static void on_room(const Characteristic *c, void *userdata) {
        Peripheral *p = userdata;

        p->events->room(c, p->userdata);
}

static void on_mtu(const char *device, uint16_t mtu, void *userdata) {
        Peripheral *p = userdata;

        devices_note_mtu(p->devices, device, mtu);
}

static void on_subscription(const ConnectionEvent *event, void *userdata) {
        Peripheral *p = userdata;
        ConnectionEvent named = *event;

        named.device = address_of(p, event->device);
        p->events->connection(&named, p->userdata);
}

static const ServingEvents serving_events = {
        .write = on_write,
        .descriptor_write = on_descriptor_write,
        .room = on_room,
        .mtu = on_mtu,
        .connection = on_subscription,
};

static void on_advertisement_renewed(size_t index, void *userdata) {
        Peripheral *p = userdata;

        presence_renew_advertisement(p->presence, index);
}

static void on_advertisement_wanted(size_t index, bool wanted, void *userdata) {
        Peripheral *p = userdata;

        presence_want_advertisement(p->presence, index, wanted);
}

static void on_advertisement_released(size_t index, unsigned side, void *userdata) {
        Peripheral *p = userdata;

        presence_advertisement_released(p->presence, index, side);
}

static const AdvertisingEvents advertising_events = {
        .renew = on_advertisement_renewed,
        .want = on_advertisement_wanted,
        .released = on_advertisement_released,
};

static bool on_advertisement_refused(
        size_t index, const char *name, const char *text, void *userdata) {
        Peripheral *p = userdata;

        return advertising_refused(p->advertising, index, name, text);
}

static void on_application_lost(void *userdata) {
        Peripheral *p = userdata;

        serving_end_subscriptions(p->serving);
}

static void on_presence_changed(void *userdata) {
        Peripheral *p = userdata;

        for (size_t i = 0; i < advertising_count(p->advertising); i++)
                advertising_set_registered(p->advertising, i,
                        presence_advertisement_state(p->presence, i) == REGISTRATION_REGISTERED);
        peripheral_update(p);
}

static void on_advertisement_registered(size_t index, void *userdata) {
        Peripheral *p = userdata;

        advertising_set_registered(p->advertising, index, true);
}

static void on_presence_stopped(void *userdata) {
        Peripheral *p = userdata;

        p->events->stopped(p->userdata);
}

static bool on_is_ours(const char *path, void *userdata) {
        const Peripheral *p = userdata;

        return devices_is_ours(p->devices, path);
}

static void on_agent_released(void *userdata) {
        Peripheral *p = userdata;

        presence_agent_released(p->presence);
}

static const PresenceEvents presence_events = {
        .application_lost = on_application_lost,
        .advertisement_refused = on_advertisement_refused,
        .advertisement_registered = on_advertisement_registered,
        .changed = on_presence_changed,
        .stopped = on_presence_stopped,
};

static const PairingEvents pairing_events = {
        .is_ours = on_is_ours,
        .released = on_agent_released,
};

void peripheral_forget(Peripheral *p) {
        (void)serving_set_owner(p->serving, NULL);
        (void)pulse_set_owner(p->pulse, NULL);
        devices_clear(p->devices);
}

static void on_disconnected(int error, void *userdata) {
        Peripheral *p = userdata;

        peripheral_forget(p);
        p->events->disconnected(error, p->userdata);
}

static const BusSourceEvents source_events = {
        .disconnected = on_disconnected,
};

int peripheral_build_pairing(Peripheral *p) {
        return pairing_new(
                &p->pairing, p->bus, p->settings->agent.capability, p->profile, &pairing_events, p);
}

static int build_presence(Peripheral *p) {
        PresenceParameters parameters = {
                .settings = p->settings,
                .profile = p->profile,
                .serving = p->serving,
                .agent = pairing_capability(p->pairing),
        };

        return presence_new(&p->presence, p->loop, p->bus, &parameters, &presence_events, p);
}

int peripheral_build(Peripheral *p) {
        ServingParameters serving = peripheral_serving_parameters(p);

        int r = serving_new(
                &p->serving, p->loop, p->bus, p->profile, p->values, &serving, &serving_events, p);
        if (r >= 0)
                r = advertising_new(
                        &p->advertising, p->bus, p->settings, p->profile, &advertising_events, p);
        if (r >= 0)
                r = peripheral_build_pairing(p);
        if (r >= 0)
                r = build_presence(p);
        return r;
}

static int new_objects(Peripheral *p) {
        AdapterParameters adapter = peripheral_adapter_parameters(p);
        PulseParameters pulse = peripheral_pulse_parameters(p);

        int r = devices_new(
                &p->devices, p->settings->limits.devices, &peripheral_devices_events, p);
        if (r >= 0)
                r = pulse_new(&p->pulse, p->loop, p->bus, &pulse, &peripheral_pulse_events, p);
        if (r >= 0)
                r = adapter_new(&p->adapter, p->loop, p->bus, &adapter, &adapter_events, p);
        return r >= 0 ? peripheral_build(p) : r;
}

static int start(Peripheral *p) {
        int r = bus_open(&p->bus, p->settings->bluez.bus);

        if (r >= 0)
                r = sd_bus_set_method_call_timeout(p->bus, p->settings->bluez.call_timeout_usec);
        if (r >= 0)
                r = bus_source_new(&p->source, p->loop, p->bus, &source_events, p);
        if (r >= 0)
                r = new_objects(p);
        if (r >= 0)
                r = bluez_client_new(&p->client, p->loop, p->bus,
                        p->settings->bluez.call_timeout_usec, p->settings->bluez.retry_min_usec,
                        p->settings->bluez.retry_max_usec, &peripheral_client_events, p);
        return r >= 0 ? sd_bus_add_filter(p->bus, &p->filter_slot, on_message, p) : r;
}

int peripheral_new(Peripheral **ret, struct ev_loop *loop, const Settings *settings,
        const Profile *profile, Values *values, const PeripheralEvents *events, void *userdata) {
        Peripheral *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->settings = settings;
        p->profile = profile;
        p->values = values;
        p->events = events;
        p->userdata = userdata;
        int r = start(p);
        if (r < 0) {
                peripheral_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Peripheral *peripheral_free(Peripheral *p) {
        if (!p)
                return NULL;
        sd_bus_slot_unref(p->filter_slot);
        bluez_client_free(p->client);
        presence_free(p->presence);
        pairing_free(p->pairing);
        advertising_free(p->advertising);
        serving_free(p->serving);
        pulse_free(p->pulse);
        devices_free(p->devices);
        bus_source_free(p->source);
        /* Closing is enough: BlueZ drops what a client that left the bus had registered. Only then
         * may another process have the adapter. */
        sd_bus_close(p->bus);
        adapter_free(p->adapter);
        sd_bus_unref(p->bus);
        free(p);
        return NULL;
}

void peripheral_wake(Peripheral *p, const Characteristic *c) {
        serving_wake(p->serving, c);
}

void peripheral_answer_write(Peripheral *p, uint64_t write_id, unsigned code) {
        serving_answer_write(p->serving, write_id, code);
}

const Way *peripheral_next_way(const Peripheral *p, const Characteristic *c, const Way *way) {
        return serving_next_way(p->serving, c, way);
}

bool peripheral_subscribed(const Peripheral *p, const Characteristic *c) {
        return serving_subscribed(p->serving, c);
}

int peripheral_set_name(Peripheral *p, const char *name) {
        int r = advertising_set_name(p->advertising, name);

        if (r >= 0)
                adapter_set_alias(p->adapter, advertising_name(p->advertising));
        return r;
}

void peripheral_stop(Peripheral *p) {
        presence_stop(p->presence);
}
