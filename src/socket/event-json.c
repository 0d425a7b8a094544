/* The lines of events. */
#include "socket/event-json.h"

#include "socket/fields-json.h"
#include "socket/reply.h"
#include "util/bytes.h"

#include <errno.h>

/* Takes the event, which may be NULL. */
static int to_text(char **ret, json_t *event) {
        int r = event ? reply_text(ret, NULL, event) : -ENOMEM;

        json_decref(event);
        return r;
}

static json_t *write_json(const ServerWrite *write, bool verdict) {
        const Characteristic *c = write->characteristic;
        json_t *event = json_pack("{s:s, s:I, s:s, s:o}", "event", "write", "number",
                (json_int_t)write->number, "characteristic", c->name, "device",
                reply_string(write->device));

        if (event && verdict && json_object_set_new(event, "verdict", json_true()) < 0) {
                json_decref(event);
                return NULL;
        }
        if (event && fields_json_decode(event, c, write->data, write->size) < 0) {
                json_decref(event);
                return NULL;
        }
        return event;
}

int event_json_write(char **ret, const ServerWrite *write, bool verdict) {
        return to_text(ret, write_json(write, verdict));
}

int event_json_descriptor_write(char **ret, const ServerDescriptorWrite *write) {
        char hex[2 * VALUE_SIZE_MAX + 1];

        bytes_to_hex(hex, write->data, write->size);
        return to_text(ret, json_pack("{s:s, s:s, s:s, s:o, s:s}", "event", "descriptor-write",
                                    "characteristic", write->characteristic->name, "descriptor",
                                    write->descriptor->name, "device", reply_string(write->device),
                                    "hex", hex));
}

int event_json_stale(char **ret, const Characteristic *c, bool stale, uint64_t age_usec) {
        return to_text(
                ret, json_pack("{s:s, s:s, s:b, s:o}", "event", "stale", "characteristic", c->name,
                             "stale", (int)stale, "age_s", reply_seconds(age_usec)));
}

int event_json_status(char **ret, const ServerStatus *status) {
        return to_text(ret, json_pack("{s:s, s:b, s:o, s:o, s:o}", "event", "status", "on_air",
                                    (int)status->on_air, "why", reply_string(status->why), "fix",
                                    reply_string(status->fix), "name", reply_string(status->name)));
}

static const char *const connection_words[_CONNECTION_EVENT_KIND_MAX] = {
        [CONNECTION_CONNECTED] = "connected",
        [CONNECTION_DISCONNECTED] = "disconnected",
        [CONNECTION_MTU] = "mtu",
        [CONNECTION_ADDRESS] = "address",
        [CONNECTION_BONDED] = "bonded",
        [CONNECTION_SUBSCRIBED] = "subscribed",
        [CONNECTION_UNSUBSCRIBED] = "unsubscribed",
};

/* What is not known is left out. */
static int add_text(json_t *object, const char *member, const char *text) {
        return text ? json_object_set_new(object, member, reply_string(text)) : 0;
}

static int add_subscription(json_t *object, const ConnectionEvent *event) {
        const char *by = event->by == NOTIFY_BY_SOCKET ? "socket" : "signal";
        int r = add_text(object, "characteristic", event->characteristic->name);

        return r < 0 ? r : add_text(object, "by", by);
}

static int add_members(json_t *object, const ConnectionEvent *event) {
        int r = add_text(object, "device", event->device);

        if (r < 0)
                return r;
        switch (event->kind) {
        case CONNECTION_CONNECTED:
                r = add_text(object, "name", event->name);
                return r < 0 ? r
                             : json_object_set_new(object, "bonded", json_boolean(event->bonded));
        case CONNECTION_DISCONNECTED:
                return add_text(object, "reason", event->reason);
        case CONNECTION_MTU:
                return json_object_set_new(object, "mtu", json_integer(event->mtu));
        case CONNECTION_ADDRESS:
                return add_text(object, "was", event->was);
        case CONNECTION_BONDED:
                return json_object_set_new(object, "bonded", json_boolean(event->bonded));
        case CONNECTION_SUBSCRIBED:
        case CONNECTION_UNSUBSCRIBED:
                return add_subscription(object, event);
        case _CONNECTION_EVENT_KIND_MAX:
                break;
        }
        return -1;
}

int event_json_connection(char **ret, const ConnectionEvent *event) {
        json_t *object = json_pack("{s:s}", "event", connection_words[event->kind]);

        if (object && add_members(object, event) < 0) {
                json_decref(object);
                object = NULL;
        }
        return to_text(ret, object);
}

int event_json_gone(char **ret, const char *name) {
        return to_text(ret, json_pack("{s:s, s:s}", "event", "gone", "characteristic", name));
}
