#include "bluez/value-signal.h"

#include "bluez/names.h"
#include "util/cleanup.h"

/* To BlueZ alone, not to the whole bus: values are nobody else's business. */
int value_signal_send(
        sd_bus *bus, const char *owner, const char *path, const uint8_t *data, size_t size) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = sd_bus_message_new_signal(bus, &m, path, DBUS_PROPERTIES, "PropertiesChanged");
        if (r >= 0)
                r = sd_bus_message_set_destination(m, owner);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", BLUEZ_CHARACTERISTIC);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", "Value");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0);
        return r >= 0 ? sd_bus_send(bus, m, NULL) : r;
}
