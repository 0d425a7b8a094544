#include "sim/bluetoothd/ad-reader.h"

#include "core/advertisement.h"

#include <errno.h>
#include <string.h>

int ad_read_uuids(Uuid uuids[static ADVERTISED_UUIDS_MAX], size_t *ret_n, sd_bus_message *m) {
        const char *text;
        int r = sd_bus_message_enter_container(m, 'a', "s");

        *ret_n = 0;
        while (r >= 0 && (r = sd_bus_message_read(m, "s", &text)) > 0) {
                if (*ret_n == ADVERTISED_UUIDS_MAX || uuid_parse(&uuids[*ret_n], text) < 0)
                        return -EINVAL;
                (*ret_n)++;
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* What an entry of a dictionary of data says beside the bytes. */
typedef struct DataKey {
        uint8_t type; /* of the structure */
        uint8_t head[16];
        size_t head_size;
} DataKey;

/* m is at the key of an entry. */
static int read_data_key(DataKey *ret, char key, sd_bus_message *m) {
        const char *text;
        uint16_t number;
        Uuid uuid;
        int r;

        *ret = (DataKey){.type = AD_MANUFACTURER, .head_size = 2};
        switch (key) {
        case 'q':
                r = sd_bus_message_read(m, "q", &number);
                ret->head[0] = (uint8_t)number;
                ret->head[1] = (uint8_t)(number >> 8);
                return r;
        case 'y':
                ret->head_size = 0;
                r = sd_bus_message_read(m, "y", &ret->type);
                return r < 0 || advertised_other_type_is_free(ret->type) ? r : -EINVAL;
        default:
                r = sd_bus_message_read(m, "s", &text);
                if (r < 0 || uuid_parse(&uuid, text) < 0)
                        return -EINVAL;
                ret->head_size = ad_uuid_to_air(ret->head, &uuid);
                ret->type = ad_uuid_data_type(&uuid);
                return r;
        }
}

static int read_data_entry(AdPacket *packet, char key, sd_bus_message *m) {
        const char *type = NULL;
        const void *bytes;
        DataKey head;
        size_t n;
        int r = read_data_key(&head, key, m);

        if (r >= 0)
                r = sd_bus_message_peek_type(m, NULL, &type);
        if (r < 0 || !type || strcmp(type, "ay") != 0)
                return -EINVAL;
        r = sd_bus_message_enter_container(m, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_read_array(m, 'y', &bytes, &n);
        /* libdbus sees no byte in it, and bluetoothd then no array. */
        if (r >= 0 && n == 0)
                r = -EINVAL;
        if (r >= 0)
                r = ad_packet_put_structure(packet, head.type, head.head, head.head_size, bytes, n);
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int ad_read_data(AdPacket *packet, char key, sd_bus_message *m) {
        const char entry[] = {key, 'v', '\0'}, array[] = {'{', key, 'v', '}', '\0'};
        int r = sd_bus_message_enter_container(m, 'a', array);

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', entry)) > 0) {
                r = read_data_entry(packet, key, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}
