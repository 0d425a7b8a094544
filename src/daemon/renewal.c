#include "daemon/peripheral-owner.h"

ServingParameters peripheral_serving_parameters(const Peripheral *p) {
        const Settings *s = p->settings;

        return (ServingParameters){
                .notifier =
                        {
                                .pacer.window = s->queue.window,
                                .pacer.rate = {.per_second = s->queue.rate,
                                        .burst = s->queue.burst},
                                .late_after_usec = s->queue.log_slow_publish_usec,
                                .ping_timeout_usec = s->bluez.call_timeout_usec,
                                .confirm_timeout_usec = s->queue.confirm_timeout_usec,
                                .switch_timeout_usec = s->queue.switch_timeout_usec,
                                .retry_min_usec = s->bluez.retry_min_usec,
                                .retry_max_usec = s->bluez.retry_max_usec,
                        },
                .sockets_max = s->limits.sockets,
                .notifier.pulse = p->pulse,
                .devices = p->devices,
        };
}

AdapterParameters peripheral_adapter_parameters(const Peripheral *p) {
        const Settings *s = p->settings;

        return (AdapterParameters){
                .select = s->bluez.adapter,
                .alias = p->profile->advertisements[0]->name,
                .power_on = s->bluez.power_on,
                .wait_usec = s->bluez.adapter_wait_usec,
                .call_timeout_usec = s->bluez.call_timeout_usec,
                .retry_min_usec = s->bluez.retry_min_usec,
                .retry_max_usec = s->bluez.retry_max_usec,
        };
}

PulseParameters peripheral_pulse_parameters(const Peripheral *p) {
        return (PulseParameters){
                .interval_usec = p->settings->bluez.ping_interval_usec,
                .timeout_usec = p->settings->bluez.call_timeout_usec,
        };
}

void peripheral_reconfigure(Peripheral *p, const Settings *settings) {
        const uint64_t timeout_usec = settings->bluez.call_timeout_usec;
        const uint64_t min_usec = settings->bluez.retry_min_usec;
        const uint64_t max_usec = settings->bluez.retry_max_usec;

        p->settings = settings;
        const ServingParameters serving = peripheral_serving_parameters(p);
        const AdapterParameters adapter = peripheral_adapter_parameters(p);
        const PulseParameters pulse = peripheral_pulse_parameters(p);
        /* Fails for a time that is none, and these have been checked. */
        (void)sd_bus_set_method_call_timeout(p->bus, timeout_usec);
        bluez_client_set_times(p->client, timeout_usec, min_usec, max_usec);
        adapter_reconfigure(p->adapter, &adapter);
        pulse_reconfigure(p->pulse, &pulse);
        advertising_reconfigure(p->advertising, settings);
        presence_reconfigure(p->presence, settings);
        serving_reconfigure(p->serving, &serving);
}

int peripheral_renew_pairing(Peripheral *p) {
        p->pairing = pairing_free(p->pairing);
        int r = peripheral_build_pairing(p);
        if (r < 0)
                return r;
        presence_set_agent(p->presence, pairing_capability(p->pairing));
        peripheral_update(p);
        return 0;
}

/* The alias follows the name; it is borrowed from what is exported. */
static void set_alias(Peripheral *p) {
        adapter_set_alias(p->adapter, advertising_name(p->advertising));
}

int peripheral_renew_advertisements(Peripheral *p, const char *name) {
        int r = advertising_take(p->advertising, p->profile, name);

        if (r < 0)
                return r;
        set_alias(p);
        peripheral_update(p);
        return 0;
}

void peripheral_take_down(Peripheral *p) {
        presence_leave(p->presence);
        /* Tells whose subscription ends, and whoever is told asks how things stand. */
        (void)serving_set_owner(p->serving, NULL);
        p->presence = presence_free(p->presence);
        p->pairing = pairing_free(p->pairing);
        p->advertising = advertising_free(p->advertising);
        p->serving = serving_free(p->serving);
}

static void note_mtus(Peripheral *p) {
        const Device *d;

        for (size_t i = 0; (d = devices_at(p->devices, i)); i++)
                if (d->connected && d->mtu > 0)
                        serving_note_mtu(p->serving, d->address, d->mtu);
}

int peripheral_put_up(
        Peripheral *p, const Settings *settings, const Profile *profile, const char *name) {
        p->settings = settings;
        p->profile = profile;
        int r = peripheral_build(p);
        if (r >= 0 && name)
                r = advertising_set_name(p->advertising, name);
        if (r >= 0)
                r = serving_set_owner(p->serving, bluez_client_owner(p->client));
        if (r < 0)
                return r;
        advertising_set_centrals(p->advertising, devices_connected(p->devices));
        peripheral_reconfigure(p, settings);
        note_mtus(p);
        set_alias(p);
        peripheral_update(p);
        return 0;
}
