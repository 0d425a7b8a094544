/* Characteristics and descriptors on the bus: what BlueZ calls when a central reads, writes or
 * subscribes. Every call is answered before its handler returns: bluetoothd crashes when a
 * central leaves while a reply is pending. */
#pragma once

#include "core/profile.h"

#include <systemd/sd-bus.h>

typedef struct AttributeEvents {
        /* The stored value, borrowed for the call. */
        void (*read)(const Characteristic *c, const uint8_t **ret_data, size_t *ret_size,
                void *userdata);
        /* A write, already checked. device is the central's address, or NULL. 0 or -errno. */
        int (*write)(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
                void *userdata);
        /* A write was refused: why is a sentence. */
        void (*write_refused)(
                const Characteristic *c, const char *device, const char *why, void *userdata);
        /* A central has subscribed (BlueZ does not say which), or the last one has left. */
        void (*start_notify)(const Characteristic *c, void *userdata);
        void (*stop_notify)(const Characteristic *c, void *userdata);
} AttributeEvents;

typedef struct CharacteristicObject CharacteristicObject;

/* Exports c and its descriptors at service_path/NAME; descriptors last to first, see
 * application.c. c is borrowed. */
int characteristic_object_new(CharacteristicObject **ret, sd_bus *bus, const char *service_path,
        const Characteristic *c, const AttributeEvents *events, void *userdata);
CharacteristicObject *characteristic_object_free(CharacteristicObject *object);

const char *characteristic_object_path(const CharacteristicObject *object);
