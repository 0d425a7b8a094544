/* What is told of D-Bus messages. All of it only with trace, but for the parts of one event. */
#pragma once

#include <systemd/sd-bus.h>

/* Adds ay, or a string of any length and content, as hex. m is at it. A negative errno. */
int event_add_bytes(const char *key, sd_bus_message *m);
int event_add_long_text(const char *key, sd_bus_message *m);
/* m is at a variant. */
int event_add_variant(const char *key, sd_bus_message *m);
/* m is at a{sv}. */
int event_add_properties(sd_bus_message *m);

/* Each of these rewinds m before and after. */
void tell_call(sd_bus_message *m);
/* m is the reply to GetManagedObjects, or its error. */
void tell_objects(sd_bus_message *m);
/* m is the reply to GetAll, or its error. */
void tell_advertisement(sd_bus_message *m);
/* PropertiesChanged of an application. */
void tell_signal(sd_bus_message *m);
/* A call of bluetoothd's to an application. */
void tell_own_call(sd_bus_message *m);
