/* Sets a property of one of BlueZ's objects, without waiting. */
#pragma once

#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct SetProperty {
        const char *path, *interface, *name;
        const char *type;  /* a basic one */
        const void *value; /* as sd_bus_message_append_basic() */
        uint64_t timeout_usec;
} SetProperty; /* borrowed for the call */

/* Voids what *slot has. */
int set_property_async(sd_bus *bus, sd_bus_slot **slot, const SetProperty *set,
        sd_bus_message_handler_t handler, void *userdata);
