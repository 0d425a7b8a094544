/* One request: from a line to its answer. */
#include "socket/request.h"

#include "socket/fields-json.h"
#include "socket/reply.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define ID_SIZE_MAX 64

typedef struct Request {
        RequestContext *context;
        RequestWatch *watch;
        json_t *members; /* owned: the object that came */
        json_t *id;      /* borrowed from it; NULL: none */
        json_t *answer;  /* owned: filled in by the operation */
        char detail[REPLY_DETAIL_SIZE];
} Request;

/* A step of a request gives 0, REPLY_E_* with its sentence in detail, or -ENOMEM. */
typedef struct Operation {
        const char *name;
        int (*run)(Request *request);
        const char *members[4]; /* beside "id" and "op" */
} Operation;

static void request_done(Request *request) {
        json_decref(request->members);
        json_decref(request->answer);
}

static int check_characteristic(const Request *request, const char *name,
        const Characteristic **ret, char detail[static REPLY_DETAIL_SIZE]) {
        const Profile *profile = request->context->profile;
        ReplyNames names = {};

        *ret = profile ? profile_find(profile, name) : NULL;
        if (*ret)
                return 0;
        for (size_t i = 0; profile && i < profile->n_characteristics; i++)
                reply_names_add(&names, profile_at(profile, i)->name);
        return reply_fail(detail, REPLY_E_UNKNOWN_CHARACTERISTIC,
                "there is no characteristic '%.64s'%s%s", name, names.text[0] ? "; there are " : "",
                names.text);
}

static int find_characteristic(Request *request, const Characteristic **ret) {
        const json_t *name = json_object_get(request->members, "characteristic");

        if (!json_is_string(name))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "characteristic %s",
                        name ? "is not a string" : "is missing");
        return check_characteristic(request, json_string_value(name), ret, request->detail);
}

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
                        "%s has no fields; it takes hex", c->name);
        current_value(request, c, data, ret_size);
        return fields_json_encode(c, fields, data, ret_size, request->detail);
}

static int encode_value(Request *request, const Characteristic *c, const json_t *value,
        uint8_t *data, size_t *ret_size) {
        if (!c->format || !c->single_value)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "%s is not a single value; it takes %s", c->name,
                        c->format ? "fields or hex" : "hex");
        return fields_json_encode_value(c, value, data, ret_size, request->detail);
}

static int encode(Request *request, const Characteristic *c, uint8_t *data, size_t *ret_size) {
        json_t *fields = json_object_get(request->members, "fields");
        const json_t *value = json_object_get(request->members, "value");
        const json_t *hex = json_object_get(request->members, "hex");

        if ((fields != NULL) + (value != NULL) + (hex != NULL) != 1)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "set takes exactly one of fields, value and hex");
        if (fields)
                return encode_fields(request, c, fields, data, ret_size);
        if (value)
                return encode_value(request, c, value, data, ret_size);
        return encode_hex(request, c, hex, data, ret_size);
}

static int operation_set(Request *request) {
        const RequestContext *context = request->context;
        uint8_t data[VALUE_SIZE_MAX] = {};
        const Characteristic *c;
        ServerValue value = {};
        size_t size = 0;
        int r;

        r = find_characteristic(request, &c);
        if (r != 0)
                return r;
        r = encode(request, c, data, &size);
        if (r != 0)
                return r;
        r = context->events->set(c, data, size, &value, context->userdata);
        if (r < 0)
                return reply_fail(request->detail, REPLY_E_INTERNAL, "%s was not set: %s", c->name,
                        strerror(-r));
        request->answer = json_pack("{s:b, s:I, s:b}", "ok", 1, "seq", (json_int_t)value.seq,
                "subscribed", (int)value.subscribed);
        return request->answer ? 0 : -ENOMEM;
}

static int operation_get(Request *request) {
        const RequestContext *context = request->context;
        const Characteristic *c;
        ServerValue value = {};
        int r;

        r = find_characteristic(request, &c);
        if (r != 0)
                return r;
        context->events->get(c, &value, context->userdata);
        request->answer = json_pack("{s:b, s:s, s:I}", "ok", 1, "characteristic", c->name, "seq",
                (json_int_t)value.seq);
        if (!request->answer)
                return -ENOMEM;
        r = fields_json_decode(request->answer, c, value.data, value.size);
        return r < 0 ? r : fields_json_add_units(request->answer, c);
}

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

static int read_events(Request *request, bool *ret_writes) {
        const json_t *array = json_object_get(request->members, "events");
        int r = check_names(request, "events");

        if (r != 0)
                return r;
        *ret_writes = !array;
        for (size_t i = 0; i < json_array_size(array); i++) {
                const char *name = json_string_value(json_array_get(array, i));

                if (strcmp(name, "write") != 0)
                        return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                                "there is no event '%.64s'; there is write", name);
                *ret_writes = true;
        }
        return 0;
}

static int read_wanted(Request *request, bool *wanted) {
        const json_t *array = json_object_get(request->members, "characteristics");
        const Profile *profile = request->context->profile;
        int r = check_names(request, "characteristics");

        for (size_t i = 0; r == 0 && !array && profile && i < profile->n_characteristics; i++)
                wanted[i] = true;
        for (size_t i = 0; r == 0 && i < json_array_size(array); i++) {
                const Characteristic *c;

                r = check_characteristic(
                        request, json_string_value(json_array_get(array, i)), &c, request->detail);
                if (r == 0)
                        wanted[c->index] = true;
        }
        return r;
}

