/* What BlueZ says with a call of a characteristic or descriptor, and the answers it understands. */
#pragma once

#include "bluez/device.h"
#include "bluez/gatt-context.h"

typedef struct GattCall {
        char device[DEVICE_ADDRESS_SIZE]; /* "": not said */
        uint16_t offset;
        uint16_t mtu; /* 0: not said */
        /* Not a write yet: may this central begin a long one? */
        bool prepare_authorize;
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

/* A write at the call's offset continues the stored value (long writes arrive so at their end).
 * Puts them together in whole and returns the size, -ERANGE: the offset is behind the stored value,
 * or -EMSGSIZE: more than VALUE_SIZE_MAX. */
ssize_t gatt_call_join(uint8_t whole[static VALUE_SIZE_MAX], const GattCall *call,
        const uint8_t *stored, size_t stored_size, const uint8_t *data, size_t size);

/* Append a property's value. Of the flags those that the running BlueZ knows. */
int gatt_append_uuid(sd_bus_message *reply, const Uuid *uuid);
int gatt_append_flags(sd_bus_message *reply, unsigned flags, const GattContext *context);
/* Has an object of this interface tell its handle: BlueZ gives it that one then. For as long as the
 * slot; handle is not 0, borrowed as long, and only read. */
int gatt_export_handle(sd_bus_slot **ret, const GattContext *context, const char *path,
        const char *interface, uint16_t *handle);
