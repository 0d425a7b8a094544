#include "bluez/le-advertisement.h"

#include "bluez/advertised-arrays.h"
#include "bluez/names.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONAL_MAX 24

/* Owned by Advertising. */
struct LeAdvertisement {
        sd_bus *bus;
        char *path;
        unsigned side;
        const LeAdvertisementContent *content;
        sd_bus_slot *slot;                /* what is always there */
        sd_bus_slot *slots[OPTIONAL_MAX]; /* NULL: it has nothing to say */
        const LeAdvertisementEvents *events;
        void *userdata;
};

static int method_release(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        LeAdvertisement *o = userdata;

        o->events->released(o->side, o->userdata);
        return sd_bus_reply_method_return(m, NULL);
}

#define GETTER(name)                                                                               \
        static int name(sd_bus *bus, const char *path, const char *interface,                      \
                const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error)

static const Advertisement *said(const void *userdata) {
        const LeAdvertisement *o = userdata;

        return o->content->advertisement;
}

static bool is_broadcast(const LeAdvertisementContent *c) {
        return c->beacon || c->advertisement->type == ADVERTISEMENT_BROADCAST;
}

GETTER(property_get_type) {
        const LeAdvertisement *o = userdata;

        return sd_bus_message_append(
                reply, "s", is_broadcast(o->content) ? "broadcast" : "peripheral");
}

GETTER(property_get_services) {
        return advertised_append_uuids(reply, &said(userdata)->data.services);
}

GETTER(property_get_manufacturer_data) {
        return advertised_append_manufacturer(reply, &said(userdata)->data);
}

GETTER(property_get_solicit) {
        return advertised_append_uuids(reply, &said(userdata)->data.solicit);
}

GETTER(property_get_service_data) {
        return advertised_append_service(reply, &said(userdata)->data);
}

GETTER(property_get_data) {
        return advertised_append_other(reply, &said(userdata)->data);
}

GETTER(property_get_response_services) {
        return advertised_append_uuids(reply, &said(userdata)->response.services);
}

GETTER(property_get_response_manufacturer_data) {
        return advertised_append_manufacturer(reply, &said(userdata)->response);
}

GETTER(property_get_response_solicit) {
        return advertised_append_uuids(reply, &said(userdata)->response.solicit);
}

GETTER(property_get_response_service_data) {
        return advertised_append_service(reply, &said(userdata)->response);
}

GETTER(property_get_response_data) {
        return advertised_append_other(reply, &said(userdata)->response);
}

GETTER(property_get_discoverable) {
        return sd_bus_message_append(reply, "b", said(userdata)->discoverable);
}

static int append_seconds(sd_bus_message *reply, uint64_t usec) {
        return sd_bus_message_append(reply, "q", (uint16_t)(usec / USEC_PER_SEC));
}

GETTER(property_get_discoverable_timeout) {
        return append_seconds(reply, said(userdata)->discoverable_timeout_usec);
}

/* item is there, and neither left out nor passed over. */
static bool says(const LeAdvertisementContent *c, AdvertisementItem item) {
        return (c->plan.ignored & item) == 0 &&
               advertisement_plan_says(&c->plan, c->advertisement, item);
}

static bool includes_name(const LeAdvertisementContent *c) {
        return !c->name && says(c, ADVERTISEMENT_ITEM_NAME);
}

static bool includes_tx_power(const LeAdvertisementContent *c) {
        return says(c, ADVERTISEMENT_ITEM_INCLUDE_TX_POWER);
}

static bool includes_rsi(const LeAdvertisementContent *c) {
        return says(c, ADVERTISEMENT_ITEM_INCLUDE_RSI);
}

