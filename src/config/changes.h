/* What differs between the sections of two configurations. */
#pragma once

#include "config/section.h"

/* Adds to *changes, which starts as {}. As texts: what is written in another way and means the same
 * differs. -ENOMEM */
int changes_find(ConfigChanges *changes, const SectionList *running, const SectionList *loaded);
/* Sets in loaded what needs a restart as it is in running. -ENOMEM */
int changes_keep(SectionList *loaded, const SectionList *running);
