/* What centrals ask: reads and writes, answered by the table or by an application. */
#include "sim/gatt/att.h"
#include "sim/gatt/gatt-calls.h"
#include "sim/gatt/gatt-state.h"
#include "sim/gatt/subscription.h"
#include "sim/gatt/value-socket.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

/* Of a Prepare Write Request before the value. */
#define PREPARE_HEADER_SIZE 5

/* Of the requests, behind the opcode: the handle, and the offset. */
#define WRITE_HEADER_SIZE   2
#define PREPARE_OFFSET_SIZE 2

#define CCC_SIZE 2

/* Of Client Supported Features: robust caching, enhanced bearers, several notifications in one. */
#define CLIENT_FEATURES 0x07

/* The order is bluetoothd's (src/shared/gatt-server.c): an attribute with no permission at all is
 * left to whoever answers for it. Just Works, which is all that centrals do here, encrypts but
 * does not authenticate. */
static uint8_t check_permissions(const DatabaseEntry *entry, const GattLink *link, bool write) {
        unsigned permissions = entry->permissions;
        unsigned plain = write ? PERMISSION_WRITE : PERMISSION_READ;
        unsigned encrypted = write ? PERMISSION_WRITE_ENCRYPTED : PERMISSION_READ_ENCRYPTED;
        unsigned authenticated =
                write ? PERMISSION_WRITE_AUTHENTICATED : PERMISSION_READ_AUTHENTICATED;

        if (permissions && !(permissions & plain))
                return write ? ATT_ERROR_WRITE_NOT_PERMITTED : ATT_ERROR_READ_NOT_PERMITTED;
        if (permissions & authenticated)
                return ATT_ERROR_AUTHENTICATION;
        if ((permissions & encrypted) && !link->device->bonded)
                return ATT_ERROR_ENCRYPTION;
        return 0;
}

static bool too_long(const GattLink *link, size_t size, size_t header_size) {
        if (link->server->behaviour->counts_write_header)
                size += header_size;
        return size > ATT_VALUE_SIZE_MAX;
}

/* NULL: *ret_error says why not. */
static DatabaseEntry *find_entry(
        const GattLink *link, uint16_t handle, bool write, uint8_t *ret_error) {
        DatabaseEntry *entry = database_at(link->server->database, handle);

        *ret_error =
                entry ? check_permissions(entry, link, write) : (uint8_t)ATT_ERROR_INVALID_HANDLE;
        return *ret_error ? NULL : entry;
}

static void answer_value(GattLink *link, GattAnswer answer, void *userdata, const uint8_t *data,
        size_t size, size_t offset) {
        size_t room = link->mtu - 1u;

        if (offset > size) {
                link_queue_answer(link->queue, answer, userdata, ATT_ERROR_INVALID_OFFSET, NULL, 0);
                return;
        }
        size -= offset;
        link_queue_answer(
                link->queue, answer, userdata, 0, data + offset, size < room ? size : room);
}

static void answer_error(GattLink *link, GattAnswer answer, void *userdata, uint8_t error) {
        link_queue_answer(link->queue, answer, userdata, error, NULL, 0);
}

static int on_read(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        GattCall *call = userdata;
        const void *data;
        size_t size;

        if (sd_bus_message_is_method_error(reply, NULL))
                gatt_call_finish(
                        call, gatt_call_error(call, reply, ATT_ERROR_READ_NOT_PERMITTED), NULL, 0);
        else if (sd_bus_message_read_array(reply, 'y', &data, &size) <= 0)
                gatt_call_finish(call, ATT_ERROR_REQUEST_NOT_SUPPORTED, NULL, 0);
        else
                gatt_call_finish(
                        call, 0, data, size < ATT_VALUE_SIZE_MAX ? size : ATT_VALUE_SIZE_MAX);
        return 0;
}

static void read_from_application(
        GattLink *link, Provider *p, uint16_t offset, GattAnswer answer, void *userdata) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        const CallOptions options = {.offset = offset};
        GattCall *call = gatt_call_new(link, p, NULL, 0, answer, userdata);

        if (!call)
                return;
        int r = gatt_calls_message(p, "ReadValue", &m);
        if (r >= 0)
                r = gatt_calls_append_options(m, link, &options);
        if (r >= 0)
                r = gatt_calls_send(p, link, &options, m, &call->slot, on_read, call);
        if (r < 0)
                gatt_call_finish(call, ATT_ERROR_UNLIKELY, NULL, 0);
}

static void read_stored(GattLink *link, const DatabaseEntry *entry, uint16_t offset,
        GattAnswer answer, void *userdata) {
        const CoreServices *core = &link->server->core;
        uint8_t hash[16];

        if (entry == core->client_features) {
                answer_value(link, answer, userdata, &link->device->client_features, 1, offset);
        } else if (entry == core->database_hash) {
                core_services_hash(link->server->database, hash);
                answer_value(link, answer, userdata, hash, sizeof(hash), offset);
        } else {
                answer_value(link, answer, userdata, entry->stored, entry->stored_size, offset);
        }
}

