/* The peripheral's one object, for the files that it is spread over: peripheral.c (start and stop),
 * peripheral-standing.c (how things stand), renewal.c (another configuration) and bluez-events.c
 * (what BlueZ tells of its objects). */
#pragma once

#include "bluez/adapter.h"
#include "bluez/client.h"
#include "bluez/pulse.h"
#include "daemon/advertising.h"
#include "daemon/pairing.h"
#include "daemon/peripheral.h"
#include "daemon/presence.h"
#include "daemon/serving.h"
#include "loop/bus-source.h"

/* Owned by Daemon. */
struct Peripheral {
        struct ev_loop *loop;
        const Settings *settings;
        const Profile *profile;
        Values *values;
        const PeripheralEvents *events;
        void *userdata;
        sd_bus *bus;
        BusSource *source;
        sd_bus_slot *filter_slot;
        Pulse *pulse;
        BluezClient *client;
        Adapter *adapter;
        Devices *devices;
        Serving *serving;
        Advertising *advertising;
        Pairing *pairing;
        Presence *presence;
        uint64_t calls_refused;
};

extern const BluezClientEvents peripheral_client_events;
extern const DevicesEvents peripheral_devices_events;
extern const PulseEvents peripheral_pulse_events;

/* What the profile makes: the application, the advertisement, the agent and their registration. A
 * negative errno. */
int peripheral_build(Peripheral *p);
int peripheral_build_pairing(Peripheral *p);
ServingParameters peripheral_serving_parameters(const Peripheral *p);
AdapterParameters peripheral_adapter_parameters(const Peripheral *p);
PulseParameters peripheral_pulse_parameters(const Peripheral *p);
/* As the configuration says, else as the adapter, which may be NULL. */
BluezVersion peripheral_bluez_version(const Peripheral *p, const AdapterInfo *adapter);
/* What it stands on has changed: BlueZ, its adapter, or what is registered. */
void peripheral_update(Peripheral *p);
