/* The requests that libspored knows. */
#include "client/client.h"

#include <errno.h>
#include <string.h>

int spored_client_send(
        SporedClient *client, json_t *request, SporedAnswered answered, void *userdata) {
        _cleanup_free_ SporedRequest *sent = NULL;
        _cleanup_free_ char *text = NULL;
        int r;

        if (client->error < 0)
                return -ENOTCONN;
        if (client->requests.n >= SPORED_UNANSWERED_MAX)
                return -ENOBUFS;
        if (json_object_set_new(request, "id", json_integer(++client->last_id)) < 0)
                return -ENOMEM;
        text = json_dumps(request, JSON_COMPACT);
        sent = spored_request_new(client->last_id, answered, userdata);
        if (!text || !sent)
                return -ENOMEM;
        r = spored_connection_send(client->connection, text);
        if (r < 0)
                return r;
        spored_requests_add(&client->requests, STEAL(sent));
        return 0;
}

static int errno_of(const json_error_t *error) {
        return json_error_code(error) == json_error_out_of_memory ? -ENOMEM : -EINVAL;
}

int spored_client_request(
        SporedClient *client, const char *request, SporedAnswered answered, void *userdata) {
        json_error_t error;
        json_auto_t *object = json_loads(request, JSON_REJECT_DUPLICATES, &error);

        if (!object)
                return errno_of(&error);
        if (!json_is_object(object) || json_object_get(object, "id"))
                return -EINVAL;
        return spored_client_send(client, object, answered, userdata);
}

/* -EINVAL: NULL, or not UTF-8. */
static int text_to_json(json_t **ret, const char *text) {
        json_error_t error;

        *ret = json_pack_ex(&error, 0, "s", text);
        return *ret ? 0 : errno_of(&error);
}

/* Takes value over. */
static int add(json_t *object, const char *member, json_t *value) {
        return json_object_set_new(object, member, value) < 0 ? -ENOMEM : 0;
}

static int add_text(json_t *object, const char *member, const char *text) {
        json_t *value;
        int r = text_to_json(&value, text);

        return r < 0 ? r : add(object, member, value);
}

static int add_texts(json_t *object, const char *member, const char *const *texts) {
        json_t *array = json_array(), *value;
        int r = add(object, member, array);

        for (; r == 0 && *texts; texts++) {
                r = text_to_json(&value, *texts);
                if (r == 0 && json_array_append_new(array, value) < 0)
                        r = -ENOMEM;
        }
        return r;
}

/* {"op":op}, and "characteristic" unless that is NULL. */
static int start(json_t **ret, const char *op, const char *characteristic) {
        json_auto_t *object = json_object();
        int r;

        if (!object)
                return -ENOMEM;
        r = add_text(object, "op", op);
        if (r == 0 && characteristic)
                r = add_text(object, "characteristic", characteristic);
        if (r == 0)
                *ret = STEAL(object);
        return r;
}

static int add_field(json_t *object, const SporedField *field) {
        json_auto_t *name = NULL;
        int r;

        /* Looked at as a text first, to tell a bad name from a lack of memory. */
        r = text_to_json(&name, field->name);
        if (r < 0)
                return r;
        if (json_object_get(object, field->name))
                return -EINVAL;
        return add_text(object, field->name, field->text);
}

static int add_fields(json_t *request, const SporedField *fields, size_t n_fields) {
        json_t *object;
        int r;

        if (n_fields == 1 && !fields->name)
                return add_text(request, "value", fields->text);
        object = json_object();
        r = add(request, "fields", object);
        for (size_t i = 0; r == 0 && i < n_fields; i++)
                r = add_field(object, &fields[i]);
        return n_fields == 0 ? -EINVAL : r;
}

int spored_client_set(SporedClient *client, const char *characteristic, const SporedField *fields,
        size_t n_fields, SporedAnswered answered, void *userdata) {
        json_auto_t *request = NULL;
        int r;

        r = characteristic ? start(&request, "set", characteristic) : -EINVAL;
        if (r == 0)
                r = add_fields(request, fields, n_fields);
        return r < 0 ? r : spored_client_send(client, request, answered, userdata);
}

int spored_client_set_bytes(SporedClient *client, const char *characteristic, const void *data,
        size_t size, SporedAnswered answered, void *userdata) {
        _cleanup_free_ char *hex = calloc(size + 1, 2);
        json_auto_t *request = NULL;
        int r;

        if (!hex)
                return -ENOMEM;
        for (size_t i = 0; i < size; i++)
                (void)snprintf(hex + 2 * i, 3, "%02x", ((const uint8_t *)data)[i]);
        r = characteristic ? start(&request, "set", characteristic) : -EINVAL;
        if (r == 0)
                r = add_text(request, "hex", hex);
        return r < 0 ? r : spored_client_send(client, request, answered, userdata);
}

