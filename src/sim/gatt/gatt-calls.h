/* Calls into applications, with the options as bluetoothd sends them, and the requests of centrals
 * that wait for their answers. */
#pragma once

#include "sim/gatt/gatt-state.h"

/* What is said in the options beside the device, the link and the MTU. */
typedef struct CallOptions {
        uint16_t offset; /* 0: not said */
        bool prepare_authorize;
} CallOptions;

/* A request of a central that an application answers. Owned by the server's list of calls. */
struct GattCall {
        TAILQ_ENTRY(GattCall) entry;
        Provider *provider;
        GattLink *link;
        sd_bus_slot *slot;     /* NULL: waits for something else than a reply */
        struct ev_timer limit; /* bluetoothd's patience */
        GattAnswer answer;
        void *userdata;
        uint8_t *data; /* of a write */
        size_t size, prepared;
        uint16_t mtu;                   /* when it was asked */
        bool waits_for_socket;          /* AcquireWrite() is under way */
        void (*resume)(GattCall *call); /* a long write's next step */
};

/* A call into the provider; *ret is without arguments yet. */
int gatt_calls_message(const Provider *provider, const char *member, sd_bus_message **ret);
int gatt_calls_append_options(sd_bus_message *m, const GattLink *link, const CallOptions *options);
/* Sends it, and tells of it if that is wanted. link is NULL for a call without options. slot NULL:
 * no reply is asked for. */
int gatt_calls_send(const Provider *provider, const GattLink *link, const CallOptions *options,
        sd_bus_message *m, sd_bus_slot **slot, sd_bus_message_handler_t handler, void *userdata);
/* StartNotify(), StopNotify(), Confirm(): no reply is asked for. */
void gatt_calls_tell(const Provider *provider, const char *member);
/* Sets the property Handle of an object of an application. */
void gatt_calls_set_handle(const GattApplication *application, const ApplicationObject *object,
        const char *interface, uint16_t handle);

/* Copies data. After 5 s it is answered with ATT 0x0e. NULL: out of memory; then that is answered.
 */
GattCall *gatt_call_new(GattLink *link, Provider *provider, const uint8_t *data, size_t size,
        GattAnswer answer, void *userdata);
/* Its time begins anew. */
void gatt_call_restart_limit(GattCall *call);
/* Without an answer. */
void gatt_call_free(GattCall *call);
/* Answers and frees. */
void gatt_call_finish(GattCall *call, uint8_t error, const uint8_t *data, size_t size);
/* The code of an error reply. */
uint8_t gatt_call_error(const GattCall *call, sd_bus_message *reply, uint8_t not_permitted);

/* The central has left: nobody is answered. */
void gatt_calls_drop_link(GattServer *server, const GattLink *link);
/* The application goes: ATT 0x06 for whoever waits for it. */
void gatt_calls_cancel(GattServer *server, const GattApplication *application);
