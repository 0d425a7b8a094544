/* Everything that lives on one bus connection: the mirror of BlueZ, the exported application and
 * advertisement, their registration, and the notifier. */
#pragma once

#include "config/config.h"
#include "daemon/values.h"

#include <ev.h>

typedef struct Peripheral Peripheral;

typedef struct PeripheralEvents {
        /* Something that peripheral_standing() tells has changed. */
        void (*changed)(void *userdata);
        /* The connection is lost: free the peripheral, but not from here. */
        void (*disconnected)(int error, void *userdata);
        /* After peripheral_stop(): nothing is registered any more. */
        void (*stopped)(void *userdata);
        /* A central wrote; the value is stored already where on_write says so. */
        void (*written)(const Characteristic *c, const char *device, const uint8_t *data,
                size_t size, void *userdata);
} PeripheralEvents;

/* How things stand. Strings are borrowed until the loop turns; why and fix are NULL on air. */
typedef struct Standing {
        bool on_air;
        const char *name;
        const char *adapter, *address;
        BluezVersion bluez;
        char why[200];
        char fix[200];
} Standing;

/* Connects to the bus and starts. Everything but ret is borrowed for its life. A negative errno:
 * there is no such bus. */
int peripheral_new(Peripheral **ret, struct ev_loop *loop, const Settings *settings,
        const Profile *profile, Values *values, const PeripheralEvents *events, void *userdata);
Peripheral *peripheral_free(Peripheral *peripheral);

/* A value was stored: carry it to whoever is subscribed. */
void peripheral_wake(Peripheral *peripheral);
bool peripheral_subscribed(const Peripheral *peripheral, const Characteristic *c);

/* Unregisters; `stopped` follows, never from inside this call. */
void peripheral_stop(Peripheral *peripheral);

void peripheral_standing(const Peripheral *peripheral, Standing *ret);
/* Calls from others than BlueZ, refused. */
uint64_t peripheral_calls_refused(const Peripheral *peripheral);
