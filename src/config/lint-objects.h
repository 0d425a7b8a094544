/* Profiles that are larger than what BlueZ can watch. */
#pragma once

#include "config/section.h"
#include "core/profile.h"

/* bluetoothd asks the bus for the signals of each object of ours by rules of its own, and the
 * system bus allows 512 of them for a connection (max_match_rules_per_connection of dbus-daemon);
 * those that it does not get it never mentions (bluez gdbus/watch.c). Seen with BlueZ 5.82, which
 * had 512 rules then: of a service with 500 characteristics the first 241 were notified, no other.
 * Fewer than that, because other programs and adapters need rules too. */
#define LINT_OBJECTS_MAX 220

/* Warns of the first characteristic that notifies by signal behind so many services,
 * characteristics and descriptors. */
void lint_objects(const Profile *profile, const SectionList *sections, Problems *problems);
