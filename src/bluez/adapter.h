/* The adapters that BlueZ has, which one is ours, and its power and alias. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define ADAPTERS_MAX 16 /* more are not looked at; the kernel rarely has two */

typedef struct AdapterInfo {
        char *path;    /* "/org/bluez/hci0" */
        char *address; /* "AA:BB:…" */
        char *alias;
        char *modalias; /* carries BlueZ's version */
        bool is_adapter, powered, has_gatt_manager, has_advertising_manager;
} AdapterInfo;

typedef struct AdapterEvents {
        /* The chosen adapter is another one, gone, or has changed: ask adapter_chosen(). */
        void (*changed)(void *userdata);
} AdapterEvents;

typedef struct AdapterParameters {
        const char *select; /* "auto" (the lowest index), "hciN" or an address; borrowed */
        const char *alias;  /* set on the chosen one; NULL: left alone; borrowed */
        bool power_on;      /* and again, whoever switches it off */
        uint64_t call_timeout_usec;
        uint64_t retry_min_usec, retry_max_usec; /* before each attempt to power on */
} AdapterParameters;

typedef struct Adapter Adapter;

int adapter_new(Adapter **ret, struct ev_loop *loop, sd_bus *bus,
        const AdapterParameters *parameters, const AdapterEvents *events, void *userdata);
Adapter *adapter_free(Adapter *adapter);

/* What BluezClient hears of adapters; other interfaces are skipped. */
int adapter_interface_added(
        Adapter *adapter, const char *path, const char *interface, sd_bus_message *properties);
void adapter_interface_removed(Adapter *adapter, const char *path, const char *interface);
int adapter_properties_changed(
        Adapter *adapter, const char *path, const char *interface, sd_bus_message *properties);
/* BlueZ has told all adapters that it has: now one is chosen. */
void adapter_ready(Adapter *adapter);
bool adapter_listed(const Adapter *adapter);
/* BlueZ has gone, and all adapters with it. */
void adapter_clear(Adapter *adapter);

/* NULL: none fits. Borrowed until the loop turns. */
const AdapterInfo *adapter_chosen(const Adapter *adapter);
/* "hci0" of a path. */
const char *adapter_name(const AdapterInfo *info);
size_t adapter_count(const Adapter *adapter);
/* Why powering on failed, in BlueZ's words; NULL: it did not. */
const char *adapter_power_error(const Adapter *adapter);
