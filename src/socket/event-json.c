/* The lines of events. */
#include "socket/event-json.h"

#include "socket/fields-json.h"
#include "socket/reply.h"

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
