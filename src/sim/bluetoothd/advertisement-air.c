/* From bluez src/advertising.c (refresh_extended_adv() and what follows), src/shared/ad.c and
 * Linux net/bluetooth/eir.c. */
#include "sim/bluetoothd/advertisement-data.h"

#include <errno.h>
#include <string.h>

/* The kernel shortens an adapter's name to this, if it does not fit (eir_append_local_name()). */
#define KERNEL_NAME_MAX 10

enum { FLAG_LIMITED = 0x01, FLAG_GENERAL = 0x02, FLAG_NO_BREDR = 0x04 };

bool advertisement_data_has_own_flags(const AdvertisementData *d, BluezVersion version) {
        switch (d->discoverable) {
        case DISCOVERABLE_YES:
                return true;
        case DISCOVERABLE_NO:
                return version.minor >= 69 && (d->peripheral || version.minor < 79);
        case DISCOVERABLE_AS_ADAPTER:
                break;
        }
        return false;
}

uint8_t advertisement_data_flags(const AdvertisementData *data, const AdContext *context) {
        bool own = advertisement_data_has_own_flags(data, context->version);

        if (own && data->discoverable == DISCOVERABLE_YES)
                return (data->discoverable_timeout_s > 0 ? FLAG_LIMITED : FLAG_GENERAL) |
                       FLAG_NO_BREDR;
        if (!own && context->adapter_discoverable && data->peripheral)
                return FLAG_GENERAL | FLAG_NO_BREDR;
        return FLAG_NO_BREDR;
}

static int put_flags(AdPacket *packet, const AdvertisementData *data, const AdContext *context) {
        const uint8_t flags = advertisement_data_flags(data, context);

        return ad_packet_put_structure(packet, AD_FLAGS, &flags, 1, NULL, 0);
}

static int put_parts(AdPacket *packet, const AdPacket *parts, AdPart from, AdPart end) {
        int r = 0;

        for (AdPart i = from; i < end && r >= 0; i++)
                r = ad_packet_put(packet, parts[i].bytes, parts[i].size);
        return r;
}

/* What is too long is cut, and says so. */
static int put_name(AdPacket *packet, const char *name, size_t max) {
        size_t size = strlen(name), room = packet->size + 2 < max ? max - packet->size - 2 : 0;

        if (size == 0)
                return 0;
        return ad_packet_put_structure(packet, size > room ? AD_NAME_SHORT : AD_NAME_COMPLETE, name,
                size > room ? room : size, NULL, 0);
}

static int put_appearance(AdPacket *packet, const AdvertisementData *data) {
        const uint8_t bytes[] = {(uint8_t)data->appearance, (uint8_t)(data->appearance >> 8)};

        if (!data->has_appearance && !data->includes_appearance)
                return 0;
        return ad_packet_put_structure(packet, AD_APPEARANCE, bytes, sizeof(bytes), NULL, 0);
}

/* What nobody else can resolve: always the same here. */
static int put_rsi(AdPacket *packet, const AdvertisementData *data, const AdContext *context) {
        static const uint8_t rsi[6] = {1, 2, 3, 4, 5, 0x40};

        return data->includes_rsi && context->in_set
                       ? ad_packet_put_structure(packet, AD_RSI, rsi, sizeof(rsi), NULL, 0)
                       : 0;
}

/* The controller's own power, 0 dBm, or on an extended one what was asked for. */
static int put_tx_power(AdPacket *packet, const AdvertisementData *data, const AdContext *context) {
        const uint8_t power = context->extended && data->has_tx_power ? (uint8_t)data->tx_power : 0;

        return data->includes_tx_power
                       ? ad_packet_put_structure(packet, AD_TX_POWER, &power, 1, NULL, 0)
                       : 0;
}

/* The scan response of a connectable one on a secondary channel does not exist. */
static bool has_response(const AdvertisementData *data) {
        return !data->peripheral || !data->secondary;
}

bool ad_context_is_long(const AdContext *context) {
        return context->extended && context->version.minor >= 69;
}

static size_t size_max(const AdvertisementData *data, const AdContext *context) {
        return ad_context_is_long(context) && (data->secondary || context->version.minor >= 76)
                       ? PACKET_SIZE_MAX
                       : PACKET_SIZE_LEGACY;
}

static int write_data(AdPacket *ret, const AdvertisementData *data, const AdContext *context) {
        bool own = advertisement_data_has_own_flags(data, context->version);
        size_t max = size_max(data, context);
        int r = own ? 0 : put_flags(ret, data, context);
        size_t kernels = ret->size; /* bluetoothd does not know of them */

        if (r >= 0)
                r = put_parts(ret, data->parts, AD_PART_SERVICES, AD_PART_OTHER);
        if (r >= 0 && !has_response(data))
                r = put_name(ret, data->name, max + kernels);
        if (r >= 0)
                r = put_appearance(ret, data);
        if (r >= 0)
                r = put_rsi(ret, data, context);
        if (r >= 0)
                r = put_parts(ret, data->parts, AD_PART_OTHER, _AD_PART_MAX);
        if (r >= 0 && own)
                r = put_flags(ret, data, context);
        if (r >= 0)
                r = put_tx_power(ret, data, context);
        return r < 0 || ret->size > max ? -EMSGSIZE : 0;
}

/* The kernel leaves its own name out where it does not fit, or cuts it. */
static int put_adapter_name(AdPacket *packet, const char *name) {
        size_t size = strlen(name);

        if (packet->size + KERNEL_NAME_MAX + 2 > PACKET_SIZE_LEGACY || size == 0)
                return 0;
        return ad_packet_put_structure(packet,
                size > KERNEL_NAME_MAX ? AD_NAME_SHORT : AD_NAME_COMPLETE, name,
                size > KERNEL_NAME_MAX ? KERNEL_NAME_MAX : size, NULL, 0);
}

static int write_response(AdPacket *ret, const AdvertisementData *data, const AdContext *context) {
        size_t max = ad_context_is_long(context) ? PACKET_SIZE_MAX : PACKET_SIZE_LEGACY;
        int r = 0;

        if (!has_response(data))
                return 0;
        r = put_parts(ret, data->response, AD_PART_SERVICES, AD_PART_OTHER);
        if (r >= 0)
                r = put_name(ret, data->name, max);
        if (r >= 0)
                r = put_parts(ret, data->response, AD_PART_OTHER, _AD_PART_MAX);
        if (r >= 0 && data->includes_name)
                r = put_adapter_name(ret, context->adapter_name);
        return r < 0 || ret->size > PACKET_SIZE_LEGACY ? -EMSGSIZE : 0;
}

/* A controller takes either for a scannable one on a secondary channel: Core Specification, Vol 4,
 * Part E, 7.8.54. */
static bool has_too_many(
        const AdvertisementData *data, const AdPacket *packet, const AdPacket *response) {
        return data->secondary && packet->size > 0 && response->size > 0;
}

int advertisement_data_write(const AdvertisementData *data, const AdContext *context,
        AdPacket *ret_data, AdPacket *ret_response) {
        ret_data->size = ret_response->size = 0;
        int r = write_data(ret_data, data, context);
        if (r >= 0)
                r = write_response(ret_response, data, context);
        return r < 0 || has_too_many(data, ret_data, ret_response) ? -EMSGSIZE : 0;
}
