/* What BlueZ says of one device (org.bluez.Device). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define DEVICE_ADDRESS_SIZE      18
#define DEVICE_ADDRESS_TYPE_SIZE 8

typedef struct Device {
        char *path; /* owned: stays while the address may become that of its identity */
        char address[DEVICE_ADDRESS_SIZE];
        char address_type[DEVICE_ADDRESS_TYPE_SIZE]; /* "public", "random"; "": not said */
        char *name;                                  /* owned; NULL: not known */
        bool connected, paired, bonded;
        bool says_bonded;    /* since BlueZ 5.65; before, what is paired is taken for bonded */
        uint16_t mtu;        /* of its link; 0: not known */
        uint64_t since_usec; /* when it connected, or left; 0: neither since the start */
        const char *reason;  /* why it is about to leave, a static word; NULL: not said */
        bool told;           /* as connected */
} Device;

/* Frees what is in it; starts as {}. */
void device_done(Device *device);

/* "/org/bluez/hci0/dev_AA_BB_CC_DD_EE_FF" to "AA:BB:CC:DD:EE:FF"; "" for another kind of path. */
void device_address(char out[static DEVICE_ADDRESS_SIZE], const char *path);
/* Reads an a{sv} of BLUEZ_DEVICE; what is of no interest is passed over. 0 or -errno. */
int device_read(Device *device, sd_bus_message *properties);
bool device_bonded(const Device *device);
/* "org.bluez.Reason.Remote" (device.rst, since BlueZ 5.83) to "remote"; "unknown" for what is none
 * of ours. */
const char *device_reason(const char *name);