GETTER(property_get_includes) {
        const LeAdvertisement *o = userdata;

        int r = sd_bus_message_open_container(reply, 'a', "s");
        if (r >= 0 && includes_name(o->content))
                r = sd_bus_message_append(reply, "s", "local-name");
        if (r >= 0 && includes_tx_power(o->content))
                r = sd_bus_message_append(reply, "s", "tx-power");
        if (r >= 0 && includes_rsi(o->content))
                r = sd_bus_message_append(reply, "s", "rsi");
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

GETTER(property_get_local_name) {
        const LeAdvertisement *o = userdata;

        return sd_bus_message_append(reply, "s", o->content->name);
}

GETTER(property_get_appearance) {
        return sd_bus_message_append(reply, "q", said(userdata)->appearance);
}

GETTER(property_get_duration) {
        return append_seconds(reply, said(userdata)->duration_usec);
}

GETTER(property_get_timeout) {
        return append_seconds(reply, said(userdata)->timeout_usec);
}

GETTER(property_get_secondary_channel) {
        return sd_bus_message_append(
                reply, "s", secondary_channel_name(said(userdata)->secondary_channel));
}

static int append_milliseconds(sd_bus_message *reply, uint64_t usec) {
        return sd_bus_message_append(reply, "u", (uint32_t)(usec / USEC_PER_MSEC));
}

GETTER(property_get_min_interval) {
        return append_milliseconds(reply, said(userdata)->interval_min_usec);
}

GETTER(property_get_max_interval) {
        return append_milliseconds(reply, said(userdata)->interval_max_usec);
}

GETTER(property_get_tx_power) {
        const LeAdvertisement *o = userdata;

        return sd_bus_message_append(reply, "n", o->content->plan.tx_power);
}

/* What it gets to read stays what was wished: the next adapter may do better. */
static int property_set_tx_power(sd_bus *bus, const char *path, const char *interface,
        const char *property, sd_bus_message *value, void *userdata, sd_bus_error *error) {
        LeAdvertisement *o = userdata;
        int16_t dbm;

        int r = sd_bus_message_read(value, "n", &dbm);
        if (r >= 0)
                o->events->power_told(dbm, o->userdata);
        return r;
}

static bool has_response_services(const LeAdvertisementContent *c) {
        return c->advertisement->response.services.n > 0;
}

static bool has_response_manufacturer_data(const LeAdvertisementContent *c) {
        return c->advertisement->response.n_manufacturer > 0;
}

static bool has_response_solicit(const LeAdvertisementContent *c) {
        return c->advertisement->response.solicit.n > 0;
}

static bool has_response_service_data(const LeAdvertisementContent *c) {
        return c->advertisement->response.n_service > 0;
}

static bool has_response_data(const LeAdvertisementContent *c) {
        return c->advertisement->response.n_other > 0;
}

/* BlueZ refuses a broadcast that says either, 5.69 to 5.78 a no too. */
static bool has_discoverable(const LeAdvertisementContent *c) {
        return !is_broadcast(c);
}

/* Not 0: until 5.72 that ended being discoverable at once (c58a4d9f7). */
static bool has_discoverable_timeout(const LeAdvertisementContent *c) {
        return !is_broadcast(c) && c->advertisement->discoverable &&
               c->advertisement->discoverable_timeout_usec > 0;
}

/* BlueZ takes a name or the wish for the adapter's own, never both. */
static bool has_includes(const LeAdvertisementContent *c) {
        return includes_name(c) || includes_tx_power(c) || includes_rsi(c);
}

static bool has_local_name(const LeAdvertisementContent *c) {
        return c->name != NULL;
}

static bool has_duration(const LeAdvertisementContent *c) {
        return c->advertisement->duration_usec > 0;
}

static bool has_timeout(const LeAdvertisementContent *c) {
        return c->advertisement->timeout_usec > 0;
}

/* sd-bus has no optional properties, but takes several vtables for one interface: one for each. */
#define VTABLE(name, property)                                                                     \
        static const sd_bus_vtable name[] = {SD_BUS_VTABLE_START(0), property, SD_BUS_VTABLE_END}

#define READ_ONLY(name, text, signature)                                                           \
        VTABLE(vtable_##name, SD_BUS_PROPERTY(text, signature, property_get_##name, 0, 0))

READ_ONLY(services, "ServiceUUIDs", "as");
READ_ONLY(manufacturer_data, "ManufacturerData", "a{qv}");
READ_ONLY(solicit, "SolicitUUIDs", "as");
READ_ONLY(service_data, "ServiceData", "a{sv}");
READ_ONLY(data, "Data", "a{yv}");
READ_ONLY(response_services, "ScanResponseServiceUUIDs", "as");
READ_ONLY(response_manufacturer_data, "ScanResponseManufacturerData", "a{qv}");
READ_ONLY(response_solicit, "ScanResponseSolicitUUIDs", "as");
READ_ONLY(response_service_data, "ScanResponseServiceData", "a{sv}");
READ_ONLY(response_data, "ScanResponseData", "a{yv}");
READ_ONLY(discoverable, "Discoverable", "b");
READ_ONLY(discoverable_timeout, "DiscoverableTimeout", "q");
READ_ONLY(includes, "Includes", "as");
VTABLE(vtable_local_name, SD_BUS_PROPERTY("LocalName", "s", property_get_local_name, 0,
                                  SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE));
READ_ONLY(appearance, "Appearance", "q");
READ_ONLY(duration, "Duration", "q");
READ_ONLY(timeout, "Timeout", "q");
READ_ONLY(secondary_channel, "SecondaryChannel", "s");
READ_ONLY(min_interval, "MinInterval", "u");
READ_ONLY(max_interval, "MaxInterval", "u");
/* What BlueZ sets is not told as a change: it would set it again, for ever. */
VTABLE(vtable_tx_power, SD_BUS_WRITABLE_PROPERTY("TxPower", "n", property_get_tx_power,
                                property_set_tx_power, 0, SD_BUS_VTABLE_UNPRIVILEGED));

/* item 0: none; has NULL: the item alone decides. */
static const struct {
        AdvertisementItem item;
        bool (*has)(const LeAdvertisementContent *content);
        const sd_bus_vtable *vtable;
} optional[] = {
        {ADVERTISEMENT_ITEM_SERVICES, NULL, vtable_services},
        {ADVERTISEMENT_ITEM_MANUFACTURER_DATA, NULL, vtable_manufacturer_data},
        {ADVERTISEMENT_ITEM_SOLICIT, NULL, vtable_solicit},
        {ADVERTISEMENT_ITEM_SERVICE_DATA, NULL, vtable_service_data},
        {ADVERTISEMENT_ITEM_DATA, NULL, vtable_data},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, has_response_services, vtable_response_services},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, has_response_manufacturer_data,
                vtable_response_manufacturer_data},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, has_response_solicit, vtable_response_solicit},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, has_response_service_data, vtable_response_service_data},
        {ADVERTISEMENT_ITEM_SCAN_RESPONSE, has_response_data, vtable_response_data},
        {0, has_discoverable, vtable_discoverable},
        {0, has_discoverable_timeout, vtable_discoverable_timeout},
        {0, has_includes, vtable_includes},
        {ADVERTISEMENT_ITEM_NAME, has_local_name, vtable_local_name},
        {ADVERTISEMENT_ITEM_APPEARANCE, NULL, vtable_appearance},
        {0, has_duration, vtable_duration},
        {0, has_timeout, vtable_timeout},
        {ADVERTISEMENT_ITEM_SECONDARY_CHANNEL, NULL, vtable_secondary_channel},
        {ADVERTISEMENT_ITEM_INTERVAL, NULL, vtable_min_interval},
        {ADVERTISEMENT_ITEM_INTERVAL, NULL, vtable_max_interval},
        {ADVERTISEMENT_ITEM_TX_POWER, NULL, vtable_tx_power},
};

