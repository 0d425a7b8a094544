/* What each part of an advertisement takes on the air: Core Specification, Supplement, Part A. */
#pragma once

#include "core/advertisement.h"

#define ADVERTISEMENT_LEGACY_MAX 31 /* of the advertising data and of the scan response, each */
#define AD_HEADER_SIZE           2  /* of each AD structure: its length and its type */
/* The kernel adds them to a broadcast too where the adapter is for LE alone, and does not look
 * whether there is room (eir_create_adv_data() in linux net/bluetooth/eir.c). */
#define AD_FLAGS_SIZE 3
/* The adapter's own name, which the kernel puts there: at most 10 bytes, and from older kernels a
 * NUL (linux net/bluetooth/eir.c). */
#define AD_ADAPTER_NAME_SIZE_MAX (AD_HEADER_SIZE + 11)

/* Bytes of all of it. */
size_t advertised_data_size(const AdvertisedData *data);
/* What item of an advertisement takes of the advertising data; 0 of what is none of it, of what
 * is not there, and of the name, whose place is not always the same. */
size_t advertisement_item_size(const Advertisement *advertisement, AdvertisementItem item);
