/* The adapters that BlueZ has, which one is ours, and its power and alias. */
#pragma once

#include "bluez/adapter-info.h"

#include <ev.h>
#include <stdint.h>
#include <sys/types.h>

#define ADAPTERS_MAX 16 /* more are not looked at; the kernel rarely has two */

typedef struct AdapterEvents {
        /* The chosen adapter is another one, gone, ours now, or has changed: ask
         * adapter_chosen() and adapter_ours(). */
        void (*changed)(void *userdata);
} AdapterEvents;

typedef struct AdapterParameters {
        const char *select; /* as of adapter_choice_make(); borrowed */
        const char *alias;  /* set on the chosen one; NULL: left alone; borrowed */
        bool power_on;      /* and again, whoever switches it off */
        uint64_t wait_usec; /* for the one before, until another is taken; 0: not at all */
        uint64_t call_timeout_usec;
        uint64_t retry_min_usec, retry_max_usec; /* before each attempt to power on */
} AdapterParameters;

typedef struct Adapter Adapter;

int adapter_new(Adapter **ret, struct ev_loop *loop, sd_bus *bus,
        const AdapterParameters *parameters, const AdapterEvents *events, void *userdata);
Adapter *adapter_free(Adapter *adapter);

/* Another alias for the chosen one and for those that follow; borrowed, likewise. */
void adapter_set_alias(Adapter *adapter, const char *alias);

/* Other parameters from now on: select as before, in another place; alias is not looked at. */
void adapter_reconfigure(Adapter *adapter, const AdapterParameters *parameters);

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
/* The chosen one is claimed for this process. Only then may it be used, and only then is its power
 * and alias touched: two that serve one adapter disturb each other (pinned handles even crash
 * bluetoothd). */
bool adapter_ours(const Adapter *adapter);
/* The process that has claimed it before us; 0: not known, or it is ours. */
pid_t adapter_holder(const Adapter *adapter);
/* Once it is ours: as claim_predecessor(). */
pid_t adapter_predecessor(const Adapter *adapter);
size_t adapter_count(const Adapter *adapter);
/* Why powering on failed, in BlueZ's words; NULL: it did not. */
const char *adapter_power_error(const Adapter *adapter);
/* The name of the one that is waited for before another is taken; NULL: none is. */
const char *adapter_awaited(const Adapter *adapter);
