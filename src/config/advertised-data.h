/* Lists of UUIDs and of bytes that an advertisement says. */
#pragma once

#include "config/builder.h"

/* Reads the key of an [advertisement] section into uuids: names of services that are declared, or
 * UUIDs. What is wrong becomes a problem. -ENOMEM */
int advertised_uuids_build(
        ProfileBuilder *b, AdvertisedUuids *uuids, const Section *section, const char *key);
/* The same of "COMPANY: BYTES" and "SERVICE: BYTES". */
int advertised_manufacturer_build(
        ProfileBuilder *b, AdvertisedData *data, const Section *section, const char *key);
int advertised_service_build(
        ProfileBuilder *b, AdvertisedData *data, const Section *section, const char *key);
int advertised_other_build(
        ProfileBuilder *b, AdvertisedData *data, const Section *section, const char *key);
