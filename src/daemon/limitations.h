/* What the profile asks for and the BlueZ that runs cannot do: said in the log by name, with what
 * happens instead; and what is known of that one from no test. */
#pragma once

#include "core/advertisement-plan.h"
#include "core/bluez-version.h"
#include "core/profile.h"

/* To be called once for each BlueZ and profile. What is about the version alone is said once, until
 * another is there. */
void limitations_log(const Profile *profile, BluezVersion version);
/* What of one, which is called so, the plan leaves out or BlueZ and the adapter do not take, and a
 * power that is another than was wished. */
void limitations_log_advertisement(const char *title, const Advertisement *advertisement,
        const AdvertisementPlan *plan, BluezVersion version);
