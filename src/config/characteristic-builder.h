/* A characteristic, with the descriptors that its own keys make. */
#pragma once

#include "config/builder.h"

/* Adds the characteristic of this section to the service. What is wrong becomes a problem.
 * -ENOMEM */
int characteristic_build(ProfileBuilder *b, Service *service, const Section *section);
