/* UUIDs of what BlueZ serves by itself, and of declarations. */
#pragma once

#include "config/section.h"

/* Says of a service or a descriptor that BlueZ has one of its own, and of a characteristic or a
 * descriptor that it is the type of a declaration; nothing of any other UUID. */
void reserved_check(const Section *section, const Uuid *uuid, Problems *problems);
