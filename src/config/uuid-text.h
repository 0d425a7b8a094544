/* UUIDs as files write them. */
#pragma once

#include "config/keys.h"

/* 36 characters, 4 or 8 hex digits, or a name that the Bluetooth SIG has assigned to a thing of
 * this kind (SECTION_SERVICE, SECTION_CHARACTERISTIC or SECTION_DESCRIPTOR). -EINVAL otherwise. */
int uuid_text_parse(Uuid *ret, SectionKind kind, const char *text);
/* Says why a text is none, and what would have been. */
void uuid_text_explain(SectionKind kind, const char *text, char why[static KEY_WHY_SIZE]);
