/* A service on the bus. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct GattService GattService;

/* Exports s at APPLICATION_PATH/NAME. s and context are borrowed. */
int gatt_service_new(GattService **ret, const GattContext *context, const Service *s);
GattService *gatt_service_free(GattService *object);

/* Tells BlueZ its handle from the next registration on, or not. */
int gatt_service_pin(GattService *object, bool pinned);

const char *gatt_service_path(const GattService *object);
