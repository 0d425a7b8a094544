/* Characteristics and descriptors on the bus: what BlueZ calls when a central reads, writes or
 * subscribes. Every call is answered before its handler returns: bluetoothd crashes when a
 * central leaves while a reply is pending. */
#pragma once

#include "core/profile.h"

#include <systemd/sd-bus.h>

typedef struct GattCharacteristicEvents {
        /* The stored value, borrowed for the call. */
        void (*value)(const Characteristic *c, const uint8_t **ret_data, size_t *ret_size,
                void *userdata);
        /* It was read, to its end or in part. */
        void (*was_read)(const Characteristic *c, void *userdata);
        /* A write, already checked. device is the central's address, or NULL. 0 or -errno. */
        int (*write)(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
                void *userdata);
        /* A write was refused: why is a sentence. */
        void (*write_refused)(
                const Characteristic *c, const char *device, const char *why, void *userdata);
        /* A central has subscribed (BlueZ does not say which), or the last one has left. */
        void (*start_notify)(const Characteristic *c, void *userdata);
        void (*stop_notify)(const Characteristic *c, void *userdata);
} GattCharacteristicEvents;

typedef struct GattCharacteristic GattCharacteristic;

/* Exports c and its descriptors at service_path/NAME; descriptors last to first, see
 * application.c. c is borrowed. */
int gatt_characteristic_new(GattCharacteristic **ret, sd_bus *bus, const char *service_path,
        const Characteristic *c, const GattCharacteristicEvents *events, void *userdata);
GattCharacteristic *gatt_characteristic_free(GattCharacteristic *object);

const char *gatt_characteristic_path(const GattCharacteristic *object);