void gatt_link_read(
        GattLink *link, uint16_t handle, uint16_t offset, GattAnswer answer, void *userdata) {
        uint8_t error, ccc[CCC_SIZE];

        if (!link->server)
                return;
        const DatabaseEntry *entry = find_entry(link, handle, false, &error);
        if (!entry) {
                answer_error(link, answer, userdata, error);
        } else if (entry->attribute.kind == ATTRIBUTE_CCC) {
                bytes_put_le(ccc, sizeof(ccc), subscription_value(link->device, handle));
                answer_value(link, answer, userdata, ccc, sizeof(ccc), offset);
        } else if (entry->object) {
                read_from_application(link, entry->object, offset, answer, userdata);
        } else {
                read_stored(link, entry, offset, answer, userdata);
        }
}

/* More than one value in a reply that should have none. */
static bool odd_reply(sd_bus_message *reply) {
        return sd_bus_message_skip(reply, NULL) > 0 && sd_bus_message_at_end(reply, true) == 0;
}

static uint8_t write_error(const GattCall *call, sd_bus_message *reply) {
        if (sd_bus_message_is_method_error(reply, NULL))
                return gatt_call_error(call, reply, ATT_ERROR_WRITE_NOT_PERMITTED);
        return odd_reply(reply) ? ATT_ERROR_REQUEST_NOT_SUPPORTED : 0;
}

static int on_written(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        GattCall *call = userdata;

        gatt_call_finish(call, write_error(call, reply), NULL, 0);
        return 0;
}

/* handler NULL: no reply is asked for. */
static int call_write(GattCall *call, const CallOptions *options, const uint8_t *data, size_t size,
        sd_bus_message_handler_t handler) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;

        int r = gatt_calls_message(call->provider, "WriteValue", &m);
        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', data, size);
        if (r >= 0)
                r = gatt_calls_append_options(m, call->link, options);
        return r < 0 ? r
                     : gatt_calls_send(call->provider, call->link, options, m,
                               handler ? &call->slot : NULL, handler, call);
}

/* A characteristic that takes writes without response has every write acknowledged before the
 * application sees it. */
static bool acknowledged_at_once(const Provider *p) {
        return (p->object->flags.properties & PROPERTY_WRITE_WITHOUT_RESPONSE) != 0;
}

static void write_by_call(GattCall *call, bool wait) {
        const CallOptions options = {0};

        int r = call_write(call, &options, call->data, call->size, wait ? on_written : NULL);
        if (r < 0 || !wait)
                gatt_call_finish(call, r < 0 ? ATT_ERROR_UNLIKELY : 0, NULL, 0);
}

/* All that wait for the provider's socket. socket NULL: there is none, so they are calls after
 * all, unless error says what they are told. */
static void end_waiting(Provider *p, const ValueSocket *socket, uint8_t error) {
        GattCall *call, *next;

        for (call = TAILQ_FIRST(&p->application->server->calls); call; call = next) {
                next = TAILQ_NEXT(call, entry);
                if (call->provider != p || !call->waits_for_socket)
                        continue;
                call->waits_for_socket = false;
                if (socket && value_socket_send(socket, call->data, call->size) >= 0)
                        gatt_call_finish(call, 0, NULL, 0);
                else if (error)
                        gatt_call_finish(call, error, NULL, 0);
                else
                        write_by_call(call, true);
        }
}

static int on_write_acquired(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        Provider *p = userdata;
        const BluezBehaviour *behaviour = p->application->server->behaviour;
        GattLink *link =
                behaviour->notify_sockets == NOTIFY_SOCKETS_SHARED ? NULL : p->acquire_link;
        const sd_bus_error *failure = sd_bus_message_get_error(reply);
        ValueSocket *socket = NULL;
        uint8_t error = 0;

        p->acquire_write = sd_bus_slot_unref(p->acquire_write);
        p->acquire_link = NULL;
        if (failure)
                error = att_error_from_bus(
                        behaviour, failure->name, failure->message, ATT_ERROR_WRITE_NOT_PERMITTED);
        else if (value_socket_new(&socket, &p->write_sockets, p, link, reply, NULL) < 0)
                socket = NULL;
        p->stuck = behaviour->stuck_by_refusal && error && error != ATT_ERROR_UNLIKELY;
        if (p->stuck)
                return 0;
        /* The error that says nothing is as good as no socket. */
        end_waiting(p, socket, error == ATT_ERROR_UNLIKELY ? 0 : error);
        return 0;
}

static int acquire_write(GattCall *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        const CallOptions options = {0};
        Provider *p = call->provider;

        call->waits_for_socket = true;
        if (p->acquire_write || p->stuck)
                return 0;
        int r = gatt_calls_message(p, "AcquireWrite", &m);
        if (r >= 0)
                r = gatt_calls_append_options(m, call->link, &options);
        if (r >= 0)
                r = gatt_calls_send(
                        p, call->link, &options, m, &p->acquire_write, on_write_acquired, p);
        if (r >= 0)
                p->acquire_link = call->link;
        else
                call->waits_for_socket = false;
        return r;
}

