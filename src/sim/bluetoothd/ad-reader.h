/* Lists and dictionaries of an LEAdvertisement1. */
#pragma once

#include "sim/bluetoothd/ad-packet.h"

#include <systemd/sd-bus.h>

/* m is at as. */
int ad_read_uuids(Uuid uuids[static ADVERTISED_UUIDS_MAX], size_t *ret_n, sd_bus_message *m);
/* m is at a{kv}, k being key: q of a manufacturer, s a UUID, y an AD type. Appends. */
int ad_read_data(AdPacket *packet, char key, sd_bus_message *m);
