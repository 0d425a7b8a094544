/* Which BlueZ runs. It has no version property; Adapter1.Modalias carries it. */
#pragma once

#include <stdbool.h>

typedef struct BluezVersion {
        unsigned major, minor; /* 0.0: unknown */
} BluezVersion;

#define BLUEZ_VERSION_TEXT_SIZE 16

/* "usb:v1D6Bp0246d0542" is 5.66 (bluez src/main.c). Unknown for any other vendor or product:
 * main.conf's DeviceID can hide it; NULL is unknown too. */
BluezVersion bluez_version_from_modalias(const char *modalias);
/* "5.66"; each part up to 255. -EINVAL, also for "0.0". */
int bluez_version_parse(BluezVersion *ret, const char *text);
bool bluez_version_known(BluezVersion v);
/* "5.66", or "unknown". */
void bluez_version_format(BluezVersion v, char out[static BLUEZ_VERSION_TEXT_SIZE]);
