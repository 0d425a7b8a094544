/* SPORED_* variables, the names of [environment], and -o. */
#pragma once

#include "config/section.h"

/* The value of a variable, or NULL. */
const char *environment_get(char *const *environ_, const char *name);
/* Applies every SPORED_* variable, then the aliases that [environment] declares. Sources begin at
 * rank. What is wrong becomes a problem. -ENOMEM */
int environment_apply(SectionList *sections, char *const *environ_, unsigned rank, Sources *sources,
        Problems *problems);
/* Applies -o "SECTION.KEY=value", later ones over earlier ones. */
int overrides_apply(SectionList *sections, char *const *overrides, unsigned rank, Sources *sources,
        Problems *problems);
