/* will: values that are set when a program's connection ends. */
#include "socket/request-values.h"
#include "socket/will.h"
#include "util/cleanup.h"
#include "util/log.h"

#include <errno.h>
#include <string.h>

static int check_members(Request *request, json_t *given) {
        static const char *const known[] = {"characteristic", "fields", "value", "hex"};
        const char *name;
        json_t *value;

        json_object_foreach(given, name, value) {
                bool is_known = false;

                for (size_t i = 0; i < ELEMENTS(known); i++)
                        is_known |= strcmp(name, known[i]) == 0;
                if (!is_known)
                        return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                                "a value has no member '%.64s'", name);
        }
        return 0;
}

/* Encodes one element of "values". */
static int read_value(Request *request, json_t *given, const Characteristic **ret_characteristic,
        uint8_t *data, size_t *ret_size) {
        int r;

        if (!json_is_object(given))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "it is not an object");
        r = check_members(request, given);
        if (r == 0)
                r = request_find_characteristic(request, given, ret_characteristic);
        if (r == 0)
                r = request_encode(request, given, *ret_characteristic, data, ret_size);
        return r;
}

/* Puts the place before the sentence. */
static int fail_at(Request *request, size_t i, int error) {
        char why[REPLY_DETAIL_SIZE];

        if (error < 0)
                return error;
        memcpy(why, request->detail, sizeof(why));
        return reply_fail(request->detail, (ReplyError)error, "element %zu of values: %.*s", i,
                REPLY_DETAIL_SIZE - 60, why);
}

static int check_values(Request *request, const json_t *values) {
        const Profile *profile = request->context->profile;
        _cleanup_free_ bool *named =
                calloc(profile ? profile->n_characteristics + 1 : 1, sizeof(*named));
        int r = named ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < json_array_size(values); i++) {
                uint8_t data[VALUE_SIZE_MAX] = {};
                const Characteristic *c;
                size_t size = 0;

                r = read_value(request, json_array_get(values, i), &c, data, &size);
                if (r == 0 && named[c->index])
                        r = reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                                "%s is in the will already", c->name);
                if (r != 0)
                        return fail_at(request, i, r);
                named[c->index] = true;
        }
        return r;
}

int operation_will(Request *request) {
        const json_t *values = json_object_get(request->members, "values");
        _cleanup_free_ char *text = NULL;
        int r;

        if (!json_is_array(values))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "values %s",
                        values ? "is not an array" : "is missing");
        r = check_values(request, values);
        if (r != 0)
                return r;
        /* As text, for a tree of jansson's takes many times as much. */
        if (json_array_size(values) > 0) {
                text = json_dumps(values, JSON_COMPACT);
                if (!text)
                        return -ENOMEM;
        }
        r = request_ok(request);
        if (r != 0)
                return r;
        free(request->session->will);
        request->session->will = STEAL(text);
        return 0;
}

static void carry_out_value(Request *request, json_t *given) {
        const SessionContext *context = request->context;
        uint8_t data[VALUE_SIZE_MAX] = {};
        const Characteristic *c;
        size_t size = 0;
        int r;

        r = read_value(request, given, &c, data, &size);
        if (r == 0)
                r = context->events->will(c, data, size, context->userdata);
        if (r != 0)
                log_warning("socket: a value of a will was not set: %s",
                        r < 0 ? strerror(-r) : request->detail);
}

void will_carry_out(SessionContext *context, Session *session) {
        Request request = {.context = context, .session = session};
        json_t *values;

        if (!session->will)
                return;
        values = json_loads(session->will, 0, NULL);
        if (!values)
                log_error("socket: a will was not carried out: %s", strerror(ENOMEM));
        for (size_t i = 0; i < json_array_size(values); i++)
                carry_out_value(&request, json_array_get(values, i));
        context->counts.wills++;
        json_decref(values);
        free(session->will);
        session->will = NULL;
}
