/* The advertisement as an object on the bus. */
#pragma once

#include "core/profile.h"

#include <systemd/sd-bus.h>

typedef struct AdvertisementEvents {
        /* BlueZ has dropped it by itself. */
        void (*released)(void *userdata);
} AdvertisementEvents;

typedef struct AdvertisementObject AdvertisementObject;

/* Exports advertisement, borrowed, at ADVERTISEMENT_PATH. */
int advertisement_object_new(AdvertisementObject **ret, sd_bus *bus,
        const Advertisement *advertisement, const AdvertisementEvents *events, void *userdata);
AdvertisementObject *advertisement_object_free(AdvertisementObject *object);
