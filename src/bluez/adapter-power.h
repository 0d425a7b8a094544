/* Switches the adapter on, again and again, where that is wanted. */
#pragma once

#include "bluez/adapter-info.h"

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct AdapterPower AdapterPower;

typedef struct AdapterPowerParameters {
        bool wanted;
        uint64_t call_timeout_usec;
        uint64_t retry_min_usec, retry_max_usec;
} AdapterPowerParameters;

typedef struct AdapterPowerEvents {
        /* An attempt has ended; there may be another error. */
        void (*tried)(void *userdata);
} AdapterPowerEvents;

int adapter_power_new(AdapterPower **ret, struct ev_loop *loop, sd_bus *bus,
        const AdapterPowerParameters *parameters, const AdapterPowerEvents *events, void *userdata);
AdapterPower *adapter_power_free(AdapterPower *power);
/* From the next attempt on; adapter_power_keep() follows. */
void adapter_power_reconfigure(AdapterPower *power, const AdapterPowerParameters *parameters);

/* How it stands with the adapter that is used, borrowed until adapter_power_forget(); NULL: there
 * is none. ours: it may be switched. */
void adapter_power_keep(AdapterPower *power, const AdapterInfo *adapter, bool ours);
/* Another adapter is used from now on, or none. */
void adapter_power_forget(AdapterPower *power);
/* Why the last attempt failed; NULL: nothing is wrong. */
const char *adapter_power_error_text(const AdapterPower *power);
