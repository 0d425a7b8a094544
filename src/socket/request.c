/* Requests: from a line to its answers. */
#include "socket/request.h"

#include "socket/batch.h"
#include "socket/operations.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define ID_SIZE_MAX 64

typedef enum Right {
        RIGHT_EVERYBODY, /* on the read-only socket too */
        RIGHT_PROGRAM,
        RIGHT_ADMINISTRATOR,
} Right;

typedef struct Operation {
        const char *name;
        Right right;
        int (*run)(Request *request);
        const char *members[4]; /* beside "id" and "op" */
} Operation;

static const Operation operations[] = {
        {"set", RIGHT_PROGRAM, operation_set, {"characteristic", "fields", "value", "hex"}},
        {"get", RIGHT_EVERYBODY, operation_get, {"characteristic"}},
        {"watch", RIGHT_EVERYBODY, operation_watch, {"events", "characteristics"}},
        {"handle", RIGHT_PROGRAM, operation_handle, {"characteristic"}},
        {"unhandle", RIGHT_PROGRAM, operation_unhandle, {"characteristic"}},
        {"verdict", RIGHT_PROGRAM, operation_verdict, {"number", "accept", "code"}},
        {"will", RIGHT_PROGRAM, operation_will, {"values"}},
        {"status", RIGHT_EVERYBODY, operation_status, {}},
        {"metrics", RIGHT_EVERYBODY, operation_metrics, {}},
        {"devices", RIGHT_EVERYBODY, operation_devices, {}},
        {"advertise", RIGHT_ADMINISTRATOR, operation_advertise, {"name"}},
        {"activate", RIGHT_ADMINISTRATOR, operation_activate, {}},
        {"deactivate", RIGHT_ADMINISTRATOR, operation_deactivate, {}},
        {"reload", RIGHT_ADMINISTRATOR, operation_reload, {}},
};

static void request_done(Request *request) {
        json_decref(request->members);
        json_decref(request->answer);
}

int request_ok(Request *request) {
        request->answer = json_pack("{s:b}", "ok", 1);
        return request->answer ? 0 : -ENOMEM;
}

int request_find_name(Request *request, const char *name, const Characteristic **ret) {
        const Profile *profile = request->context->profile;
        ReplyNames names = {};

        *ret = profile ? profile_find(profile, name) : NULL;
        if (*ret)
                return 0;
        for (size_t i = 0; profile && i < profile->n_characteristics; i++)
                reply_names_add(&names, profile_at(profile, i)->name);
        return reply_fail(request->detail, REPLY_E_UNKNOWN_CHARACTERISTIC,
                "there is no characteristic '%.64s'%s%s", name, names.text[0] ? "; there are " : "",
                names.text);
}

int request_find_characteristic(
        Request *request, const json_t *members, const Characteristic **ret) {
        const json_t *name = json_object_get(members, "characteristic");

        if (!json_is_string(name))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "characteristic %s",
                        name ? "is not a string" : "is missing");
        return request_find_name(request, json_string_value(name), ret);
}

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

static int check_right(Request *request, const Operation *operation) {
        const Session *session = request->session;

        if (session->read_only && operation->right != RIGHT_EVERYBODY) {
                request->context->counts.not_permitted++;
                return reply_fail(request->detail, REPLY_E_NOT_PERMITTED,
                        "this socket is read-only: %s goes by the other one", operation->name);
        }
        if (!session->administrator && operation->right == RIGHT_ADMINISTRATOR) {
                request->context->counts.not_permitted++;
                return reply_fail(request->detail, REPLY_E_NOT_PERMITTED,
                        "%s needs root, spored's own user, or a member of admin_group in [socket]",
                        operation->name);
        }
        return 0;
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

static int read_failed(Request *request, json_error_t *error) {
        ReplyError word = REPLY_E_BAD_JSON;
        char element[30] = "";

        switch ((int)json_error_code(error)) {
        case json_error_out_of_memory:
                return -ENOMEM;
        case json_error_duplicate_key:
                word = REPLY_E_BAD_REQUEST;
                break;
        case json_error_numeric_overflow:
                word = REPLY_E_OUT_OF_RANGE;
                break;
        }
        if (request->session->batch_next > 0)
                (void)snprintf(
                        element, sizeof(element), " of element %u", request->session->batch_done);
        return reply_fail(
                request->detail, word, "%s, at byte %d%s", error->text, error->position, element);
}

static int read_object(Request *request, const char *text, size_t size) {
        json_error_t error;

        request->members = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (!request->members)
                return read_failed(request, &error);
        if (json_is_object(request->members))
                return 0;
        return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "a request is a JSON object%s",
                json_is_array(request->members) ? "; arrays of requests hold no arrays" : "");
}

