/* The sections [source NAME]: what sporesense reads and sets. */
#pragma once

#include "config/section.h"

typedef struct ValueSources {
        ValueSource *items;
        size_t n;
} ValueSources;

/* Builds what is switched on. Targets are looked up in profile, which may be NULL; a target that is
 * switched off leaves its source out. What is wrong becomes a problem. -ENOMEM */
int value_sources_build(ValueSources *sources, const SectionList *sections, const Profile *profile,
        Problems *problems);
void value_sources_clear(ValueSources *sources);
