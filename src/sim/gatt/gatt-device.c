#include "sim/gatt/gatt-device.h"

#include "sim/gatt/gatt-calls.h"
#include "sim/gatt/subscription.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

Device *gatt_device_find(const GattServer *server, const char *path) {
        Device *device;

        for (device = TAILQ_FIRST(&server->devices); device; device = TAILQ_NEXT(device, entry))
                if (strcmp(device->path, path) == 0)
                        return device;
        return NULL;
}

int gatt_device_get(Device **ret, GattServer *server, const char *path) {
        Device *device = gatt_device_find(server, path);

        if (!device) {
                device = calloc(1, sizeof(*device));
                if (!device)
                        return -ENOMEM;
                device->path = strdup(path);
                if (!device->path) {
                        free(device);
                        return -ENOMEM;
                }
                TAILQ_INSERT_TAIL(&server->devices, device, entry);
        }
        *ret = device;
        return 0;
}

void gatt_device_drop(GattServer *server, Device *device) {
        if (device->link || device->bonded)
                return;
        TAILQ_REMOVE(&server->devices, device, entry);
        free(device->cccs);
        free(device->path);
        free(device);
}

static void end_link(GattServer *server, GattLink *link) {
        gatt_calls_drop_link(server, link);
        link_queue_close(link->queue);
        link->server = NULL;
        link->device = NULL;
}

void gatt_device_leave(GattServer *server, Device *device) {
        GattLink *link = device->link;

        if (!link)
                return;
        subscription_leave(server, device);
        end_link(server, link);
        gatt_device_drop(server, device);
}

void gatt_device_cut(GattServer *server, Device *device) {
        GattLink *link = device->link;

        device->n_cccs = 0;
        device->client_features = 0;
        device->changed = false;
        device->link = NULL;
        if (link)
                end_link(server, link);
        gatt_device_drop(server, device);
}
