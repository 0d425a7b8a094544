/* What the builders have in common: sections to the structs of their keys. */
#pragma once

#include "config/section.h"

/* Reads every key of the table into values, the struct of the section's kind: as set, else the
 * default. -ENOMEM */
int builder_read_values(const Section *section, void *values);
/* True if the key is there; else that it is missing becomes a problem. */
bool builder_require(const Section *section, const char *key, Problems *problems);
/* The section of this kind and name. NULL if there is none: a problem of the key, or of the section
 * where it has no such key. */
const Section *builder_find_or_refuse(const SectionList *sections, const Section *section,
        const char *key, SectionKind kind, const char *name, Problems *problems);
