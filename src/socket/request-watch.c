/* watch, handle, unhandle, verdict: what a program does about the writes of centrals. */
#include "socket/handlers.h"
#include "socket/operations.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define CODE_MIN 0x80 /* of the application: Core Specification, Vol 3, Part F, 3.4.1.1 */
#define CODE_MAX 0x9f

static const struct {
        const char *name;
        unsigned event;
} events[] = {
        {"write", WATCH_WRITE},
        {"stale", WATCH_STALE},
        {"status", WATCH_STATUS},
        {"connection", WATCH_CONNECTION},
        {"descriptor-write", WATCH_DESCRIPTOR_WRITE},
};

/* An optional array of strings. */
static int check_names(Request *request, const char *member) {
        const json_t *array = json_object_get(request->members, member);

        if (array && !json_is_array(array))
                return reply_fail(
                        request->detail, REPLY_E_BAD_REQUEST, "%s is not an array", member);
        for (size_t i = 0; i < json_array_size(array); i++)
                if (!json_is_string(json_array_get(array, i)))
                        return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                                "element %zu of %s is not a string", i, member);
        return 0;
}

static int find_event(Request *request, const char *name, unsigned *ret) {
        ReplyNames names = {};

        for (size_t i = 0; i < ELEMENTS(events); i++) {
                reply_names_add(&names, events[i].name);
                if (strcmp(name, events[i].name) == 0) {
                        *ret |= events[i].event;
                        return 0;
                }
        }
        return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                "there is no event '%.64s'; there are %s", name, names.text);
}

static int read_events(Request *request, unsigned *ret) {
        const json_t *array = json_object_get(request->members, "events");
        int r = check_names(request, "events");

        *ret = array ? 0 : WATCH_WRITE;
        for (size_t i = 0; r == 0 && i < json_array_size(array); i++)
                r = find_event(request, json_string_value(json_array_get(array, i)), ret);
        return r;
}

static int read_wanted(Request *request, bool *wanted) {
        const json_t *array = json_object_get(request->members, "characteristics");
        const Profile *profile = request->context->profile;
        int r = check_names(request, "characteristics");

        for (size_t i = 0; r == 0 && !array && profile && i < profile->n_characteristics; i++)
                wanted[i] = true;
        for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
                const Characteristic *c;

                r = request_find_name(request, json_string_value(json_array_get(array, i)), &c);
                if (r == 0)
                        wanted[c->index] = true;
        }
        return r;
}

int operation_watch(Request *request) {
        const Profile *profile = request->context->profile;
        Watch *watch = &request->session->watch;
        _cleanup_free_ bool *wanted = NULL;
        unsigned chosen = 0;
        int r;

        wanted = calloc(profile ? profile->n_characteristics + 1 : 1, sizeof(*wanted));
        if (!wanted)
                return -ENOMEM;
        r = read_events(request, &chosen);
        if (r == 0)
                r = read_wanted(request, wanted);
        if (r == 0)
                r = request_ok(request);
        if (r != 0)
                return r;
        free(watch->wanted);
        *watch = (Watch){.events = chosen,
                .all = !json_object_get(request->members, "characteristics"),
                .wanted = STEAL(wanted)};
        return 0;
}

int operation_handle(Request *request) {
        SessionContext *context = request->context;
        const Characteristic *c;
        const Session *handler;
        int r;

        r = request_find_characteristic(request, request->members, &c);
        if (r != 0)
                return r;
        if (!(c->flags & CHARACTERISTIC_WRITABLE))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "%s has no flag that lets a central write: nobody can write to it",
                        c->name);
        handler = handlers_find(context, c);
        if (handler && handler != request->session)
                return reply_fail(request->detail, REPLY_E_BUSY,
                        "another program handles the writes to %s", c->name);
        r = request_ok(request);
        if (r == 0 && !handler)
                handlers_add(context, request->session, c);
        return r;
}

int operation_unhandle(Request *request) {
        const Characteristic *c;
        int r;

        r = request_find_characteristic(request, request->members, &c);
        if (r != 0)
                return r;
        if (handlers_find(request->context, c) != request->session)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "%s is not handled by this connection", c->name);
        r = request_ok(request);
        if (r == 0)
                handlers_remove(request->context, c);
        return r;
}

static int read_number(Request *request, uint64_t *ret) {
        const json_t *number = json_object_get(request->members, "number");

        if (!json_is_integer(number) || json_integer_value(number) < 0)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "number %s",
                        number ? "is not that of a write: a whole number" : "is missing");
        *ret = (uint64_t)json_integer_value(number);
        return 0;
}

static int read_code(Request *request, bool accept, unsigned *ret) {
        const json_t *code = json_object_get(request->members, "code");
        json_int_t number = json_integer_value(code);

        *ret = 0;
        if (!code)
                return 0;
        if (accept)
                return reply_fail(
                        request->detail, REPLY_E_BAD_REQUEST, "code goes with accept false only");
        if (!json_is_integer(code))
                return reply_fail(
                        request->detail, REPLY_E_BAD_REQUEST, "code is not a whole number");
        if (number < CODE_MIN || number > CODE_MAX)
                return reply_fail(request->detail, REPLY_E_OUT_OF_RANGE,
                        "code: %" JSON_INTEGER_FORMAT " is outside %d to %d", number, CODE_MIN,
                        CODE_MAX);
        *ret = (unsigned)number;
        return 0;
}

/* Who only watches hears the numbers too. */
static bool may_judge(const Request *request, uint64_t number) {
        const SessionContext *context = request->context;
        const Characteristic *c = context->events->pending(number, context->userdata);

        return c && handlers_find(context, c) == request->session;
}

int operation_verdict(Request *request) {
        const SessionContext *context = request->context;
        const json_t *accept = json_object_get(request->members, "accept");
        uint64_t number = 0;
        unsigned code = 0;
        int r;

        r = read_number(request, &number);
        if (r == 0 && !json_is_boolean(accept))
                r = reply_fail(request->detail, REPLY_E_BAD_REQUEST, "accept %s",
                        accept ? "is neither true nor false" : "is missing");
        if (r == 0)
                r = read_code(request, json_is_true(accept), &code);
        if (r != 0)
                return r;
        if (!may_judge(request, number))
                return reply_fail(request->detail, REPLY_E_EXPIRED,
                        "no write of the number %" JSON_INTEGER_FORMAT
                        " waits for a verdict of this connection (any more)",
                        (json_int_t)number);
        r = request_ok(request);
        if (r == 0)
                context->events->verdict(number, json_is_true(accept), code, context->userdata);
        return r;
}
