/* set, get, and what a value looks like in a request. */
#include "socket/request-values.h"

#include "socket/fields-json.h"
#include "util/bytes.h"

#include <errno.h>
#include <string.h>

/* The stored value to write fields over. */
static void current_value(
        const Request *request, const Characteristic *c, uint8_t *data, size_t *ret_size) {
        ServerValue value = {};

        request->context->events->get(c, &value, request->context->userdata);
        if (value.size < format_size_min(c->format) || value.size > format_size_max(c->format)) {
                format_initial(c->format, data, ret_size);
                return;
        }
        if (value.size > 0)
                memcpy(data, value.data, value.size);
        *ret_size = value.size;
}

static int encode_hex(Request *request, const Characteristic *c, const json_t *hex, uint8_t *data,
        size_t *ret_size) {
        char why[FORMAT_WHY_SIZE] = "";
        int r;

        if (!json_is_string(hex))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "hex is not a string");
        r = bytes_from_hex(data, VALUE_SIZE_MAX, json_string_value(hex), ret_size);
        if (r == -EMSGSIZE)
                return reply_fail(request->detail, REPLY_E_BAD_LENGTH, "hex is more than %d bytes",
                        VALUE_SIZE_MAX);
        if (r < 0)
                return reply_fail(request->detail, REPLY_E_BAD_VALUE,
                        "hex is not an even number of hex digits");
        r = characteristic_check(c, data, *ret_size, why);
        return r == 0 ? 0 : reply_fail(request->detail, fields_json_error(r), "%s", why);
}

static int encode_fields(Request *request, const Characteristic *c, json_t *fields, uint8_t *data,
        size_t *ret_size) {
        if (!json_is_object(fields))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "fields is not an object");
        if (!c->format)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "%s is plain bytes, without fields; it takes hex", c->name);
        current_value(request, c, data, ret_size);
        return fields_json_encode(c, fields, data, ret_size, request->detail);
}

static int encode_value(Request *request, const Characteristic *c, const json_t *value,
        uint8_t *data, size_t *ret_size) {
        if (!c->format)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "%s is plain bytes, without a type; it takes hex", c->name);
        if (!c->single_value)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "%s is not a single value; it takes fields or hex", c->name);
        return fields_json_encode_value(c, value, data, ret_size, request->detail);
}

int request_encode(Request *request, const json_t *members, const Characteristic *c, uint8_t *data,
        size_t *ret_size) {
        json_t *fields = json_object_get(members, "fields");
        const json_t *value = json_object_get(members, "value");
        const json_t *hex = json_object_get(members, "hex");

        if ((fields != NULL) + (value != NULL) + (hex != NULL) != 1)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "a value is exactly one of fields, value and hex");
        if (fields)
                return encode_fields(request, c, fields, data, ret_size);
        if (value)
                return encode_value(request, c, value, data, ret_size);
        return encode_hex(request, c, hex, data, ret_size);
}

/* A set comes behind those that wait for the same characteristic; when it is its turn it is
 * encoded anew, over what the others have set meanwhile. */
static int set(Request *request, const Characteristic *c, const uint8_t *data, size_t size,
        ServerValue *ret) {
        const SessionContext *context = request->context;
        Waiter *waiter = &request->session->waiter;
        int r = SERVER_E_WAIT;

        if (waiting_is_first(context->waiting, waiter, c))
                r = context->events->set(c, data, size, ret, context->userdata);
        if (r != SERVER_E_WAIT)
                return r;
        if (waiting_join(context->waiting, waiter, c))
                return REQUEST_WAITS;
        context->events->set_given_up(c, context->userdata);
        return SERVER_E_QUEUE_FULL;
}

int operation_set(Request *request) {
        uint8_t data[VALUE_SIZE_MAX] = {};
        const Characteristic *c;
        ServerValue value = {};
        size_t size = 0;
        int r;

        r = request_find_characteristic(request, request->members, &c);
        if (r == 0)
                r = request_encode(request, request->members, c, data, &size);
        if (r != 0)
                return r;
        r = set(request, c, data, size, &value);
        if (r == REQUEST_WAITS)
                return r;
        if (r == SERVER_E_QUEUE_FULL)
                return reply_fail(request->detail, REPLY_E_QUEUE_FULL,
                        "%s was not set: its queue is full", c->name);
        if (r < 0)
                return reply_fail(request->detail, REPLY_E_INTERNAL, "%s was not set: %s", c->name,
                        strerror(-r));
        request->answer = json_pack("{s:b, s:I, s:b}", "ok", 1, "seq", (json_int_t)value.seq,
                "subscribed", (int)value.subscribed);
        return request->answer ? 0 : -ENOMEM;
}

int operation_get(Request *request) {
        const SessionContext *context = request->context;
        const Characteristic *c;
        ServerValue value = {};
        int r;

        r = request_find_characteristic(request, request->members, &c);
        if (r != 0)
                return r;
        context->events->get(c, &value, context->userdata);
        request->answer = json_pack("{s:b, s:s, s:I, s:o, s:b}", "ok", 1, "characteristic", c->name,
                "seq", (json_int_t)value.seq, "age_s", reply_seconds(value.age_usec), "stale",
                (int)value.stale);
        if (!request->answer)
                return -ENOMEM;
        r = fields_json_decode(request->answer, c, value.data, value.size);
        return r < 0 ? r : fields_json_add_units(request->answer, c);
}
