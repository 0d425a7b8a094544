/* What centrals write: stored, told to local programs, or refused. */
#pragma once

#include "daemon/owner.h"

/* PeripheralEvents.write */
int centrals_write(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
        uint64_t write_id, void *userdata);

/* PeripheralEvents.descriptor_write */
void centrals_descriptor_write(const Characteristic *c, const Descriptor *d, const char *device,
        const uint8_t *data, size_t size, void *userdata);

/* PeripheralEvents.connection */
void centrals_connection(const ConnectionEvent *event, void *userdata);

/* A handler's verdict on a write, or that none came. */
extern const VerdictsEvents centrals_verdicts_events;
