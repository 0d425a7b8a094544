/* [advertisement] and [advertisement NAME]. */
#pragma once

#include "config/builder.h"

/* Fills the plain advertisement of the profile and adds the others that are switched on. What is
 * wrong becomes a problem. -ENOMEM */
int advertisements_build(ProfileBuilder *b);
