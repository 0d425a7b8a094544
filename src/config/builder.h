/* What the builders have in common: sections to the structs of their keys. */
#pragma once

#include "config/section.h"

/* A profile that is being built. All but the counters is borrowed. */
typedef struct ProfileBuilder {
        Profile *profile;
        const SectionList *sections;
        const PlainValues *plain;
        Problems *problems;
        uint64_t queue_bytes; /* of all queues so far */
        bool queues_refused;  /* once is enough */
} ProfileBuilder;

/* Reads every key of the table into values, the struct of the section's kind: as set, else the
 * default. -ENOMEM */
int builder_read_values(const Section *section, void *values);
/* True if the key is there; else that it is missing becomes a problem. */
bool builder_require(const Section *section, const char *key, Problems *problems);
/* The key uuid was given and can be compared. */
bool builder_has_uuid(const Section *section);
/* The section of this kind and name. NULL if there is none: a problem of the key, or of the section
 * where it has no such key. */
const Section *builder_find_or_refuse(const SectionList *sections, const Section *section,
        const char *key, SectionKind kind, const char *name, Problems *problems);
