/* A central that reads everything and subscribes to everything. */
#pragma once

#include "sim/central/central.h"

/* Discovers anew, reads all that can be read, in order of handles, then subscribes to all that
 * notifies or indicates, and tells `NAME explored services=… characteristics=…`. -ENOTCONN,
 * -ENOMEM; else done is called once, as that of a task. */
int explore_start(Central *central, CentralDone done, void *userdata);