/* The whole value, whatever brought it. */
static void write_now(GattCall *call) {
        Provider *p = call->provider;
        const ValueSocket *socket = value_socket_find(&p->write_sockets, call->link);

        if (p->object->kind == OBJECT_DESCRIPTOR) {
                write_by_call(call, true);
        } else if (socket) {
                int r = value_socket_send(socket, call->data, call->size);
                gatt_call_finish(call, r < 0 ? ATT_ERROR_UNLIKELY : 0, NULL, 0);
        } else if (!p->write_acquired || acquire_write(call) < 0) {
                write_by_call(call, !acknowledged_at_once(p));
        }
}

static int on_authorized(sd_bus_message *reply, void *userdata, sd_bus_error *ret_error) {
        GattCall *call = userdata;
        uint8_t error = write_error(call, reply);

        call->slot = sd_bus_slot_unref(call->slot);
        if (error) {
                gatt_call_finish(call, error, NULL, 0);
                return 0;
        }
        call->provider->prepare_authorized = true;
        gatt_call_restart_limit(call);
        call->resume(call);
        return 0;
}

/* Asks whether a long write may be, with an empty value. 1: the answer is waited for. */
static int authorize(GattCall *call) {
        const Provider *p = call->provider;
        const CallOptions options = {.offset = (uint16_t)call->prepared, .prepare_authorize = true};
        bool wait = p->object->kind == OBJECT_DESCRIPTOR || !acknowledged_at_once(p);

        if (!p->object->flags.authorize || p->prepare_authorized)
                return 0;
        int r = call_write(call, &options, NULL, 0, wait ? on_authorized : NULL);
        return r < 0 ? r : wait;
}

/* Prepares one part after the other, then executes. */
static void write_parts(GattCall *call) {
        size_t part = call->mtu - (size_t)PREPARE_HEADER_SIZE;

        while (call->prepared < call->size) {
                size_t left = call->size - call->prepared;
                size_t end = call->prepared + (left < part ? left : part);

                if (too_long(call->link, end, WRITE_HEADER_SIZE + PREPARE_OFFSET_SIZE)) {
                        gatt_call_finish(call, ATT_ERROR_INVALID_VALUE_LENGTH, NULL, 0);
                        return;
                }
                int r = authorize(call);
                if (r < 0) {
                        gatt_call_finish(call, ATT_ERROR_UNLIKELY, NULL, 0);
                        return;
                }
                call->prepared = end;
                if (r > 0)
                        return;
        }
        call->provider->prepare_authorized = false;
        write_now(call);
}

static uint8_t write_ccc(
        GattLink *link, const DatabaseEntry *entry, const uint8_t *data, size_t size) {
        if (size == 0 || size > CCC_SIZE)
                return ATT_ERROR_INVALID_VALUE_LENGTH;
        return subscription_write(
                link, entry->object, entry->attribute.handle, (uint16_t)bytes_get_le(data, size));
}

static uint8_t write_client_features(GattLink *link, const uint8_t *data, size_t size) {
        uint8_t *features = &link->device->client_features;

        if (size != 1)
                return ATT_ERROR_INVALID_VALUE_LENGTH;
        if (*features & ~data[0])
                return ATT_ERROR_VALUE_NOT_ALLOWED;
        *features |= data[0] & CLIENT_FEATURES;
        return 0;
}

static void write_entry(GattLink *link, uint16_t handle, const uint8_t *data, size_t size,
        bool parts, GattAnswer answer, void *userdata) {
        uint8_t error;

        if (!link->server)
                return;
        const DatabaseEntry *entry = find_entry(link, handle, true, &error);
        if (entry && !parts && too_long(link, size, WRITE_HEADER_SIZE))
                error = ATT_ERROR_INVALID_VALUE_LENGTH;
        if (error) {
                answer_error(link, answer, userdata, error);
        } else if (entry->attribute.kind == ATTRIBUTE_CCC) {
                answer_error(link, answer, userdata,
                        parts ? ATT_ERROR_INVALID_VALUE_LENGTH
                              : write_ccc(link, entry, data, size));
        } else if (entry->object) {
                GattCall *call = gatt_call_new(link, entry->object, data, size, answer, userdata);
                if (!call)
                        return;
                call->resume = parts ? write_parts : write_now;
                call->resume(call);
        } else {
                answer_error(link, answer, userdata,
                        entry == link->server->core.client_features
                                ? write_client_features(link, data, size)
                                : 0);
        }
}

void gatt_link_write(GattLink *link, uint16_t handle, const uint8_t *data, size_t size,
        GattAnswer answer, void *userdata) {
        write_entry(link, handle, data, size, false, answer, userdata);
}

void gatt_link_write_command(GattLink *link, uint16_t handle, const uint8_t *data, size_t size) {
        write_entry(link, handle, data, size, false, NULL, NULL);
}

void gatt_link_write_long(GattLink *link, uint16_t handle, const uint8_t *data, size_t size,
        GattAnswer answer, void *userdata) {
        write_entry(link, handle, data, size, true, answer, userdata);
}
