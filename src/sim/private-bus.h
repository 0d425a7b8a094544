/* A dbus-daemon of one's own, in a temporary folder that only this user can look into. */
#pragma once

#include <sys/types.h>

typedef struct PrivateBus PrivateBus;

/* Starts it and waits until it listens. It and its folder go when the bus is freed, and also when
 * this process ends in any other way. Call before other files are opened. A negative errno: said on
 * standard error. */
int private_bus_new(PrivateBus **ret);
PrivateBus *private_bus_free(PrivateBus *bus);

const char *private_bus_address(const PrivateBus *bus);
/* The process that ends when the bus has ended. */
pid_t private_bus_pid(const PrivateBus *bus);
