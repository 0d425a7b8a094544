/* The configuration in effect, as INI. */
#pragma once

#include "config/section.h"

#include <stdio.h>

/* Writes every key with where it comes from. */
void dump_sections(const SectionList *sections, FILE *out);
