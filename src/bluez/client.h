/* Watches org.bluez: who owns the name, and which objects it has. Says what it hears; keeps only
 * the owner. Every call carries its time limit and none waits. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <systemd/sd-bus.h>

typedef struct BluezClient BluezClient;

typedef struct BluezClientEvents {
        /* owner is the unique name. Its objects follow by interface_added. */
        void (*appeared)(const char *owner, void *userdata);
        /* Nobody owns the name: told when that is first known, and when the owner leaves.
         * Everything that was said of objects is void. */
        void (*vanished)(void *userdata);
        /* All objects that were there when it appeared have been told. */
        void (*ready)(void *userdata);
        /* They could not be listed: bluez_client_error() says why. They are asked for again. */
        void (*not_listed)(void *userdata);
        /* properties is at an a{sv} and must be read or skipped whole. The same interface may be
         * told twice. A negative errno is logged by the client. */
        int (*interface_added)(const char *path, const char *interface, sd_bus_message *properties,
                void *userdata);
        void (*interface_removed)(const char *path, const char *interface, void *userdata);
        /* Of adapters and devices. Likewise. */
        int (*properties_changed)(const char *path, const char *interface,
                sd_bus_message *properties, void *userdata);
        /* A device is about to leave, and why: a name of device.rst, "org.bluez.Reason.Remote".
         * Since BlueZ 5.83. */
        void (*device_disconnected)(const char *path, const char *reason, void *userdata);
} BluezClientEvents;

/* call_timeout_usec limits each call to BlueZ; retry_min_usec to retry_max_usec are the pauses
 * before asking again after a failure. */
int bluez_client_new(BluezClient **ret, struct ev_loop *loop, sd_bus *bus,
        uint64_t call_timeout_usec, uint64_t retry_min_usec, uint64_t retry_max_usec,
        const BluezClientEvents *events, void *userdata);
BluezClient *bluez_client_free(BluezClient *client);

/* The bus has said who owns the name, or that nobody does. */
bool bluez_client_known(const BluezClient *client);
/* Why BlueZ's objects could not be listed; NULL: nothing is wrong. It is asked again. */
const char *bluez_client_error(const BluezClient *client);
/* NULL while nobody owns org.bluez. Borrowed until the loop turns. */
const char *bluez_client_owner(const BluezClient *client);

/* The owner does not answer: it is asked for nothing until it does, and then at once. Another owner
 * is one that answers. */
void bluez_client_set_silent(BluezClient *client, bool silent);

/* Other times, as of bluez_client_new(), for the calls and pauses that follow. */
void bluez_client_set_times(BluezClient *client, uint64_t call_timeout_usec,
        uint64_t retry_min_usec, uint64_t retry_max_usec);
