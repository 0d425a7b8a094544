/* The simulated bluetoothd: its name on the bus, its adapters and devices, and what is registered
 * with it. */
#pragma once

#include "sim/behaviour.h"
#include "sim/gatt/gatt-server.h"
#include "sim/script.h"

#include <ev.h>

typedef struct Bluez Bluez;

/* What a scanning central hears of one adapter. */
typedef struct Heard {
        const char *address; /* of the adapter */
        const char *name;    /* the local name that is advertised, or NULL */
        const Uuid *services;
        size_t n_services;
        uint8_t flags; /* the AD type 0x01 */
        bool connectable;
        const uint8_t *data, *response; /* the advertising data and the scan response, as bytes */
        size_t data_size, response_size;
} Heard;

typedef struct BluezEvents {
        /* What bluez_heard() says has changed. */
        void (*heard)(void *userdata);
        /* Every link of centrals is cut: reason is an HCI code. Close them; bluez_disconnected()
         * need not be said. */
        void (*links_cut)(uint8_t reason, void *userdata);
        /* The link of one device is cut, as Device1.Disconnect() asks. */
        void (*link_cut)(const char *address, uint8_t reason, void *userdata);
        /* The bus has gone, and bluetoothd with it. Told from the loop: the Bluez may be freed. */
        void (*lost)(void *userdata);
} BluezEvents;

typedef struct BluezParameters {
        const char *bus_address;
        const BluezBehaviour *behaviour;
        GattServer *server;
        bool bare; /* no adapter and no name until the script says so; else hci0, powered on */
} BluezParameters;

/* parameters' members are borrowed for its life. -EEXIST: org.bluez has an owner already. -EINVAL:
 * bus_address is none. Otherwise the errno of the bus. */
int bluez_new(Bluez **ret, struct ev_loop *loop, const BluezParameters *parameters,
        const BluezEvents *events, void *userdata);
Bluez *bluez_free(Bluez *bluez);

/* The first advertisement on a powered adapter that has this name and this service (NULL: any);
 * NULL: none. Borrowed until the loop turns. */
const Heard *bluez_heard(const Bluez *bluez, const char *name, const Uuid *service);

/* A central has connected: its Device1 appears, or says Connected again. Writes the object's path
 * and whether the device is bonded. -ENOTCONN: nothing is on the air; -EALREADY: a central is
 * connected with this address. */
int bluez_connected(
        Bluez *bluez, const char *address, char *ret_path, size_t size, bool *ret_bonded);
/* It has left; reason is an HCI code. */
void bluez_disconnected(Bluez *bluez, const char *address, uint8_t reason);
/* It wants to pair (Just Works). answer's error is the SMP code, 0: bonded. Told from the loop;
 * never once the link has ended. */
void bluez_pair(Bluez *bluez, const char *address, GattAnswer answer, void *userdata);

/* Commands of a script that are not of a central; userdata is the Bluez. */
extern const Command bluez_commands[];
