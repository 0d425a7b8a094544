/* The devices that BlueZ knows: who is connected, and who was. Bounded; a connected one takes the
 * place of one that is not. BlueZ does not say whether a device is a central of ours: whoever is
 * connected to our adapter counts as one. */
#pragma once

#include "bluez/device.h"
#include "core/connection.h"

typedef struct Devices Devices;

typedef struct DevicesEvents {
        /* Of devices on our adapter: connected, disconnected, mtu, address, bonded. */
        void (*event)(const ConnectionEvent *event, void *userdata);
} DevicesEvents;

/* max is the most that are kept, 1 or more. events is borrowed. -ENOMEM. */
int devices_new(Devices **ret, size_t max, const DevicesEvents *events, void *userdata);
/* Tells nothing. */
Devices *devices_free(Devices *devices);

/* The adapter that we serve on, by its object path; NULL: none, and whoever was connected to it no
 * longer is. */
void devices_set_adapter(Devices *devices, const char *path);

/* A device of this path is on that adapter, whether or not it is kept. */
bool devices_is_ours(const Devices *devices, const char *path);

/* What BluezClient hears of BLUEZ_DEVICE. properties is at an a{sv} and is read whole. 0 or
 * -errno. */
int devices_added(Devices *devices, const char *path, sd_bus_message *properties);
int devices_changed(Devices *devices, const char *path, sd_bus_message *properties);
void devices_removed(Devices *devices, const char *path);
/* Device1.Disconnected, which comes before Connected=false; reason is BlueZ's name for it. */
void devices_disconnecting(Devices *devices, const char *path, const char *reason);
/* BlueZ is gone, and all that it knew. */
void devices_clear(Devices *devices);

/* A call of BlueZ's has named the MTU of the link of the device at this address. */
void devices_note_mtu(Devices *devices, const char *address, uint16_t mtu);

/* By its address, or the one that its path has. NULL: not kept. */
const Device *devices_find(const Devices *devices, const char *address);
/* Those of our adapter that are connected, bonded, or have been connected, from 0 on; NULL: no
 * more. Borrowed until the loop turns. */
const Device *devices_at(const Devices *devices, size_t index);
/* Of our adapter. */
size_t devices_connected(const Devices *devices);
/* How often one was not kept, or had to make room. */
uint64_t devices_dropped(const Devices *devices);
