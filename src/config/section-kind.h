/* The kinds of sections that a file may have. */
#pragma once

#include <stdbool.h>

typedef enum SectionKind {
        SECTION_DAEMON,
        SECTION_BLUEZ,
        SECTION_AGENT,
        SECTION_QUEUE,
        SECTION_SOCKET,
        SECTION_PERSIST,
        SECTION_METRICS,
        SECTION_LIMITS,
        SECTION_ADVERTISEMENT, /* plain, and others that have names */
        SECTION_ENVIRONMENT,   /* keys are names of variables, not in the table */
        SECTION_SERVICE,       /* from here on sections have names */
        SECTION_CHARACTERISTIC,
        SECTION_FIELDS, /* keys are names of fields, not in the table */
        SECTION_DESCRIPTOR,
        SECTION_SOURCE, /* read by sporesense */
        _SECTION_KIND_MAX,
} SectionKind;

const char *section_kind_name(SectionKind kind);
/* _SECTION_KIND_MAX if it is none. */
SectionKind section_kind_from_name(const char *name);
/* It always has one: there is no plain section of this kind. */
bool section_kind_has_name(SectionKind kind);
/* It has one, or may have. */
bool section_kind_may_have_name(SectionKind kind);
/* Its keys are free names: environment and fields. */
bool section_kind_has_free_keys(SectionKind kind);
