#include "bluez/le-advertisement.h"

#include "bluez/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct LeAdvertisement {
        sd_bus *bus;
        sd_bus_slot *slots[2], *name_slots[2]; /* at each path: the core, and the name */
        const Advertisement *advertisement;
        char *name; /* NULL: the adapter's own */
        const LeAdvertisementEvents *events;
        void *userdata;
};

static int method_release(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        LeAdvertisement *o = userdata;

        o->events->released(
                strcmp(sd_bus_message_get_path(m), ADVERTISEMENT_PATH) != 0, o->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

static int property_get_type(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        return sd_bus_message_append(reply, "s", "peripheral");
}

static int property_get_discoverable(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const LeAdvertisement *o = userdata;

        return sd_bus_message_append(reply, "b", o->advertisement->discoverable);
}

static int property_get_service_uuids(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const LeAdvertisement *o = userdata;

        int r = sd_bus_message_open_container(reply, 'a', "s");
        for (size_t i = 0; r >= 0 && i < o->advertisement->data.services.n; i++) {
                char text[UUID_TEXT_SIZE];
                uuid_format(&o->advertisement->data.services.items[i], text);
                r = sd_bus_message_append(reply, "s", text);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int property_get_local_name(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        const LeAdvertisement *o = userdata;

        return sd_bus_message_append(reply, "s", o->name);
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
        SD_BUS_PROPERTY(
                "Discoverable", "b", property_get_discoverable, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

static int export_name(LeAdvertisement *o) {
        char path[ADVERTISEMENT_PATH_MAX];
        int r = 0;

        for (unsigned side = 0; r >= 0 && side < 2; side++) {
                advertisement_path(0, side, path);
                o->name_slots[side] = sd_bus_slot_unref(o->name_slots[side]);
                r = sd_bus_add_object_vtable(o->bus, &o->name_slots[side], path,
                        BLUEZ_ADVERTISEMENT, o->name ? name_vtable : includes_vtable, o);
        }
        return r;
}

int le_advertisement_set_name(LeAdvertisement *o, const char *name) {
        size_t size = strlen(name);
        if (size == 0 || size > ADVERTISEMENT_NAME_MAX)
                return -EINVAL;
        char *copy = strdup(name);
        if (!copy)
                return -ENOMEM;

        bool first = !o->name;
        free(o->name);
        o->name = copy;
        return first ? export_name(o) : 0;
}

static int export(LeAdvertisement *o) {
        char path[ADVERTISEMENT_PATH_MAX];
        int r = 0;

        for (unsigned side = 0; r >= 0 && side < 2; side++) {
                advertisement_path(0, side, path);
                r = sd_bus_add_object_vtable(o->bus, &o->slots[side], path, BLUEZ_ADVERTISEMENT,
                        advertisement_vtable, o);
        }
        if (r >= 0 && !o->advertisement->name)
                return export_name(o);
        return r >= 0 ? le_advertisement_set_name(o, o->advertisement->name) : r;
}

int le_advertisement_new(LeAdvertisement **ret, sd_bus *bus, const Advertisement *advertisement,
        const LeAdvertisementEvents *events, void *userdata) {
        LeAdvertisement *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->bus = sd_bus_ref(bus);
        o->advertisement = advertisement;
        o->events = events;
        o->userdata = userdata;
        int r = export(o);
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
        for (unsigned side = 0; side < 2; side++) {
                sd_bus_slot_unref(object->name_slots[side]);
                sd_bus_slot_unref(object->slots[side]);
        }
        sd_bus_unref(object->bus);
        free(object->name);
        free(object);
        return NULL;
}

const char *le_advertisement_name(const LeAdvertisement *object) {
        return object->name;
}
