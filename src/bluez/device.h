/* What is of interest of a central: its address, and whether it is connected. */
#pragma once

#include <systemd/sd-bus.h>

#define DEVICE_ADDRESS_SIZE 18

/* "/org/bluez/hci0/dev_AA_BB_CC_DD_EE_FF" to "AA:BB:CC:DD:EE:FF"; "" for another kind of path. */
void device_address(char out[static DEVICE_ADDRESS_SIZE], const char *path);
/* Reads an a{sv} of BLUEZ_DEVICE. 1: it says that the device is no longer connected; 0: it does
 * not; or -errno. */
int device_read_disconnected(sd_bus_message *properties);