int spored_client_get(
        SporedClient *client, const char *characteristic, SporedAnswered answered, void *userdata) {
        json_auto_t *request = NULL;
        int r;

        r = characteristic ? start(&request, "get", characteristic) : -EINVAL;
        return r < 0 ? r : spored_client_send(client, request, answered, userdata);
}

int spored_client_verdict(SporedClient *client, uint64_t number, bool accept, unsigned code,
        SporedAnswered answered, void *userdata) {
        json_auto_t *request = NULL;
        int r;

        if (number > INT64_MAX || (code != 0 && (accept || code < 0x80 || code > 0x9f)))
                return -EINVAL;
        r = start(&request, "verdict", NULL);
        if (r == 0)
                r = add(request, "number", json_integer((int64_t)number));
        if (r == 0)
                r = add(request, "accept", json_boolean(accept));
        if (r == 0 && code != 0)
                r = add(request, "code", json_integer(code));
        return r < 0 ? r : spored_client_send(client, request, answered, userdata);
}

/* The answer to a watch or a handle. Busy is told once, until it is no longer. */
static void on_interest(SporedClient *client, const SporedMessage *answer, void *userdata) {
        const char *error = answer ? spored_message_error(answer) : NULL;
        SporedInterest *interest = userdata;
        bool was_busy = interest->busy;

        if (!answer || !interest->request)
                return;
        interest->busy = error && strcmp(error, "busy") == 0;
        if (interest->busy)
                spored_connection_set_timer(client->connection, SPORED_BUSY_RETRY_MS);
        if (error && !(interest->busy && was_busy))
                interest->called(client, answer, interest->userdata);
}

/* Asks now, if connected, and again after each reconnection. */
static int be_interested(SporedClient *client, SporedInterest *interest, json_t *request,
        SporedEvent called, void *userdata) {
        int r = 0;

        if (client->error == 0 || !(client->flags & SPORED_CLIENT_RECONNECT))
                r = spored_client_send(client, request, on_interest, interest);
        if (r < 0)
                return r;
        json_decref(interest->request);
        interest->request = json_incref(request);
        interest->called = called;
        interest->userdata = userdata;
        interest->busy = false;
        return 0;
}

int spored_client_watch(SporedClient *client, const char *const *events,
        const char *const *characteristics, SporedEvent called, void *userdata) {
        json_auto_t *request = NULL;
        int r;

        r = called ? start(&request, "watch", NULL) : -EINVAL;
        if (r == 0 && events)
                r = add_texts(request, "events", events);
        if (r == 0 && characteristics)
                r = add_texts(request, "characteristics", characteristics);
        if (r < 0)
                return r;
        return be_interested(client, &client->interests.watch, request, called, userdata);
}

int spored_client_handle(
        SporedClient *client, const char *characteristic, SporedEvent called, void *userdata) {
        json_auto_t *request = NULL;
        SporedInterest *interest;
        int r;

        r = called && characteristic ? start(&request, "handle", characteristic) : -EINVAL;
        if (r < 0)
                return r;
        interest = spored_interests_handle(&client->interests, characteristic);
        if (!interest)
                return -ENOMEM;
        return be_interested(client, interest, request, called, userdata);
}

int spored_client_unhandle(
        SporedClient *client, const char *characteristic, SporedAnswered answered, void *userdata) {
        SporedInterest *interest = spored_interests_find(&client->interests, characteristic);
        json_auto_t *request = NULL;
        int r;

        if (!interest || !interest->request)
                return -ENOENT;
        r = start(&request, "unhandle", characteristic);
        if (r == 0 && client->error == 0)
                r = spored_client_send(client, request, answered, userdata);
        if (r < 0)
                return r;
        json_decref(interest->request);
        interest->request = NULL;
        return 0;
}

int spored_client_ask_again(SporedClient *client) {
        SporedInterest *watch = &client->interests.watch;
        int r = 0;

        if (watch->request)
                r = spored_client_send(client, watch->request, on_interest, watch);
        for (SporedInterest *i = client->interests.handles; r == 0 && i; i = i->next) {
                i->busy = false;
                if (i->request)
                        r = spored_client_send(client, i->request, on_interest, i);
        }
        return r;
}

void spored_client_ask_busy(SporedClient *client) {
        int r = 0;

        for (SporedInterest *i = client->interests.handles; r == 0 && i; i = i->next)
                if (i->busy && i->request)
                        r = spored_client_send(client, i->request, on_interest, i);
        if (r < 0)
                spored_connection_set_timer(client->connection, SPORED_BUSY_RETRY_MS);
}
