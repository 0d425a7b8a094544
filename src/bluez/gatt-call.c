#include "bluez/gatt-call.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "core/att-codes.h"
#include "core/known-flags.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

static int read_device(GattCall *call, sd_bus_message *m) {
        const char *path;

        int r = message_read_variant(m, "o", &path);
        if (r > 0)
                device_address(call->device, path);
        return r;
}

static int read_authorize(GattCall *call, sd_bus_message *m) {
        int authorize;

        int r = message_read_variant(m, "b", &authorize);
        if (r > 0)
                call->prepare_authorize = authorize;
        return r;
}

/* BlueZ sends device, link, mtu, and offset only when it is not 0; prepare-authorize when it asks
 * before a long write. */
static int on_option(const char *name, sd_bus_message *m, void *userdata) {
        GattCall *call = userdata;
        int r;

        if (strcmp(name, "offset") == 0)
                r = message_read_variant(m, "q", &call->offset);
        else if (strcmp(name, "mtu") == 0)
                r = message_read_variant(m, "q", &call->mtu);
        else if (strcmp(name, "device") == 0)
                r = read_device(call, m);
        else if (strcmp(name, "prepare-authorize") == 0)
                r = read_authorize(call, m);
        else
                return sd_bus_message_skip(m, "v");
        return r == 0 ? -EINVAL : r;
}

int gatt_call_read(GattCall *ret, sd_bus_message *m, const GattContext *context) {
        *ret = (GattCall){0};
        int r = message_read_properties(m, on_option, ret);
        if (r >= 0 && ret->device[0] && ret->mtu > 0)
                context->events->mtu(ret->device, ret->mtu, context->userdata);
        return r;
}

const char *gatt_call_device(const GattCall *call) {
        return call->device[0] ? call->device : NULL;
}

int gatt_call_malformed(sd_bus_message *m, int error) {
        return sd_bus_reply_method_errorf(m, BLUEZ_ERROR_INVALID_ARGUMENTS,
                "an option has another type than BlueZ documents: %s", strerror(-error));
}

int gatt_call_refuse(sd_bus_message *m, unsigned code) {
        return sd_bus_reply_method_errorf(m, BLUEZ_ERROR_FAILED, ATT_CODE_TEXT, code);
}

int gatt_call_reply_value(
        sd_bus_message *m, const GattCall *call, const uint8_t *data, size_t size) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        size_t offset = call->offset;

        if (offset > size)
                return sd_bus_reply_method_errorf(m, BLUEZ_ERROR_INVALID_OFFSET,
                        "offset %zu is behind the value's %zu bytes", offset, size);
        int r = sd_bus_message_new_method_return(m, &reply);
        if (r >= 0)
                r = sd_bus_message_append_array(reply, 'y', data + offset, size - offset);
        return r >= 0 ? sd_bus_send(NULL, reply, NULL) : r;
}

ssize_t gatt_call_join(uint8_t whole[static VALUE_SIZE_MAX], const GattCall *call,
        const uint8_t *stored, size_t stored_size, const uint8_t *data, size_t size) {
        size_t offset = call->offset;

        if (offset > stored_size)
                return -ERANGE;
        if (offset + size > VALUE_SIZE_MAX)
                return -EMSGSIZE;
        if (offset > 0)
                memcpy(whole, stored, offset);
        if (size > 0)
                memcpy(whole + offset, data, size);
        return (ssize_t)(offset + size);
}

int gatt_append_uuid(sd_bus_message *reply, const Uuid *uuid) {
        char text[UUID_TEXT_SIZE];

        uuid_format(uuid, text);
        return sd_bus_message_append(reply, "s", text);
}

int gatt_append_flags(sd_bus_message *reply, unsigned flags, const GattContext *context) {
        int r = sd_bus_message_open_container(reply, 'a', "s");

        flags &= known_flags(context->traits);
        for (unsigned flag = 1; r >= 0 && flag < _CHARACTERISTIC_FLAG_END; flag <<= 1)
                if (flags & flag)
                        r = sd_bus_message_append(reply, "s", characteristic_flag_name(flag));
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static const sd_bus_vtable handle_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Handle", "q", NULL, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

int gatt_export_handle(sd_bus_slot **ret, const GattContext *context, const char *path,
        const char *interface, uint16_t *handle) {
        return sd_bus_add_object_vtable(context->bus, ret, path, interface, handle_vtable, handle);
}
