#include "bluez/gatt-call.h"

#include "bluez/message.h"
#include "bluez/names.h"
#include "core/att-codes.h"
#include "util/cleanup.h"

#include <string.h>

/* BlueZ sends device, link, mtu, and offset only when it is not 0. */
static int on_option(const char *name, sd_bus_message *m, void *userdata) {
        GattCall *call = userdata;
        const char *path;

        if (strcmp(name, "offset") == 0)
                return sd_bus_message_read(m, "v", "q", &call->offset);
        if (strcmp(name, "mtu") == 0)
                return sd_bus_message_read(m, "v", "q", &call->mtu);
        if (strcmp(name, "device") != 0)
                return sd_bus_message_skip(m, "v");
        int r = sd_bus_message_read(m, "v", "o", &path);
        if (r >= 0)
                device_address(call->device, path);
        return r;
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
        return sd_bus_reply_method_errorf(
                m, SD_BUS_ERROR_INVALID_ARGS, "malformed arguments: %s", strerror(-error));
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

int gatt_append_uuid(sd_bus_message *reply, const Uuid *uuid) {
        char text[UUID_TEXT_SIZE];

        uuid_format(uuid, text);
        return sd_bus_message_append(reply, "s", text);
}
