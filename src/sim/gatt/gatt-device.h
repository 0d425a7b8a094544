/* The devices that the server remembers. */
#pragma once

#include "sim/gatt/gatt-state.h"

/* The one of this path, made if it is not there. -ENOMEM. */
int gatt_device_get(Device **ret, GattServer *server, const char *path);
Device *gatt_device_find(const GattServer *server, const char *path);
/* Forgets it, unless it is connected or bonded. */
void gatt_device_drop(GattServer *server, Device *device);
/* Its link carries nothing any more; the central has left, as it is. */
void gatt_device_leave(GattServer *server, Device *device);
/* Without a word to applications. */
void gatt_device_cut(GattServer *server, Device *device);
