/* A service with what is in it. */
#pragma once

#include "config/builder.h"

/* Adds the service of this section to the profile, with its characteristics but without their
 * descriptors. What is wrong becomes a problem. -ENOMEM */
int service_build(ProfileBuilder *b, const Section *section);
