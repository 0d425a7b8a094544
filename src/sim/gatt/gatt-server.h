/* bluetoothd's GATT server: the attribute table, what centrals ask of it, and the calls to the
 * applications that follow. */
#pragma once

#include "core/uuid.h"
#include "sim/behaviour.h"

#include <ev.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct GattServer GattServer;
typedef struct GattLink GattLink; /* one connected central */

typedef enum AttributeKind {
        ATTRIBUTE_SERVICE,
        ATTRIBUTE_INCLUDE,     /* of another service */
        ATTRIBUTE_DECLARATION, /* of a characteristic; its value is the next handle */
        ATTRIBUTE_VALUE,
        ATTRIBUTE_CCC,
        ATTRIBUTE_DESCRIPTOR,
} AttributeKind;

typedef struct Attribute {
        uint16_t handle;
        uint16_t end;      /* of a service, or of one that is included: its last handle */
        uint16_t included; /* of an include: the service's first handle */
        AttributeKind kind;
        Uuid uuid; /* of the service, included or not, the characteristic, the descriptor */
        uint8_t properties; /* of a declaration and its value: Core Specification, 3.G.3.3.1.1 */
        bool primary;       /* of a service */
} Attribute;

typedef struct GattLinkEvents {
        /* A value arrived by notification, or by indication: then gatt_link_confirm() is due.
         * data is borrowed. */
        void (*value)(
                uint16_t handle, const uint8_t *data, size_t size, bool indication, void *userdata);
        /* The server has closed the link: an indication was not confirmed in 30 s. Told from the
         * loop; free the link. */
        void (*closed)(void *userdata);
} GattLinkEvents;

/* Told once for each request, from the loop; never after gatt_link_free(), nor when bluetoothd or
 * the adapter has gone meanwhile. error is the ATT code, 0: none. data is borrowed. */
typedef void (*GattAnswer)(uint8_t error, const uint8_t *data, size_t size, void *userdata);

int gatt_server_new(GattServer **ret, struct ev_loop *loop, const BluezBehaviour *behaviour);
GattServer *gatt_server_free(GattServer *server);

/* bluetoothd's connection, borrowed while set; NULL: bluetoothd is gone, and with it every
 * application, every CCC, and the handles that were given. */
void gatt_server_set_bus(GattServer *server, sd_bus *bus);

/* bluetoothd stands still, and reads none of the sockets that applications have given it; or goes
 * on. A new bus ends that. */
void gatt_server_set_still(GattServer *server, bool still);

/* What the GAP service says as the device's name. */
int gatt_server_set_name(GattServer *server, const char *name);

/* Takes what GetManagedObjects of an application gave: objects is at a{oa{sa{sv}}}. Returns 0; or
 * a negative errno, and *ret_text is BlueZ's text for org.bluez.Error.Failed (static). */
int gatt_server_add_application(GattServer *server, const char *owner, const char *path,
        sd_bus_message *objects, const char **ret_text);
/* Its attributes go, sockets are closed, CCCs forgotten. path NULL: all of this owner. */
void gatt_server_remove_application(GattServer *server, const char *owner, const char *path);
bool gatt_server_has_application(const GattServer *server, const char *owner, const char *path);

/* PropertiesChanged of an interface GattCharacteristic1 that an application sent: m is behind the
 * interface's name, at a{sv}. */
void gatt_server_properties_changed(
        GattServer *server, const char *owner, const char *path, sd_bus_message *m);
/* The adapter is off: every central has left, as gatt_link_free() says it. Registrations stay. The
 * links that are left carry nothing any more: free them. */
void gatt_server_end_subscriptions(GattServer *server);
/* The adapter is gone, or bluetoothd ends orderly: every central has left, as gatt_link_free() says
 * it; then every application, every CCC and the handles that were given are forgotten, without a
 * word. The links that are left carry nothing any more: free them. */
void gatt_server_adapter_removed(GattServer *server);
/* The device is no longer bonded: RemoveDevice. */
void gatt_server_forget(GattServer *server, const char *device_path);

/* In order of handles, of bluetoothd's own services too; the first whose handle is not below
 * from, or NULL. Borrowed until the loop turns. */
const Attribute *gatt_server_attribute(const GattServer *server, uint16_t from);

/* device_path is told to applications as `device`. A bonded device that comes back finds its CCCs
 * again. */
int gatt_link_new(GattLink **ret, GattServer *server, const char *device_path, uint16_t mtu,
        bool bonded, const GattLinkEvents *events, void *userdata);
/* The central has left: pending requests are dropped unanswered, an unbonded one's CCCs cleared. */
GattLink *gatt_link_free(GattLink *link);
void gatt_link_set_mtu(GattLink *link, uint16_t mtu);
void gatt_link_set_bonded(GattLink *link);

/* One Read Request, or Read Blob Request if offset is not 0: at most MTU - 1 bytes. */
void gatt_link_read(
        GattLink *link, uint16_t handle, uint16_t offset, GattAnswer answer, void *userdata);
/* One Write Request. CCCs too. */
void gatt_link_write(GattLink *link, uint16_t handle, const uint8_t *data, size_t size,
        GattAnswer answer, void *userdata);
/* One Write Command: nobody is told what becomes of it. */
void gatt_link_write_command(GattLink *link, uint16_t handle, const uint8_t *data, size_t size);
/* Prepare Write Requests of a whole long value, executed; or the first error. */
void gatt_link_write_long(GattLink *link, uint16_t handle, const uint8_t *data, size_t size,
        GattAnswer answer, void *userdata);
/* The central has confirmed the indication that it was told of last. */
void gatt_link_confirm(GattLink *link);
/* A central that takes values slowly: no value event until it is taken again. What waits
 * meanwhile is bluetoothd's own queue, which has no bound. */
void gatt_link_hold(GattLink *link, bool hold);
size_t gatt_link_waiting(const GattLink *link);
