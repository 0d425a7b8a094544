/* What of a profile BlueZ and the centrals have seen, and what may be changed behind their backs:
 * for a configuration that is loaded while another one is served. */
#pragma once

#include "core/profile.h"

/* The same services, characteristics, descriptors and formats, in the same order and with the same
 * names: nothing needs to be registered anew. Initial values of characteristics and what
 * profile_take_tunables() takes may differ. */
bool profile_same_table(const Profile *a, const Profile *b);

/* Gives profile what may differ from that of `from`, whose table is the same: policies, times,
 * rates, initial values. Characteristics stay where they are. from gets the old initial values, and
 * is only good to be freed. */
void profile_take_tunables(Profile *profile, Profile *from);
/* Exchanges their advertisements. */
void profile_swap_advertisements(Profile *profile, Profile *with);
