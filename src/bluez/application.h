/* The GATT application: the tree of exported objects under APPLICATION_PATH. */
#pragma once

#include "bluez/gatt-context.h"

typedef struct Application Application;

/* profile is borrowed for the application's life. */
int application_new(Application **ret, sd_bus *bus, const Profile *profile,
        const GattEvents *events, void *userdata);
Application *application_free(Application *application);

/* What the BlueZ that runs does; flags that it does not know are left out. For the next
 * registration. */
void application_set_traits(Application *application, const BluezTraits *traits);
/* Tells BlueZ the handles of the profile that are not 0, or none. For the next registration. */
int application_pin(Application *application, bool pinned);

/* The writes that wait for an answer. */
PendingWrites *application_pending_writes(Application *application);
/* The object path of a characteristic. */
const char *application_path_of(const Application *application, const Characteristic *c);
