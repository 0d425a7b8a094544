/* What the files of the simulated GATT server share: the server, its applications, the devices
 * that it remembers and the links of those that are connected. */
#pragma once

#include "sim/gatt/application-objects.h"
#include "sim/gatt/core-services.h"
#include "sim/gatt/gatt-server.h"
#include "sim/gatt/link-queue.h"

#include <sys/queue.h>

typedef struct GattApplication GattApplication;
typedef struct Provider Provider;
typedef struct GattCall GattCall;
typedef struct ValueSocket ValueSocket;
typedef struct Device Device;

TAILQ_HEAD(ValueSocketList, ValueSocket);
TAILQ_HEAD(GattCallList, GattCall);
TAILQ_HEAD(GattApplicationList, GattApplication);
TAILQ_HEAD(DeviceList, Device);

/* The side of an application that answers for a characteristic or a descriptor. Owned by its
 * application. */
struct Provider {
        GattApplication *application;
        const ApplicationObject *object;
        uint64_t id;
        DatabaseEntry *entry; /* of the value, in the table */
        DatabaseEntry *ccc;   /* NULL: it has none */
        bool prepare_authorized;
        bool notify_acquired, write_acquired; /* the properties are there */
        unsigned notify_count;
        struct ValueSocketList notify_sockets, write_sockets;
        sd_bus_slot *acquire_write; /* while AcquireWrite() is not answered */
        GattLink *acquire_link;     /* for which it was asked */
        bool stuck;                 /* it was refused, and values wait for it all the same */
};

/* Owned by the server. */
struct GattApplication {
        TAILQ_ENTRY(GattApplication) entry;
        GattServer *server;
        char *owner, *path;
        ApplicationObjects *objects;
        DatabaseService **services; /* in the table, in the order of the objects; or NULL each */
        Provider *providers;        /* one for each object; only those of characteristics and
                                       descriptors are used */
};

typedef struct CccState {
        uint16_t handle, value;
} CccState;

/* What is remembered of a central. Owned by the server: as long as it is connected or bonded. */
struct Device {
        TAILQ_ENTRY(Device) entry;
        char *path;
        bool bonded;
        GattLink *link; /* NULL: not connected */
        CccState *cccs;
        size_t n_cccs;
        uint8_t client_features;
        bool changed;                         /* it is to be told of changed services */
        uint16_t changed_first, changed_last; /* from where to where */
        uint16_t stored_service_changed;      /* its CCC, as it is on the disk */
};

/* Owned by its user. */
struct GattLink {
        GattServer *server; /* NULL: it has left, or bluetoothd has gone */
        Device *device;     /* while server is there */
        LinkQueue *queue;
        uint16_t mtu;
};

struct GattServer {
        struct ev_loop *loop;
        const BluezBehaviour *behaviour;
        sd_bus *bus; /* borrowed; NULL: bluetoothd is not there */
        bool still;  /* it reads nothing */
        char *name;
        Database *database;
        CoreServices core;
        struct GattApplicationList applications;
        struct DeviceList devices;
        struct GattCallList calls; /* that are not answered yet */
        uint64_t last_id;
};
