#include "bluez/set-property.h"

#include "bluez/names.h"
#include "util/cleanup.h"

#include <stdbool.h>

int set_property_async(sd_bus *bus, sd_bus_slot **slot, const SetProperty *set,
        sd_bus_message_handler_t handler, void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        *slot = sd_bus_slot_unref(*slot);
        int r = sd_bus_message_new_method_call(
                bus, &m, BLUEZ_SERVICE, set->path, DBUS_PROPERTIES, "Set");
        if (r >= 0)
                r = sd_bus_message_set_auto_start(m, false);
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", set->interface, set->name);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', set->type);
        if (r >= 0)
                r = sd_bus_message_append_basic(m, *set->type, set->value);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_call_async(bus, slot, m, handler, userdata, set->timeout_usec);
        return r;
}
