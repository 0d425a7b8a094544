/* Which attribute handle each object of a profile is to have: the same wherever and whenever the
 * profile is loaded, so that what a phone remembers of the table stays true. */
#pragma once

#include "core/profile.h"

/* BlueZ's own services have the low ones. */
#define HANDLE_BASE_MIN 0x0020
#define HANDLE_BASE_MAX 0xff00
/* BlueZ before 5.76 takes no characteristic whose value has 0xffff. */
#define HANDLE_LAST 0xfffe

/* How many handles BlueZ needs for a service (bluez src/gatt-database.c): its declaration, its
 * includes, and for each characteristic its declaration, its value, the configuration (0x2902) if
 * it notifies or indicates, the extended properties (0x2900) if it has any, its descriptors. */
size_t handle_map_count(const Service *service);

/* Gives the first service of the profile the handle base, and everything behind it the next ones
 * without a gap: that of a characteristic is its value's. -ERANGE if they do not reach; the first
 * service that has no whole room then has the handle 0, and so have all behind it. */
int handle_map_assign(Profile *profile, uint16_t base);
