#include "sim/bluetoothd/ad-packet.h"

#include "util/cleanup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const struct {
        size_t size; /* of a UUID */
        uint8_t services, solicited, data;
} uuid_types[] = {
        {2, 0x03, 0x14, 0x16},
        {16, 0x07, 0x15, 0x21},
};

/* Of 36 characters bluetoothd shortens only those of 16 bits (bt_string_to_uuid()). */
static size_t uuid_row(const Uuid *uuid) {
        return uuid_size(uuid) == 2 ? 0 : 1;
}

int ad_packet_put(AdPacket *packet, const void *bytes, size_t size) {
        if (size > sizeof(packet->bytes) - packet->size)
                return -EINVAL;
        if (size > 0)
                memcpy(packet->bytes + packet->size, bytes, size);
        packet->size += size;
        return 0;
}

int ad_packet_put_structure(AdPacket *packet, uint8_t type, const void *head, size_t head_size,
        const void *rest, size_t rest_size) {
        const uint8_t begin[] = {(uint8_t)(1 + head_size + rest_size), type};

        if (1 + head_size + rest_size > UINT8_MAX)
                return -EINVAL;
        int r = ad_packet_put(packet, begin, sizeof(begin));
        if (r >= 0)
                r = ad_packet_put(packet, head, head_size);
        return r < 0 ? r : ad_packet_put(packet, rest, rest_size);
}

size_t ad_uuid_to_air(uint8_t out[static 16], const Uuid *uuid) {
        size_t size = uuid_types[uuid_row(uuid)].size, end = size == 16 ? 16 : 4;

        for (size_t i = 0; i < size; i++)
                out[i] = uuid->bytes[end - 1 - i];
        return size;
}

int ad_packet_put_uuids(AdPacket *packet, const Uuid *uuids, size_t n, bool services) {
        int r = 0;

        for (size_t row = 0; row < ELEMENTS(uuid_types) && r >= 0; row++) {
                uint8_t air[ADVERTISED_UUIDS_MAX * 16];
                size_t size = 0;

                for (size_t i = 0; i < n; i++)
                        if (uuid_row(&uuids[i]) == row)
                                size += ad_uuid_to_air(air + size, &uuids[i]);
                if (size > 0)
                        r = ad_packet_put_structure(packet,
                                services ? uuid_types[row].services : uuid_types[row].solicited,
                                air, size, NULL, 0);
        }
        return r;
}

uint8_t ad_uuid_data_type(const Uuid *uuid) {
        return uuid_types[uuid_row(uuid)].data;
}

size_t ad_packet_longest(const AdPacket *packet) {
        size_t longest = 0;

        for (size_t at = 0; at < packet->size; at += 1U + packet->bytes[at])
                if (1U + packet->bytes[at] > longest)
                        longest = 1U + packet->bytes[at];
        return longest;
}
