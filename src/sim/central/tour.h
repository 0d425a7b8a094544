/* A central that connects, explores, and does it again when it was cut. */
#pragma once

#include "sim/central/central.h"

/* For the central's life. -EBUSY: it is on a tour. */
int tour_start(Central *central);
