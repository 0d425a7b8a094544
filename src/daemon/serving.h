/* The values on the bus: the exported application answers from them, the notifier carries them. */
#pragma once

#include "bluez/devices.h"
#include "bluez/notifier.h"
#include "core/bluez-version.h"
#include "core/connection.h"
#include "daemon/values.h"

typedef struct Serving Serving;

typedef struct ServingEvents {
        /* As in PeripheralEvents. */
        int (*write)(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
                uint64_t write_id, void *userdata);
        void (*descriptor_write)(const Characteristic *c, const Descriptor *d, const char *device,
                const uint8_t *data, size_t size, void *userdata);
        void (*room)(const Characteristic *c, void *userdata);
        /* A call names the MTU of a device's link; device is the address of its path. */
        void (*mtu)(const char *device, uint16_t mtu, void *userdata);
        /* Subscribed and unsubscribed; device likewise, or NULL. */
        void (*connection)(const ConnectionEvent *event, void *userdata);
} ServingEvents;

typedef struct ServingParameters {
        NotifierParameters notifier;
        size_t sockets_max;     /* for notifications and writes */
        const Devices *devices; /* borrowed */
} ServingParameters;

/* profile and values are borrowed for its life. */
int serving_new(Serving **ret, struct ev_loop *loop, sd_bus *bus, const Profile *profile,
        Values *values, const ServingParameters *parameters, const ServingEvents *events,
        void *userdata);
Serving *serving_free(Serving *serving);

/* Other parameters, and other policies and rates of the characteristics, from now on. */
void serving_reconfigure(Serving *serving, const ServingParameters *parameters);

/* BlueZ's unique name, or NULL: gone. Ends every subscription. */
int serving_set_owner(Serving *serving, const char *owner);
/* What the BlueZ that runs does; before it is asked to register. */
void serving_set_traits(Serving *serving, const BluezTraits *traits);
/* Has BlueZ be told the handles of the profile at the next registration, or not. */
int serving_pin(Serving *serving, bool pinned);
/* A central's link has this MTU; it has another address; it has ended. device is its address. */
void serving_note_mtu(Serving *serving, const char *device, uint16_t mtu);
void serving_link_renamed(Serving *serving, const char *was, const char *device);
void serving_link_ended(Serving *serving, const char *device);
/* Whether the device at this object path is connected or bonded may have changed; it is no more. */
void serving_device_changed(Serving *serving, const char *path);
void serving_device_removed(Serving *serving, const char *path);
/* The application's registration is lost, and its subscriptions with it. */
void serving_end_subscriptions(Serving *serving);

/* A value of c was stored: carry it to whoever is subscribed. */
void serving_wake(Serving *serving, const Characteristic *c);
/* As peripheral_answer_write(). */
void serving_answer_write(Serving *serving, uint64_t write_id, unsigned code);
/* The ways out of a characteristic that are in use, after `way`; NULL: from the first, or no more.
 * Borrowed until the loop turns. */
const Way *serving_next_way(const Serving *serving, const Characteristic *c, const Way *way);
bool serving_subscribed(const Serving *serving, const Characteristic *c);
