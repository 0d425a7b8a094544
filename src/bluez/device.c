#include "bluez/device.h"

#include "bluez/message.h"

#include <stdbool.h>
#include <string.h>

void device_address(char out[static DEVICE_ADDRESS_SIZE], const char *path) {
        const char *part = strstr(path, "/dev_");

        out[0] = '\0';
        if (!part || strlen(part + 5) != DEVICE_ADDRESS_SIZE - 1)
                return;
        for (size_t i = 0; i < DEVICE_ADDRESS_SIZE; i++)
                out[i] = part[5 + i] == '_' ? ':' : part[5 + i];
}

static int on_property(const char *name, sd_bus_message *m, void *userdata) {
        bool *disconnected = userdata;
        int connected;

        if (strcmp(name, "Connected") != 0)
                return sd_bus_message_skip(m, "v");
        int r = message_read_variant(m, "b", &connected);
        if (r > 0)
                *disconnected = !connected;
        return r;
}

int device_read_disconnected(sd_bus_message *properties) {
        bool disconnected = false;

        int r = message_read_properties(properties, on_property, &disconnected);
        return r < 0 ? r : disconnected;
}
