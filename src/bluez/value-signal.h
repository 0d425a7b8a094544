/* A value to every subscribed central. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

/* Sends PropertiesChanged of the characteristic at path to owner alone, BlueZ's unique name. 0 or
 * -errno. */
int value_signal_send(
        sd_bus *bus, const char *owner, const char *path, const uint8_t *data, size_t size);
