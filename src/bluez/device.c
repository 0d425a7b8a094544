#include "bluez/device.h"

#include "bluez/message.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void device_done(Device *device) {
        free(device->path);
        free(device->name);
        *device = (Device){0};
}

void device_address(char out[static DEVICE_ADDRESS_SIZE], const char *path) {
        const char *part = strstr(path, "/dev_");

        out[0] = '\0';
        if (!part || strlen(part + 5) != DEVICE_ADDRESS_SIZE - 1)
                return;
        for (size_t i = 0; i < DEVICE_ADDRESS_SIZE; i++)
                out[i] = part[5 + i] == '_' ? ':' : part[5 + i];
}

/* A text of another size than it may have is passed over. */
static int read_text(char *out, size_t size, sd_bus_message *m) {
        const char *text;

        int r = message_read_variant(m, "s", &text);
        if (r > 0 && strlen(text) < size)
                strcpy(out, text);
        return r;
}

static int read_bool(bool *out, sd_bus_message *m) {
        int value;

        int r = message_read_variant(m, "b", &value);
        if (r > 0)
                *out = value;
        return r;
}

/* Of one that has told no name BlueZ makes the alias from the address: "AA-BB-…". */
static bool is_address(const char *alias) {
        return strlen(alias) == DEVICE_ADDRESS_SIZE - 1 &&
               strspn(alias, "0123456789ABCDEFabcdef-") == DEVICE_ADDRESS_SIZE - 1;
}

static int read_name(Device *device, sd_bus_message *m) {
        char *copy = NULL;
        const char *alias;

        int r = message_read_variant(m, "s", &alias);
        if (r <= 0)
                return r;
        if (!is_address(alias)) {
                copy = strdup(alias);
                if (!copy)
                        return -ENOMEM;
        }
        free(device->name);
        device->name = copy;
        return 0;
}

static int on_property(const char *name, sd_bus_message *m, void *userdata) {
        Device *device = userdata;

        if (strcmp(name, "Connected") == 0)
                return read_bool(&device->connected, m);
        if (strcmp(name, "Address") == 0)
                return read_text(device->address, sizeof(device->address), m);
        if (strcmp(name, "AddressType") == 0)
                return read_text(device->address_type, sizeof(device->address_type), m);
        if (strcmp(name, "Alias") == 0)
                return read_name(device, m);
        if (strcmp(name, "Paired") == 0)
                return read_bool(&device->paired, m);
        if (strcmp(name, "Bonded") != 0)
                return sd_bus_message_skip(m, "v");
        device->says_bonded = true;
        return read_bool(&device->bonded, m);
}

int device_read(Device *device, sd_bus_message *properties) {
        int r = message_read_properties(properties, on_property, device);
        return r < 0 ? r : 0;
}

bool device_bonded(const Device *device) {
        return device->says_bonded ? device->bonded : device->paired;
}

const char *device_reason(const char *name) {
        static const struct {
                const char *name, *word;
        } reasons[] = {
                {"org.bluez.Reason.Timeout", "timeout"},
                {"org.bluez.Reason.Local", "local"},
                {"org.bluez.Reason.Remote", "remote"},
                {"org.bluez.Reason.Authentication", "authentication"},
                {"org.bluez.Reason.Suspend", "suspend"},
        };

        for (size_t i = 0; i < ELEMENTS(reasons); i++)
                if (strcmp(reasons[i].name, name) == 0)
                        return reasons[i].word;
        return "unknown";
}
