/* The configuration in effect, as INI. */
#pragma once

#include "config/section.h"
#include "core/profile.h"

#include <stdio.h>

/* Writes every key with where it comes from, and behind the sections of what is served, as a
 * comment, the handle that it is to have. The profile is NULL if nothing is served. */
void dump_sections(const SectionList *sections, const Profile *profile, FILE *out);
