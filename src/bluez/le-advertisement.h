/* An advertisement as an object on the bus (doc/org.bluez.LEAdvertisement.rst). */
#pragma once

#include "core/advertisement-plan.h"

#include <systemd/sd-bus.h>

typedef struct LeAdvertisementEvents {
        /* BlueZ has dropped it by itself. */
        void (*released)(unsigned side, void *userdata);
        /* BlueZ says at which power it is sent, in dBm. */
        void (*power_told)(int16_t dbm, void *userdata);
} LeAdvertisementEvents;

/* What is said: no property is there that has nothing to say. */
typedef struct LeAdvertisementContent {
        const Advertisement *advertisement; /* borrowed */
        char *name; /* LocalName, as much of it as the plan says; NULL: the adapter's own */
        AdvertisementPlan plan;
        bool beacon; /* nobody can connect, whatever its type: never discoverable then */
} LeAdvertisementContent;

typedef struct LeAdvertisement LeAdvertisement;

/* Exports it at path; side only comes back. content is borrowed for its life, and may change. */
int le_advertisement_new(LeAdvertisement **ret, sd_bus *bus, const char *path, unsigned side,
        const LeAdvertisementContent *content, const LeAdvertisementEvents *events, void *userdata);
LeAdvertisement *le_advertisement_free(LeAdvertisement *object);

/* content is another: BlueZ reads it when it is registered next. */
int le_advertisement_renew(LeAdvertisement *object);
/* Tells BlueZ, which has it registered, that the name is another; it had one before. bluetoothd may
 * crash of it before 5.74 (6b5447583). */
int le_advertisement_tell_name(LeAdvertisement *object);
