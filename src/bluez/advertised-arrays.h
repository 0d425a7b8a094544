/* What an advertisement says, as the arrays of LEAdvertisement1. */
#pragma once

#include "core/advertisement.h"

#include <systemd/sd-bus.h>

/* as: each with 36 characters. All: 0, or what sd-bus says. */
int advertised_append_uuids(sd_bus_message *m, const AdvertisedUuids *uuids);
/* a{qv}, a{sv} and a{yv}, of ay. */
int advertised_append_manufacturer(sd_bus_message *m, const AdvertisedData *data);
int advertised_append_service(sd_bus_message *m, const AdvertisedData *data);
int advertised_append_other(sd_bus_message *m, const AdvertisedData *data);
