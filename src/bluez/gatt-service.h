/* A service on the bus, with its characteristics. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct GattService GattService;

/* Exports s at APPLICATION_PATH/NAME. s and context are borrowed. */
int gatt_service_new(GattService **ret, const GattContext *context, const Service *s);
GattService *gatt_service_free(GattService *object);

const char *gatt_service_path(const GattService *object);
