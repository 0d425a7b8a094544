/* What the profile asks for and the BlueZ that runs cannot do: said in the log by name, with what
 * happens instead. */
#pragma once

#include "core/bluez-version.h"
#include "core/profile.h"

/* To be called once for each BlueZ. */
void limitations_log(const Profile *profile, BluezVersion version);
