#include "daemon/peripheral-owner.h"
#include "daemon/standing.h"

#include <stdio.h>

static bool on_air(const Peripheral *p) {
        const AdapterInfo *adapter = adapter_chosen(p->adapter);

        return adapter && adapter->powered && presence_complete(p->presence) &&
               !advertising_is_over(p->advertising) && !advertising_unfit(p->advertising);
}

BluezVersion peripheral_bluez_version(const Peripheral *p, const AdapterInfo *adapter) {
        if (bluez_version_known(p->settings->bluez.version) || !adapter)
                return p->settings->bluez.version;
        return bluez_version_from_modalias(adapter->modalias);
}

void peripheral_left(const Peripheral *p, char *out, size_t size) {
        const AdapterInfo *adapter = adapter_chosen(p->adapter);
        char what[128];

        presence_left(p->presence, what, sizeof(what));
        (void)snprintf(out, size, "%s%s%s", what, *what && adapter ? ", on " : "",
                *what && adapter ? adapter_name(adapter) : "");
}

static StandingFacts standing_facts(const Peripheral *p, const AdapterInfo *adapter) {
        uint64_t silent_usec = pulse_silent_usec(p->pulse);

        return (StandingFacts){
                .on_air = on_air(p) && silent_usec == 0,
                .silent_usec = silent_usec,
                .bus_answered = bluez_client_known(p->client),
                .bluetoothd = bluez_client_owner(p->client) != NULL,
                .objects_known = adapter_listed(p->adapter),
                .objects_error = bluez_client_error(p->client),
                .n_adapters = adapter_count(p->adapter),
                .select = p->settings->bluez.adapter,
                .adapter = adapter ? adapter_name(adapter) : NULL,
                .ours = adapter_ours(p->adapter),
                .holder = adapter_holder(p->adapter),
                .predecessor = presence_predecessor(p->presence),
                .awaited = adapter_awaited(p->adapter),
                .powered = adapter && adapter->powered,
                .blocked = adapter && adapter->blocked,
                .power_on = p->settings->bluez.power_on,
                .power_error = adapter_power_error(p->adapter),
                .has_managers = adapter && adapter->has_gatt_manager &&
                                (adapter->has_advertising_manager ||
                                        !p->profile->advertisements[0]->advertise),
                .application_error = presence_application_error(p->presence),
                .advertisement_over = advertising_is_over(p->advertising),
                .advertisement_unfit = advertising_unfit(p->advertising),
                .advertisement_error = presence_advertisement_error(p->presence, 0),
        };
}

void peripheral_standing(const Peripheral *p, Standing *ret) {
        const AdapterInfo *adapter = adapter_chosen(p->adapter);
        StandingFacts facts = standing_facts(p, adapter);

        ret->on_air = facts.on_air;
        ret->silent_usec = facts.silent_usec;
        ret->name = advertising_name(p->advertising);
        if (!ret->name && adapter)
                ret->name = adapter->alias;
        ret->adapter = facts.adapter;
        ret->address = adapter ? adapter->address : NULL;
        ret->bluez = peripheral_bluez_version(p, adapter);
        ret->pinned = presence_pinned(p->presence);
        ret->agent = pairing_capability(p->pairing);
        ret->agent_registered = presence_agent_registered(p->presence);
        ret->agent_error = presence_agent_error(p->presence);
        ret->centrals = devices_connected(p->devices);
        ret->instances_known = adapter && adapter->advertising.known;
        if (adapter) {
                ret->instances_active = adapter->advertising.active;
                ret->instances_free = adapter->advertising.free;
        }
        standing_explain(&facts, ret->why, sizeof(ret->why), ret->fix, sizeof(ret->fix));
}

bool peripheral_advertisement(const Peripheral *p, size_t index, AdvertisementStanding *ret) {
        if (index >= advertising_count(p->advertising))
                return false;
        advertising_standing(p->advertising, index, ret);
        ret->registered = presence_advertisement_on_air(p->presence, index);
        ret->error = presence_advertisement_error(p->presence, index);
        return true;
}

const Devices *peripheral_devices(const Peripheral *p) {
        return p->devices;
}

uint64_t peripheral_calls_refused(const Peripheral *p) {
        return p->calls_refused;
}
