/* PowerState: what Adapter1 says of its power beside Powered (bluez src/adapter.c, src/rfkill.c).
 * It follows from the rest, and is told together with what has changed it. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"

static bool is_shown(const Bluez *b) {
        return b->parameters.behaviour->power_state;
}

static void set_state(Property *ret, const char *state) {
        property_set_text(ret, "PowerState", 's', state);
}

static const char *state_of(const Bluez *b, const AdapterObject *a) {
        if (b->rfkill)
                return "off-blocked";
        return adapter_object_is(a, "Powered") ? "on" : "off";
}

size_t power_state_put(const Bluez *b, const AdapterObject *a, Property *properties, size_t n) {
        if (!is_shown(b) || n >= PROPERTIES_SIM_MAX || adapter_object_get(a, "PowerState"))
                return n;
        set_state(&properties[n], state_of(b, a));
        return n + 1;
}

static void say(Bluez *b, const AdapterObject *a, const char *state) {
        Property property;

        if (!is_shown(b) || !b->bus || !a->plugged)
                return;
        set_state(&property, state);
        (void)object_emit_changed(b, a->path, BLUEZ_ADAPTER, &property, 1);
}

void power_state_tell(Bluez *b, const AdapterObject *a) {
        say(b, a, state_of(b, a));
}

void power_state_tell_passing(Bluez *b, const AdapterObject *a, bool on) {
        if (!b->rfkill)
                say(b, a, on ? "off-enabling" : "on-disabling");
}
