/* A registered application: its services in the attribute table. */
#pragma once

#include "sim/gatt/gatt-state.h"

/* Takes objects, also when it fails. Adds the application to the server's. -EINVAL: the table does
 * not take it, and nothing is left of it there, nor of a service that had its very handles;
 * -ENOMEM. */
int gatt_application_new(
        GattServer *server, const char *owner, const char *path, ApplicationObjects *objects);
/* Its attributes go, its sockets close, who waits for it gets an error. Returns NULL. */
GattApplication *gatt_application_free(GattApplication *application);
/* Of the characteristic at this path, or NULL. */
Provider *gatt_application_find(const GattApplication *application, const char *path);
