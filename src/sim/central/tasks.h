/* What a central asks for, and the event that tells of the answer. */
#pragma once

#include "sim/central/central.h"

/* All return 0, -ENOTCONN or -ENOMEM; only after 0 done is called: r is 0 also if the server has
 * refused, which is told too; -ENOTCONN: the link has ended; -ECANCELED: the program ends. */
/* `NAME read WHAT value=… hex=…` */
int task_read(Central *central, const Target *target, CentralDone done, void *userdata);
/* One request; tells the offset if it is not 0. */
int task_read_once(
        Central *central, const Target *target, uint16_t offset, CentralDone done, void *userdata);
/* `NAME wrote WHAT value=… hex=…` */
int task_write(Central *central, const Target *target, const uint8_t *data, size_t size,
        CentralDone done, void *userdata);
/* Writes the CCC of a characteristic. told is "subscribed", "unsubscribed", or "ccc", whose event
 * has the value. */
int task_write_ccc(Central *central, const Target *target, const char *told, uint16_t value,
        CentralDone done, void *userdata);
/* `NAME ccc WHAT value=1` */
int task_read_ccc(Central *central, const Target *target, CentralDone done, void *userdata);
