/* What is legal key by key, and does not fit together or is seldom meant. */
#pragma once

#include "config/section.h"
#include "config/value-sources.h"

/* A characteristic that is complete. */
void lint_characteristic(const Characteristic *c, const Section *section, const Settings *settings,
        Problems *problems);
/* A profile without an error: what its parts are to each other and to the agent, and their UUIDs.
 */
void lint_profile(const Profile *profile, const SectionList *sections, const Settings *settings,
        Problems *problems);
/* Plain keys that do nothing beside others. */
void lint_settings(const Settings *settings, const SectionList *sections, Problems *problems);
/* What [queue] says and nothing needs. profile may be NULL. */
void lint_queue(const Profile *profile, const SectionList *sections, const Settings *settings,
        Problems *problems);
/* Sources that read too seldom for max_age of what they set. */
void lint_sources(const ValueSources *sources, const SectionList *sections, Problems *problems);
