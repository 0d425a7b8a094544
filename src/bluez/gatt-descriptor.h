/* A descriptor on the bus. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct GattDescriptor GattDescriptor;

/* Exports d, one of c, at characteristic_path/NAME. c, d and context are borrowed. */
int gatt_descriptor_new(GattDescriptor **ret, const GattContext *context,
        const char *characteristic_path, const Characteristic *c, const Descriptor *d);
GattDescriptor *gatt_descriptor_free(GattDescriptor *object);

/* Tells BlueZ its handle from the next registration on, or not. */
int gatt_descriptor_pin(GattDescriptor *object, bool pinned);
