/* UUIDs of what BlueZ serves by itself. */
#pragma once

#include "config/section.h"

/* Says of a service or a descriptor that BlueZ has one of its own; nothing of any other UUID. */
void reserved_check(const Section *section, const Uuid *uuid, Problems *problems);
