/* What BlueZ says with a call of a characteristic or descriptor, and the answers it understands. */
#pragma once

#include "bluez/device.h"
#include "bluez/gatt-context.h"

typedef struct GattCall {
        char device[DEVICE_ADDRESS_SIZE]; /* "": not said */
        uint16_t offset;
        uint16_t mtu; /* 0: not said */
} GattCall;

/* Reads the options of a call, a{sv}; what they say of the link's MTU is told. A negative errno:
 * to be answered by gatt_call_malformed(). */
int gatt_call_read(GattCall *ret, sd_bus_message *m, const GattContext *context);
/* The central's address, or NULL; borrowed from call. */
const char *gatt_call_device(const GattCall *call);

/* All answer m. Returns what the handler returns to sd-bus. */
int gatt_call_malformed(sd_bus_message *m, int error);
/* An ATT code from ATT_CODE_MIN to ATT_CODE_MAX. */
int gatt_call_refuse(sd_bus_message *m, unsigned code);
/* The bytes of a value from the call's offset on. */
int gatt_call_reply_value(
        sd_bus_message *m, const GattCall *call, const uint8_t *data, size_t size);

/* Appends a property's value. */
int gatt_append_uuid(sd_bus_message *reply, const Uuid *uuid);
