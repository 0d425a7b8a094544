/* The flags of characteristics and descriptors that a version of BlueZ knows. One that it does not
 * know and it refuses the whole application (src/gatt-database.c). */
#pragma once

#include "core/bluez-version.h"

/* Bits of Characteristic.flags. */
unsigned known_flags(const BluezTraits *traits);
