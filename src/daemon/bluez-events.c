#include "bluez/names.h"
#include "daemon/peripheral-owner.h"
#include "util/log.h"

#include <string.h>

static void on_appeared(const char *owner, void *userdata) {
        Peripheral *p = userdata;

        log_info("bluetoothd is there (%s)", owner);
        int r = serving_set_owner(p->serving, owner);
        if (r >= 0)
                r = pulse_set_owner(p->pulse, owner);
        if (r < 0)
                log_error("notifications cannot be sent: %s", strerror(-r));
        p->events->changed(p->userdata);
}

static void on_vanished(void *userdata) {
        Peripheral *p = userdata;

        log_info("bluetoothd is not there");
        (void)serving_set_owner(p->serving, NULL);
        (void)pulse_set_owner(p->pulse, NULL);
        adapter_clear(p->adapter);
        devices_clear(p->devices);
        advertising_set_centrals(p->advertising, 0);
}

static void on_ready(void *userdata) {
        Peripheral *p = userdata;

        adapter_ready(p->adapter);
}

static void on_not_listed(void *userdata) {
        Peripheral *p = userdata;

        p->events->changed(p->userdata);
}

static bool is_device(const char *interface) {
        return strcmp(interface, BLUEZ_DEVICE) == 0;
}

static int on_interface_added(
        const char *path, const char *interface, sd_bus_message *properties, void *userdata) {
        Peripheral *p = userdata;

        if (is_device(interface)) {
                int r = devices_added(p->devices, path, properties);
                serving_device_changed(p->serving, path);
                return r;
        }
        return adapter_interface_added(p->adapter, path, interface, properties);
}

static void on_interface_removed(const char *path, const char *interface, void *userdata) {
        Peripheral *p = userdata;

        if (is_device(interface)) {
                /* First what it was subscribed to, while its address is known. */
                serving_device_removed(p->serving, path);
                devices_removed(p->devices, path);
        } else {
                adapter_interface_removed(p->adapter, path, interface);
        }
}

static int on_properties_changed(
        const char *path, const char *interface, sd_bus_message *properties, void *userdata) {
        Peripheral *p = userdata;

        if (is_device(interface)) {
                int r = devices_changed(p->devices, path, properties);
                serving_device_changed(p->serving, path);
                return r;
        }
        return adapter_properties_changed(p->adapter, path, interface, properties);
}

static void on_device_disconnected(const char *path, const char *reason, void *userdata) {
        Peripheral *p = userdata;

        devices_disconnecting(p->devices, path, reason);
}

const BluezClientEvents peripheral_client_events = {
        .appeared = on_appeared,
        .vanished = on_vanished,
        .ready = on_ready,
        .not_listed = on_not_listed,
        .interface_added = on_interface_added,
        .interface_removed = on_interface_removed,
        .properties_changed = on_properties_changed,
        .device_disconnected = on_device_disconnected,
};

/* Its subscriptions end before it is told as gone. */
static void on_left(Peripheral *p, const char *device) {
        const Device *d = devices_find(p->devices, device);

        if (d)
                serving_device_changed(p->serving, d->path);
        serving_link_ended(p->serving, device);
}

/* The notifier cuts by the MTUs of the links that there are. */
static void on_device_event(const ConnectionEvent *event, void *userdata) {
        Peripheral *p = userdata;

        switch (event->kind) {
        case CONNECTION_MTU:
                serving_note_mtu(p->serving, event->device, event->mtu);
                break;
        case CONNECTION_DISCONNECTED:
                on_left(p, event->device);
                break;
        case CONNECTION_ADDRESS:
                serving_link_renamed(p->serving, event->was, event->device);
                break;
        case CONNECTION_CONNECTED:
        case CONNECTION_BONDED:
        case CONNECTION_SUBSCRIBED:
        case CONNECTION_UNSUBSCRIBED:
        case _CONNECTION_EVENT_KIND_MAX:
                break;
        }
        p->events->connection(event, p->userdata);
        advertising_set_centrals(p->advertising, devices_connected(p->devices));
}

const DevicesEvents peripheral_devices_events = {
        .event = on_device_event,
};

static void on_pulse_changed(void *userdata) {
        Peripheral *p = userdata;

        bluez_client_set_silent(p->client, pulse_silent_usec(p->pulse) > 0);
        peripheral_update(p);
}

const PulseEvents peripheral_pulse_events = {
        .changed = on_pulse_changed,
};
