/* What the files of lint have in common. Each judges values and not which keys are there: what
 * --dump-config writes has all of them. */
#pragma once

#include "config/section.h"

/* Blames the key, or the section alone where the key is not in it. */
void lint_refuse(const Section *section, const char *key, const char *why, Problems *problems);
void lint_warn(const Section *section, const char *key, const char *why, Problems *problems);

/* Somebody may write it, by whatever flag. */
bool lint_is_written(const Characteristic *c);
bool lint_notifies(const Characteristic *c);
/* A write may be wrong for what it holds. */
bool lint_validates(const Characteristic *c);

void lint_flags(const Characteristic *c, const Section *section, Problems *problems);
void lint_writes(const Characteristic *c, const Section *section, Problems *problems);
void lint_pace(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems);
void lint_age(const Characteristic *c, const Section *section, Problems *problems);
/* Numbers that the Bluetooth SIG has not assigned, or to something else. */
void lint_uuid(const Uuid *uuid, const Section *section, Problems *problems);
void lint_descriptor(const Descriptor *d, const Section *section, Problems *problems);
/* Whether its description can be written, by all that says so. */
void lint_auxiliaries(const Characteristic *c, const SectionList *sections, Problems *problems);
/* What does not fit or does nothing, as far as it is known without an adapter. */
void lint_advertisements(const Profile *profile, const SectionList *sections,
        const Settings *settings, Problems *problems);
/* What the profile demands of a central, and the agent cannot reach. */
void lint_security(const Profile *profile, const SectionList *sections, const Settings *settings,
        Problems *problems);
