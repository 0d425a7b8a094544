/* status, metrics, devices, advertise, activate, deactivate and reload: about the daemon as a
 * whole. */
#include "socket/operations.h"
#include "socket/status-json.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define RELOAD_LIST_MAX                                                                            \
        100 /* lines, and keys of a kind, in an answer: how many there are is said */

int operation_status(Request *request) {
        request->answer = status_json(request->context);
        return request->answer ? 0 : -ENOMEM;
}

int operation_metrics(Request *request) {
        const SessionContext *context = request->context;
        _cleanup_free_ char *text = NULL;
        int r = context->events->metrics(&text, context->userdata);

        if (r < 0)
                return r;
        request->answer = json_pack("{s:b, s:o}", "ok", 1, "text", reply_string(text));
        return request->answer ? 0 : -ENOMEM;
}

/* NULL if there is no memory. */
static json_t *device_json(const ServerDevice *d) {
        json_t *mtu = d->mtu > 0 ? json_integer(d->mtu) : json_null();
        json_t *since = d->has_been ? reply_seconds(d->since_usec) : json_null();

        return json_pack("{s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "address", reply_string(d->address),
                "address_type", reply_string(d->address_type), "name", reply_string(d->name),
                "connected", (int)d->connected, "bonded", (int)d->bonded, "mtu", mtu, "since_s",
                since);
}

int operation_devices(Request *request) {
        const SessionContext *context = request->context;
        json_t *array = json_array();
        ServerDevice device;

        request->answer = json_pack("{s:b, s:o}", "ok", 1, "devices", array);
        for (size_t i = 0;
                request->answer && context->events->device(i, &device, context->userdata); i++)
                if (json_array_append_new(array, device_json(&device)) < 0)
                        return -ENOMEM;
        return request->answer ? 0 : -ENOMEM;
}

static int check_name(Request *request, const char *name) {
        size_t size = strlen(name);

        if (size == 0 || size > ADVERTISEMENT_NAME_MAX)
                return reply_fail(request->detail, REPLY_E_BAD_LENGTH,
                        "name: %zu bytes, needs 1 to %d", size, ADVERTISEMENT_NAME_MAX);
        for (const char *p = name; *p; p++)
                if ((unsigned char)*p < ' ' || *p == 0x7f)
                        return reply_fail(request->detail, REPLY_E_BAD_VALUE,
                                "name: the control character 0x%02x is no part of a name",
                                (unsigned char)*p);
        return 0;
}

int operation_advertise(Request *request) {
        const SessionContext *context = request->context;
        const json_t *name = json_object_get(request->members, "name");
        char why[REPLY_DETAIL_SIZE] = "";
        int r;

        if (!json_is_string(name))
                return reply_fail(request->detail, REPLY_E_BAD_REQUEST, "name %s",
                        name ? "is not a string" : "is missing");
        r = check_name(request, json_string_value(name));
        if (r != 0)
                return r;
        r = context->events->advertise(
                json_string_value(name), why, sizeof(why), context->userdata);
        if (r == SERVER_E_UNAVAILABLE)
                return reply_fail(request->detail, REPLY_E_UNAVAILABLE, "%s", why);
        if (r < 0)
                return reply_fail(request->detail, REPLY_E_INTERNAL, "the name is as it was: %s",
                        strerror(-r));
        return request_ok(request);
}

static int activate(Request *request, bool active) {
        const SessionContext *context = request->context;
        char why[REPLY_DETAIL_SIZE] = "";

        if (context->events->activate(active, why, sizeof(why), context->userdata) ==
                SERVER_E_UNAVAILABLE)
                return reply_fail(request->detail, REPLY_E_UNAVAILABLE, "%s", why);
        return request_ok(request);
}

int operation_activate(Request *request) {
        return activate(request, true);
}

int operation_deactivate(Request *request) {
        return activate(request, false);
}

/* NULL if there is no memory. */
static json_t *names_json(char *const *names, size_t n) {
        json_t *array = json_array();

        for (size_t i = 0; array && i < n && i < RELOAD_LIST_MAX; i++)
                if (json_array_append_new(array, reply_string(names[i])) < 0) {
                        json_decref(array);
                        return NULL;
                }
        return array;
}

static json_t *lines_json(const char *text) {
        json_t *array = json_array();
        size_t n = 0;

        for (const char *end; array && text && *text && n < RELOAD_LIST_MAX; text = end + 1, n++) {
                end = strchrnul(text, '\n');
                _cleanup_free_ char *line = strndup(text, (size_t)(end - text));

                if (!line || json_array_append_new(array, reply_string(line)) < 0) {
                        json_decref(array);
                        return NULL;
                }
                if (*end == '\0')
                        break;
        }
        return array;
}

static json_t *count(size_t n) {
        return json_integer((json_int_t)n);
}

static int answer_reloaded(Request *request, const ServerReload *r) {
        json_t *in_place = names_json(r->in_place, r->n_in_place);
        json_t *anew = names_json(r->anew, r->n_anew);
        json_t *restart = names_json(r->restart, r->n_restart);

        request->answer = json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "ok", 1, "changed",
                count(r->n_in_place + r->n_anew), "in_place", in_place, "anew", anew, "restart",
                restart, "warnings", count(r->warnings), "problems", lines_json(r->problems));
        return request->answer ? 0 : -ENOMEM;
}

static int answer_invalid(Request *request, const ServerReload *r) {
        request->answer = json_pack("{s:o, s:o, s:o}", "errors", count(r->errors), "warnings",
                count(r->warnings), "problems", lines_json(r->problems));
        if (!request->answer)
                return -ENOMEM;
        return reply_fail(request->detail, REPLY_E_INVALID_CONFIG,
                "%u error%s, and nothing has changed: %.*s", r->errors, r->errors == 1 ? "" : "s",
                (int)strcspn(r->problems ? r->problems : "", "\n"), r->problems ? r->problems : "");
}

int operation_reload(Request *request) {
        const SessionContext *context = request->context;
        ServerReload reload = {};
        int r = context->events->reload(&reload, context->userdata);

        if (r == SERVER_E_INVALID)
                return answer_invalid(request, &reload);
        if (r < 0)
                return reply_fail(
                        request->detail, REPLY_E_INTERNAL, "nothing has changed: %s", strerror(-r));
        return answer_reloaded(request, &reload);
}
