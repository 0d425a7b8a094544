/* The advertisement as an object on the bus. */
#pragma once

#include "core/profile.h"

#include <systemd/sd-bus.h>

typedef struct LeAdvertisementEvents {
        /* BlueZ has dropped by itself what it had of this path. */
        void (*released)(unsigned side, void *userdata);
} LeAdvertisementEvents;

typedef struct LeAdvertisement LeAdvertisement;

/* Exports advertisement, borrowed, at both paths of the first one; its name is only the first one.
 */
int le_advertisement_new(LeAdvertisement **ret, sd_bus *bus, const Advertisement *advertisement,
        const LeAdvertisementEvents *events, void *userdata);
LeAdvertisement *le_advertisement_free(LeAdvertisement *object);

/* Another name, copied; BlueZ reads it when it registers the object anew. Voids the name before.
 * -EINVAL: empty, or longer than ADVERTISEMENT_NAME_MAX. */
int le_advertisement_set_name(LeAdvertisement *object, const char *name);
/* NULL: the adapter's own. */
const char *le_advertisement_name(const LeAdvertisement *object);
