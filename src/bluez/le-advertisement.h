/* The advertisement as an object on the bus. */
#pragma once

#include "core/profile.h"

#include <systemd/sd-bus.h>

typedef struct LeAdvertisementEvents {
        /* BlueZ has dropped it by itself. */
        void (*released)(void *userdata);
} LeAdvertisementEvents;

typedef struct LeAdvertisement LeAdvertisement;

/* Exports advertisement, borrowed, at ADVERTISEMENT_PATH. */
int le_advertisement_new(LeAdvertisement **ret, sd_bus *bus, const Advertisement *advertisement,
        const LeAdvertisementEvents *events, void *userdata);
LeAdvertisement *le_advertisement_free(LeAdvertisement *object);
