#include "bluez/le-advertisement.h"

#include "bluez/names.h"

#include <errno.h>
#include <stdlib.h>

/* Owned by Peripheral. */
struct LeAdvertisement {
        sd_bus_slot *slots[2]; /* the core, and where the name comes from */
        const Advertisement *advertisement;
        const LeAdvertisementEvents *events;
        void *userdata;
};

static int method_release(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        LeAdvertisement *o = userdata;

        o->events->released(o->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int property_get_type(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", "peripheral");
}

static int property_get_service_uuids(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const LeAdvertisement *o = userdata;

        int r = sd_bus_message_open_container(reply, 'a', "s");
        for (size_t i = 0; r >= 0 && i < o->advertisement->n_services; i++) {
                char text[UUID_TEXT_SIZE];
                uuid_format(&o->advertisement->services[i], text);
                r = sd_bus_message_append(reply, "s", text);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int property_get_local_name(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const LeAdvertisement *o = userdata;

        return sd_bus_message_append(reply, "s", o->advertisement->name);
}

static int property_get_includes(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "as", 1, "local-name");
}

/* sd-bus has no optional properties, but takes several vtables for one interface. BlueZ takes a
 * name or the wish for the adapter's own, never both. */
static const sd_bus_vtable includes_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Includes", "as", property_get_includes, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable name_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("LocalName", "s", property_get_local_name, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable advertisement_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Release", "", "", method_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Type", "s", property_get_type, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY(
                "ServiceUUIDs", "as", property_get_service_uuids, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

int le_advertisement_new(LeAdvertisement **ret, sd_bus *bus, const Advertisement *advertisement,
        const LeAdvertisementEvents *events, void *userdata) {
        LeAdvertisement *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->advertisement = advertisement;
        o->events = events;
        o->userdata = userdata;
        int r = sd_bus_add_object_vtable(bus, &o->slots[0], ADVERTISEMENT_PATH, BLUEZ_ADVERTISEMENT,
                advertisement_vtable, o);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, &o->slots[1], ADVERTISEMENT_PATH,
                        BLUEZ_ADVERTISEMENT, advertisement->name ? name_vtable : includes_vtable,
                        o);
        if (r < 0) {
                le_advertisement_free(o);
                return r;
        }
        *ret = o;
        return 0;
}

LeAdvertisement *le_advertisement_free(LeAdvertisement *object) {
        if (!object)
                return NULL;
        sd_bus_slot_unref(object->slots[1]);
        sd_bus_slot_unref(object->slots[0]);
        free(object);
        return NULL;
}