static int run(Request *request, const char *text, size_t size) {
        const Operation *operation = NULL;
        int r;

        r = read_object(request, text, size);
        if (r == 0)
                r = read_id(request);
        if (r == 0)
                r = find_operation(request, &operation);
        if (r == 0)
                r = check_right(request, operation);
        if (r == 0)
                r = check_members(request, operation);
        return r != 0 ? r : operation->run(request);
}

/* Makes the answer of a request that came to this end. */
static int finish(Request *request, int outcome, char **ret) {
        ServerCounts *counts = &request->context->counts;

        counts->requests++;
        if (outcome < 0)
                return outcome;
        if (outcome == 0)
                return reply_text(ret, request->id, request->answer);
        if (reply_blames_request((ReplyError)outcome))
                counts->bad_requests++;
        return reply_error_text(
                ret, request->id, (ReplyError)outcome, request->detail, request->answer);
}

static int answer_one(SessionContext *context, Session *session, const char *text, size_t size,
        char **ret, PeerNext *ret_next) {
        _cleanup_(request_done) Request request = {.context = context, .session = session};
        int r = run(&request, text, size);

        if (r == REQUEST_WAITS) {
                *ret_next = PEER_WAIT;
                return 0;
        }
        waiting_leave(context->waiting, &session->waiter);
        return finish(&request, r, ret);
}

static int answer_batch_element(SessionContext *context, Session *session, const char *line,
        size_t size, char **ret, PeerNext *ret_next) {
        Request failed = {.context = context, .session = session};
        size_t before = session->batch_next, element_size = 0, next;
        const char *element = NULL;
        int r = before > 0 ? 0 : batch_check(line, size, failed.detail);

        if (r != 0)
                return finish(&failed, r, ret);
        (void)batch_next(line, size, &session->batch_next, &element, &element_size);
        *ret_next = PEER_SAME_LINE;
        r = answer_one(context, session, element, element_size, ret, ret_next);
        if (*ret_next == PEER_WAIT) {
                session->batch_next = before;
                return r;
        }
        session->batch_done++;
        next = session->batch_next;
        if (!batch_next(line, size, &next, &element, &element_size)) {
                session->batch_next = session->batch_done = 0;
                *ret_next = PEER_NEXT_LINE;
        }
        return r;
}

static bool is_blank(const char *line, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
                        return false;
        return true;
}

int request_answer(SessionContext *context, Session *session, const char *line, size_t size,
        char **ret, PeerNext *ret_next) {
        *ret = NULL;
        *ret_next = PEER_NEXT_LINE;
        if (is_blank(line, size))
                return 0;
        if (batch_is(line, size))
                return answer_batch_element(context, session, line, size, ret, ret_next);
        return answer_one(context, session, line, size, ret, ret_next);
}

int request_answer_too_long(SessionContext *context, size_t line_max, char **ret) {
        Request request = {.context = context};
        int r = reply_fail(
                request.detail, REPLY_E_TOO_LONG, "a line has at most %zu bytes", line_max);

        return finish(&request, r, ret);
}
