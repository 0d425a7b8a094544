/* What security = of a characteristic or descriptor does to its flags. */
#pragma once

#include "config/section.h"

/* The flags, with those that demand this level of what they allow. A write without response has no
 * flag of its own to protect it: it gets that of a write, and with it the write. What contradicts
 * the level, and a level with nothing to protect, becomes a problem of the section's key. */
unsigned security_apply(
        Security security, unsigned flags, const Section *section, Problems *problems);
