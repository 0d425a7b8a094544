/* Writes that BlueZ has not been answered yet, each with an id. How many there may be is for
 * whoever lets them wait to say. */
#pragma once

#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct PendingWrites PendingWrites;

int pending_writes_new(PendingWrites **ret);
/* Without answers. */
PendingWrites *pending_writes_free(PendingWrites *pending);

/* Keeps the call m until it is answered, under an id that is not used again. -ENOMEM. */
int pending_writes_add(PendingWrites *pending, sd_bus_message *m, uint64_t *ret_id);
/* code 0 takes the write, an ATT code refuses it. An id that does not wait (any more) does
 * nothing. */
void pending_writes_answer(PendingWrites *pending, uint64_t id, unsigned code);
/* It is answered otherwise. */
void pending_writes_forget(PendingWrites *pending, uint64_t id);
/* bluetoothd is gone, and nobody waits for answers any more. */
void pending_writes_clear(PendingWrites *pending);
