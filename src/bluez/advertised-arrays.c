#include "bluez/advertised-arrays.h"

int advertised_append_uuids(sd_bus_message *m, const AdvertisedUuids *uuids) {
        int r = sd_bus_message_open_container(m, 'a', "s");

        for (size_t i = 0; r >= 0 && i < uuids->n; i++) {
                char text[UUID_TEXT_SIZE];
                uuid_format(&uuids->items[i], text);
                r = sd_bus_message_append(m, "s", text);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* The variant of an entry, and its end. */
static int append_bytes(sd_bus_message *m, const uint8_t *data, size_t size) {
        int r = sd_bus_message_open_container(m, 'v', "ay");

        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int advertised_append_manufacturer(sd_bus_message *m, const AdvertisedData *data) {
        int r = sd_bus_message_open_container(m, 'a', "{qv}");

        for (size_t i = 0; r >= 0 && i < data->n_manufacturer; i++) {
                const ManufacturerData *d = &data->manufacturer[i];
                r = sd_bus_message_open_container(m, 'e', "qv");
                if (r >= 0)
                        r = sd_bus_message_append(m, "q", d->company);
                if (r >= 0)
                        r = append_bytes(m, d->data, d->size);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int advertised_append_service(sd_bus_message *m, const AdvertisedData *data) {
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        for (size_t i = 0; r >= 0 && i < data->n_service; i++) {
                const ServiceData *d = &data->service[i];
                char text[UUID_TEXT_SIZE];
                uuid_format(&d->uuid, text);
                r = sd_bus_message_open_container(m, 'e', "sv");
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", text);
                if (r >= 0)
                        r = append_bytes(m, d->data, d->size);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int advertised_append_other(sd_bus_message *m, const AdvertisedData *data) {
        int r = sd_bus_message_open_container(m, 'a', "{yv}");

        for (size_t i = 0; r >= 0 && i < data->n_other; i++) {
                const OtherData *d = &data->other[i];
                r = sd_bus_message_open_container(m, 'e', "yv");
                if (r >= 0)
                        r = sd_bus_message_append(m, "y", d->type);
                if (r >= 0)
                        r = append_bytes(m, d->data, d->size);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}
