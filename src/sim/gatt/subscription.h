/* Who hears of which value: Client Characteristic Configuration, and what bluetoothd makes of it
 * for applications. */
#pragma once

#include "sim/gatt/gatt-state.h"

/* 0: never written. */
uint16_t subscription_value(const Device *device, uint16_t ccc_handle);
/* A central writes a CCC. provider NULL: it is Service Changed's. Returns the ATT code. */
uint8_t subscription_write(GattLink *link, Provider *provider, uint16_t ccc_handle, uint16_t value);
/* The central has left: its sockets close. It is still bonded or it has no CCCs any more. */
void subscription_leave(GattServer *server, Device *device);
/* Service Changed's CCC is written to the disk. */
void subscription_store(const GattServer *server, Device *device);
/* It has no CCCs any more. */
void subscription_clear(GattServer *server, Device *device);
/* CCCs of these handles are no more. */
void subscription_drop_range(GattServer *server, uint16_t first, uint16_t last);
/* bluetoothd stands still, or goes on: the sockets follow. */
void subscription_follow(const GattServer *server);
/* A value that an application sent by signal: to all that are subscribed. */
void subscription_notify(Provider *provider, const uint8_t *data, size_t size);
/* Services of these handles came or went. */
void subscription_services_changed(GattServer *server, uint16_t first, uint16_t last);
/* A bonded device is back: what it missed of the services. */
void subscription_returned(GattServer *server, Device *device);
/* bluetoothd has started anew: what was on the disk. */
void subscription_restore(GattServer *server, Device *device);
