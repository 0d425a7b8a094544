/* Lays one file over the sections that are there. */
#pragma once

#include "config/document.h"
#include "config/section.h"

/* is_profile: the file is a profile, which cannot choose another one. What is wrong becomes a
 * problem. -ENOMEM */
int merge_document(
        SectionList *sections, const Document *document, bool is_profile, Problems *problems);
