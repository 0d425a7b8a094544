#include "sim/gatt/gatt-calls.h"

#include "bluez/names.h"
#include "loop/timer.h"
#include "sim/event.h"
#include "sim/gatt/att.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_LIMIT_USEC (5 * USEC_PER_SEC)  /* of an attribute */
#define CALL_TIMEOUT_USEC (25 * USEC_PER_SEC) /* of libdbus */

#define LINK_LE "LE"

static const char *interface_of(const Provider *p) {
        return p->object->kind == OBJECT_DESCRIPTOR ? BLUEZ_DESCRIPTOR : BLUEZ_CHARACTERISTIC;
}

static void add_number(const char *key, unsigned number) {
        char text[16];

        (void)snprintf(text, sizeof(text), "%u", number);
        event_add(key, text);
}

static void trace(
        const char *member, const char *path, const GattLink *link, const CallOptions *options) {
        if (!event_trace())
                return;
        event_begin("calls");
        event_add("member", member);
        event_add("path", path);
        if (link) {
                event_add("device", link->device->path);
                if (options->offset)
                        add_number("offset", options->offset);
                event_add("link", LINK_LE);
                if (options->prepare_authorize)
                        event_add("prepare-authorize", "true");
                add_number("mtu", link->mtu);
        }
        event_end();
}

int gatt_calls_message(const Provider *p, const char *member, sd_bus_message **ret) {
        const GattApplication *a = p->application;

        return sd_bus_message_new_method_call(
                a->server->bus, ret, a->owner, p->object->path, interface_of(p), member);
}

int gatt_calls_append_options(sd_bus_message *m, const GattLink *link, const CallOptions *options) {
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}", "device", "o", link->device->path);
        if (r >= 0 && options->offset)
                r = sd_bus_message_append(m, "{sv}", "offset", "q", options->offset);
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}", "link", "s", LINK_LE);
        if (r >= 0 && options->prepare_authorize)
                r = sd_bus_message_append(m, "{sv}", "prepare-authorize", "b", 1);
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}", "mtu", "q", link->mtu);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int gatt_calls_send(const Provider *p, const GattLink *link, const CallOptions *options,
        sd_bus_message *m, sd_bus_slot **slot, sd_bus_message_handler_t handler, void *userdata) {
        sd_bus *bus = p->application->server->bus;
        int r;

        trace(sd_bus_message_get_member(m), p->object->path, link, options);
        if (slot)
                return sd_bus_call_async(bus, slot, m, handler, userdata, CALL_TIMEOUT_USEC);
        r = sd_bus_message_set_expect_reply(m, 0);
        return r < 0 ? r : sd_bus_send(bus, m, NULL);
}

/* What cannot be sent is lost, as with the real one: nobody waits for it. */
void gatt_calls_tell(const Provider *p, const char *member) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        if (gatt_calls_message(p, member, &m) >= 0)
                (void)gatt_calls_send(p, NULL, NULL, m, NULL, NULL, NULL);
}

void gatt_calls_set_handle(const GattApplication *a, const ApplicationObject *object,
        const char *interface, uint16_t handle) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        trace("Set", object->path, NULL, NULL);
        int r = sd_bus_message_new_method_call(
                a->server->bus, &m, a->owner, object->path, DBUS_PROPERTIES, "Set");
        if (r >= 0)
                r = sd_bus_message_append(m, "ssv", interface, "Handle", "q", handle);
        if (r >= 0)
                r = sd_bus_message_set_expect_reply(m, 0);
        if (r >= 0)
                (void)sd_bus_send(a->server->bus, m, NULL);
}

void gatt_call_free(GattCall *call) {
        GattServer *server = call->provider->application->server;

        TAILQ_REMOVE(&server->calls, call, entry);
        sd_bus_slot_unref(call->slot);
        ev_timer_stop(server->loop, &call->limit);
        free(call->data);
        free(call);
}

void gatt_call_finish(GattCall *call, uint8_t error, const uint8_t *data, size_t size) {
        size_t room = call->mtu - 1u;

        link_queue_answer(call->link->queue, call->answer, call->userdata, error, data,
                size < room ? size : room);
        gatt_call_free(call);
}

/* A value that waits for AcquireWrite() still goes into the socket if that comes. */
static void on_limit(struct ev_loop *loop, struct ev_timer *w, int revents) {
        GattCall *call = w->data;

        if (!call->waits_for_socket || !call->provider->acquire_write) {
                gatt_call_finish(call, ATT_ERROR_UNLIKELY, NULL, 0);
                return;
        }
        link_queue_answer(
                call->link->queue, call->answer, call->userdata, ATT_ERROR_UNLIKELY, NULL, 0);
        call->answer = NULL;
}

void gatt_call_restart_limit(GattCall *call) {
        timer_start_once(
                call->provider->application->server->loop, &call->limit, ANSWER_LIMIT_USEC);
}

GattCall *gatt_call_new(GattLink *link, Provider *provider, const uint8_t *data, size_t size,
        GattAnswer answer, void *userdata) {
        GattCall *call = calloc(1, sizeof(*call));
        uint8_t *copy = malloc(size ? size : 1);

        if (!call || !copy) {
                free(call);
                free(copy);
                link_queue_answer(link->queue, answer, userdata, ATT_ERROR_UNLIKELY, NULL, 0);
                return NULL;
        }
        if (size > 0)
                memcpy(copy, data, size);
        call->provider = provider;
        call->link = link;
        call->answer = answer;
        call->userdata = userdata;
        call->data = copy;
        call->size = size;
        call->mtu = link->mtu;
        ev_timer_init(&call->limit, on_limit, 0., 0.);
        call->limit.data = call;
        TAILQ_INSERT_TAIL(&link->server->calls, call, entry);
        gatt_call_restart_limit(call);
        return call;
}

uint8_t gatt_call_error(const GattCall *call, sd_bus_message *reply, uint8_t not_permitted) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        return att_error_from_bus(call->provider->application->server->behaviour, error->name,
                error->message, not_permitted);
}

/* What was asked for one central's sake is not answered to another. */
static void drop_acquisition(Provider *p, const GattLink *link) {
        if (p->acquire_link != link)
                return;
        p->acquire_write = sd_bus_slot_unref(p->acquire_write);
        p->acquire_link = NULL;
}

/* Answered already, and no socket will come. */
static bool left_over(GattCall *call) {
        return call->waits_for_socket && !call->provider->acquire_write &&
               !ev_is_active(&call->limit);
}

void gatt_calls_drop_link(GattServer *server, const GattLink *link) {
        GattCall *call, *next;

        for (call = TAILQ_FIRST(&server->calls); call; call = TAILQ_NEXT(call, entry))
                drop_acquisition(call->provider, link);
        for (call = TAILQ_FIRST(&server->calls); call; call = next) {
                next = TAILQ_NEXT(call, entry);
                if (call->link == link || left_over(call))
                        gatt_call_free(call);
        }
}

void gatt_calls_cancel(GattServer *server, const GattApplication *application) {
        GattCall *call, *next;

        for (call = TAILQ_FIRST(&server->calls); call; call = next) {
                next = TAILQ_NEXT(call, entry);
                if (call->provider->application == application)
                        gatt_call_finish(call, ATT_ERROR_REQUEST_NOT_SUPPORTED, NULL, 0);
        }
}
