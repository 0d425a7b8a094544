/* AD structures, one behind the other: what is on the air (Core Specification, Vol 3, Part C, 11).
 */
#pragma once

#include "core/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADVERTISED_UUIDS_MAX 15 /* 31 bytes hold no more */
#define PACKET_SIZE_LEGACY   31
#define PACKET_SIZE_MAX      251 /* of an extended controller */

/* AD types: Assigned Numbers, 2.3. */
enum {
        AD_FLAGS = 0x01,
        AD_NAME_SHORT = 0x08,
        AD_NAME_COMPLETE = 0x09,
        AD_TX_POWER = 0x0a,
        AD_APPEARANCE = 0x19,
        AD_RSI = 0x2e,
        AD_MANUFACTURER = 0xff,
};

typedef struct AdPacket {
        uint8_t bytes[PACKET_SIZE_MAX];
        size_t size;
} AdPacket;

/* All: -EINVAL if there is no room. */
int ad_packet_put(AdPacket *packet, const void *bytes, size_t size);
/* One structure, its contents in two pieces. */
int ad_packet_put_structure(AdPacket *packet, uint8_t type, const void *head, size_t head_size,
        const void *rest, size_t rest_size);
/* Those of one length share a structure. At most ADVERTISED_UUIDS_MAX; services: else solicited. */
int ad_packet_put_uuids(AdPacket *packet, const Uuid *uuids, size_t n, bool services);
/* Bytes of its longest structure. */
size_t ad_packet_longest(const AdPacket *packet);

/* Little-endian, in 2 or 16 bytes. Returns its size. */
size_t ad_uuid_to_air(uint8_t out[static 16], const Uuid *uuid);
/* The AD type of its service data. */
uint8_t ad_uuid_data_type(const Uuid *uuid);
