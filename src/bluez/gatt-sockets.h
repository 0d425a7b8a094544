/* What BlueZ asks sockets with, on the objects of those characteristics that are to have them:
 * AcquireNotify and AcquireWrite. The properties alone make BlueZ ask. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct GattSockets GattSockets;

/* Of c, whose object is at path. Only what notify_by and write_by ask for is exported; and by
 * socket nothing can be refused, so what is checked or answered is not. c and context are
 * borrowed. */
int gatt_sockets_new(
        GattSockets **ret, const GattContext *context, const char *path, const Characteristic *c);
GattSockets *gatt_sockets_free(GattSockets *sockets);
