/* What several files need to read of D-Bus messages. */
#pragma once

#include <systemd/sd-bus.h>

/* Reads a{sv}: calls on_property for each, with the message at the variant, which it must read or
 * skip. The first negative errno ends it. */
int message_read_properties(sd_bus_message *m,
        int (*on_property)(const char *name, sd_bus_message *m, void *userdata), void *userdata);

/* Enters a variant of this type, to be left by sd_bus_message_exit_container(). 0: it holds another
 * type and was skipped; 1: entered. */
int message_enter_variant(sd_bus_message *m, const char *type);
/* Likewise reads one of one basic type to ret. */
int message_read_variant(sd_bus_message *m, const char *type, void *ret);

/* What the sender said, or the error's name if it said nothing. */
const char *message_error_text(const sd_bus_error *error);