_Static_assert(ELEMENTS(optional) <= OPTIONAL_MAX, "each has a slot");

static const sd_bus_vtable advertisement_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Release", "", "", method_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Type", "s", property_get_type, 0, 0),
        SD_BUS_VTABLE_END,
};

static bool has(const LeAdvertisementContent *c, size_t i) {
        return (optional[i].item == 0 || says(c, optional[i].item)) &&
               (!optional[i].has || optional[i].has(c));
}

int le_advertisement_renew(LeAdvertisement *o) {
        int r = 0;

        for (size_t i = 0; i < ELEMENTS(optional) && r >= 0; i++) {
                if (!has(o->content, i))
                        o->slots[i] = sd_bus_slot_unref(o->slots[i]);
                else if (!o->slots[i])
                        r = sd_bus_add_object_vtable(o->bus, &o->slots[i], o->path,
                                BLUEZ_ADVERTISEMENT, optional[i].vtable, o);
        }
        return r < 0 ? r : 0;
}

int le_advertisement_tell_name(LeAdvertisement *o) {
        return sd_bus_emit_properties_changed(
                o->bus, o->path, BLUEZ_ADVERTISEMENT, "LocalName", NULL);
}

int le_advertisement_new(LeAdvertisement **ret, sd_bus *bus, const char *path, unsigned side,
        const LeAdvertisementContent *content, const LeAdvertisementEvents *events,
        void *userdata) {
        LeAdvertisement *o = calloc(1, sizeof(*o));
        if (!o)
                return -ENOMEM;

        o->bus = sd_bus_ref(bus);
        o->path = strdup(path);
        o->side = side;
        o->content = content;
        o->events = events;
        o->userdata = userdata;
        int r = o->path ? sd_bus_add_object_vtable(
                                  bus, &o->slot, path, BLUEZ_ADVERTISEMENT, advertisement_vtable, o)
                        : -ENOMEM;
        if (r >= 0)
                r = le_advertisement_renew(o);
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
        for (size_t i = 0; i < OPTIONAL_MAX; i++)
                sd_bus_slot_unref(object->slots[i]);
        sd_bus_slot_unref(object->slot);
        sd_bus_unref(object->bus);
        free(object->path);
        free(object);
        return NULL;
}
