/* The plain sections as values. */
#pragma once

#include "config/section.h"

/* Fills *values from what is set and from the defaults, and checks what keys say together.
 * -ENOMEM */
int settings_build(PlainValues *values, const SectionList *sections, Problems *problems);
void settings_clear(PlainValues *values);
