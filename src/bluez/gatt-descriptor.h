/* A descriptor on the bus. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct GattDescriptor GattDescriptor;

/* Exports d at characteristic_path/NAME. d and context are borrowed. */
int gatt_descriptor_new(GattDescriptor **ret, const GattContext *context,
        const char *characteristic_path, const Descriptor *d);
GattDescriptor *gatt_descriptor_free(GattDescriptor *object);
