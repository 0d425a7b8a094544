/* A characteristic on the bus, with its descriptors: what BlueZ calls when a central reads, writes
 * or subscribes. Every call is answered before its handler returns, but the writes that wait for a
 * verdict: bluetoothd crashes when a central leaves while a reply is pending. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct GattCharacteristic GattCharacteristic;

/* Exports c and its descriptors at service_path/NAME; descriptors last to first, see
 * application.c. c and context are borrowed. */
int gatt_characteristic_new(GattCharacteristic **ret, const GattContext *context,
        const char *service_path, const Characteristic *c);
GattCharacteristic *gatt_characteristic_free(GattCharacteristic *object);

/* Tells BlueZ its handle and those of its descriptors from the next registration on, or not. */
int gatt_characteristic_pin(GattCharacteristic *object, bool pinned);

const char *gatt_characteristic_path(const GattCharacteristic *object);