static int operation_watch(Request *request) {
        const Profile *profile = request->context->profile;
        _cleanup_free_ bool *wanted = NULL;
        bool writes = false;
        int r;

        wanted = calloc(profile ? profile->n_characteristics + 1 : 1, sizeof(*wanted));
        if (!wanted)
                return -ENOMEM;
        r = read_events(request, &writes);
        if (r == 0)
                r = read_wanted(request, wanted);
        if (r != 0)
                return r;
        request->answer = json_pack("{s:b}", "ok", 1);
        if (!request->answer)
                return -ENOMEM;
        request_watch_clear(request->watch);
        *request->watch = (RequestWatch){.writes = writes, .wanted = STEAL(wanted)};
        return 0;
}

static int operation_status(Request *request) {
        const RequestContext *context = request->context;

        request->answer =
                status_json(context->profile, &context->counts, context->events, context->userdata);
        return request->answer ? 0 : -ENOMEM;
}

static const Operation operations[] = {
        {"set", operation_set, {"characteristic", "fields", "value", "hex"}},
        {"get", operation_get, {"characteristic"}},
        {"watch", operation_watch, {"events", "characteristics"}},
        {"status", operation_status, {}},
};

static int find_operation(Request *request, const Operation **ret) {
        const json_t *op = json_object_get(request->members, "op");
        ReplyNames names = {};

        if (!json_is_string(op))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "op %s",
                        op ? "is not a string" : "is missing");
        for (size_t i = 0; i < ELEMENTS(operations); i++) {
                reply_names_add(&names, operations[i].name);
                if (strcmp(operations[i].name, json_string_value(op)) == 0) {
                        *ret = &operations[i];
                        return 0;
                }
        }
        return reply_fail(request->detail, REPLY_E_UNKNOWN_OP,
                "there is no op '%.64s'; there are %s", json_string_value(op), names.text);
}

static bool is_member(const Operation *operation, const char *name) {
        if (strcmp(name, "id") == 0 || strcmp(name, "op") == 0)
                return true;
        for (size_t i = 0; i < ELEMENTS(operation->members) && operation->members[i]; i++)
                if (strcmp(operation->members[i], name) == 0)
                        return true;
        return false;
}

static int check_members(Request *request, const Operation *operation) {
        const char *name;
        json_t *value;

        json_object_foreach(request->members, name, value)
                if (!is_member(operation, name))
                        return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                                "%s has no member '%.64s'", operation->name, name);
        return 0;
}

static int read_id(Request *request) {
        json_t *id = json_object_get(request->members, "id");

        if (json_is_object(id) || json_is_array(id))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "id is neither a string, a number, true, false nor null");
        if (json_string_length(id) > ID_SIZE_MAX)
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                        "id is longer than %d bytes", ID_SIZE_MAX);
        request->id = id;
        return 0;
}

static int read_line(Request *request, const char *line, size_t size) {
        json_error_t error;

        request->members = json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (request->members)
                return json_is_object(request->members)
                               ? 0
                               : reply_fail(request->detail, REPLY_E_BAD_REQUEST,
                                         "a request is a JSON object");
        switch ((int)json_error_code(&error)) {
        case json_error_out_of_memory:
                return -ENOMEM;
        case json_error_duplicate_key:
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "%s, at byte %d",
                        error.text, error.position);
        }
        return reply_fail(
                request->detail, REPLY_E_BAD_JSON, "%s, at byte %d", error.text, error.position);
}

static int request_run(Request *request, const char *line, size_t size) {
        const Operation *operation = NULL;
        int r;

        r = read_line(request, line, size);
        if (r == 0)
                r = read_id(request);
        if (r == 0)
                r = find_operation(request, &operation);
        if (r == 0)
                r = check_members(request, operation);
        return r != 0 ? r : operation->run(request);
}

static bool is_blank(const char *line, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
                        return false;
        return true;
}

int request_answer(
        RequestContext *context, RequestWatch *watch, const char *line, size_t size, char **ret) {
        _cleanup_(request_done) Request request = {.context = context, .watch = watch};
        int r;

        *ret = NULL;
        if (is_blank(line, size))
                return 0;
        r = request_run(&request, line, size);
        if (r < 0)
                return r;
        if (r == 0)
                return reply_text(ret, request.id, request.answer);
        if (r != REPLY_E_INTERNAL)
                context->counts.bad_requests++;
        return reply_error_text(ret, request.id, (ReplyError)r, request.detail);
}

int request_answer_too_long(RequestContext *context, size_t line_max, char **ret) {
        char detail[REPLY_DETAIL_SIZE];
        int r = reply_fail(detail, REPLY_E_TOO_LONG, "a line has at most %zu bytes", line_max);

        context->counts.bad_requests++;
        return reply_error_text(ret, NULL, (ReplyError)r, detail);
}

bool request_watch_wants(const RequestWatch *watch, const Characteristic *c) {
        return watch->writes && watch->wanted[c->index];
}

void request_watch_clear(RequestWatch *watch) {
        free(watch->wanted);
        *watch = (RequestWatch){};
}
