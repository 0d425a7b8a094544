/* Connecting to a bus. */
#pragma once

#include <systemd/sd-bus.h>

/* address is "system" (as DBUS_SYSTEM_BUS_ADDRESS says, if it is set) or a D-Bus address. The
 * connection is only begun: what becomes of it shows when the bus is processed. A negative errno:
 * there is no such bus. */
int bus_open(sd_bus **ret, const char *address);
