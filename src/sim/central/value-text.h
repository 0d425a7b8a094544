/* The bytes of a value as a person reads them. */
#pragma once

#include "core/format.h"

/* "co2_ppm=450 ppm, temperature_c=22.5"; if single is set the one field without its name: "21.40
 * celsius". data is never NULL. Owned by the caller; NULL: these bytes are none of the format's, or
 * there is no memory. */
char *value_text(const Format *format, bool single, const uint8_t *data, size_t size);
