/* What applications ask of bluetoothd. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "sim/bluetoothd/message-events.h"
#include "sim/event.h"
#include "util/cleanup.h"

#include <stdio.h>
#include <string.h>

static bool is_object(Bluez *b, const char *path) {
        return strcmp(path, "/") == 0 || strcmp(path, BLUEZ_PATH) == 0 ||
               adapter_object_at(b, path) || device_object_at(b, path);
}

/* As libdbus says it. */
static int unknown_method(Bluez *b, sd_bus_message *call) {
        bool object = is_object(b, sd_bus_message_get_path(call));
        const char *signature = sd_bus_message_get_signature(call, true);
        const char *interface = sd_bus_message_get_interface(call);

        return sd_bus_reply_method_errorf(call,
                object ? SD_BUS_ERROR_UNKNOWN_METHOD : SD_BUS_ERROR_UNKNOWN_OBJECT,
                "Method \"%s\" with signature \"%s\" on interface \"%s\" doesn't exist\n",
                sd_bus_message_get_member(call), signature ? signature : "",
                interface ? interface : "");
}

static int no_interface(sd_bus_message *call, const char *interface) {
        return sd_bus_reply_method_errorf(
                call, SD_BUS_ERROR_INVALID_ARGS, "No such interface '%s'", interface);
}

static int method_ping(Bluez *b, sd_bus_message *call) {
        return sd_bus_reply_method_return(call, NULL);
}

static int method_get_all(Bluez *b, sd_bus_message *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Property properties[PROPERTIES_SIM_MAX];
        const char *interface;
        bool found;

        int r = sd_bus_message_read(call, "s", &interface);
        if (r < 0)
                return r;
        size_t n =
                object_properties(b, sd_bus_message_get_path(call), interface, properties, &found);
        if (!found)
                return no_interface(call, interface);
        r = sd_bus_message_new_method_return(call, &m);
        if (r >= 0)
                r = property_append_all(properties, n, m);
        return r < 0 ? r : sd_bus_send(b->bus, m, NULL);
}

static int method_get(Bluez *b, sd_bus_message *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Property properties[PROPERTIES_SIM_MAX];
        const char *interface, *name;
        size_t i = 0;
        bool found;

        int r = sd_bus_message_read(call, "ss", &interface, &name);
        if (r < 0)
                return r;
        size_t n =
                object_properties(b, sd_bus_message_get_path(call), interface, properties, &found);
        if (!found)
                return no_interface(call, interface);
        while (i < n && strcmp(properties[i].name, name) != 0)
                i++;
        if (i == n)
                return sd_bus_reply_method_errorf(
                        call, SD_BUS_ERROR_INVALID_ARGS, "No such property '%s'", name);
        r = sd_bus_message_new_method_return(call, &m);
        if (r >= 0)
                r = property_append_variant(&properties[i], m);
        return r < 0 ? r : sd_bus_send(b->bus, m, NULL);
}

static int method_set(Bluez *b, sd_bus_message *call) {
        const char *path = sd_bus_message_get_path(call), *interface, *name;
        Property properties[PROPERTIES_SIM_MAX];
        bool found;

        int r = sd_bus_message_read(call, "ss", &interface, &name);
        if (r < 0)
                return r;
        (void)object_properties(b, path, interface, properties, &found);
        if (!found)
                return no_interface(call, interface);
        AdapterObject *a = adapter_object_at(b, path);
        if (!a || strcmp(interface, BLUEZ_ADAPTER) != 0)
                return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_PROPERTY_READ_ONLY,
                        "Property '%s' is not writable", name);
        (void)sd_bus_message_rewind(call, true);
        return adapter_object_method_set(b, a, call);
}

static int method_introspect(Bluez *b, sd_bus_message *call) {
        return sd_bus_reply_method_return(call, "s",
                "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\" "
                "\"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\"><node></node>");
}

static int method_remove_device(Bluez *b, sd_bus_message *call) {
        const AdapterObject *a = adapter_object_at(b, sd_bus_message_get_path(call));
        const char *path;

        int r = sd_bus_message_read(call, "o", &path);
        if (r < 0)
                return r;
        DeviceObject *d = device_object_at(b, path);
        if (!d || device_object_adapter(d) != a)
                return sd_bus_reply_method_errorf(
                        call, BLUEZ_ERROR_DOES_NOT_EXIST, "Does Not Exist");
        if (!adapter_object_is(a, "Powered"))
                return sd_bus_reply_method_errorf(
                        call, "org.bluez.Error.NotReady", "Resource Not Ready");
        r = sd_bus_reply_method_return(call, NULL);
        device_object_forget(d);
        return r;
}

static int method_disconnect(Bluez *b, sd_bus_message *call) {
        DeviceObject *d = device_object_at(b, sd_bus_message_get_path(call));
        char address[ADDRESS_SIZE];

        if (!d || !d->connected)
                return sd_bus_reply_method_errorf(
                        call, "org.bluez.Error.NotConnected", "Not Connected");
        text_copy(address, sizeof(address), d->address);
        int r = sd_bus_reply_method_return(call, NULL);
        device_object_left(d, REASON_LOCAL);
        b->events->link_cut(address, REASON_REMOTE, b->userdata);
        return r;
}

/* Where a method is. */
typedef enum Place {
        PLACE_ANY,
        PLACE_OBJECT, /* any that is there */
        PLACE_ROOT,
        PLACE_MANAGER,
        PLACE_ADAPTER,
        PLACE_DEVICE,
} Place;

static const struct {
        Place place;
        const char *interface, *member, *signature;
        int (*run)(Bluez *b, sd_bus_message *call);
} methods[] = {
        {PLACE_ANY, DBUS_PEER, "Ping", "", method_ping},
        {PLACE_OBJECT, DBUS_PROPERTIES, "Get", "ss", method_get},
        {PLACE_OBJECT, DBUS_PROPERTIES, "GetAll", "s", method_get_all},
        {PLACE_OBJECT, DBUS_PROPERTIES, "Set", "ssv", method_set},
        {PLACE_OBJECT, DBUS_INTROSPECTABLE, "Introspect", "", method_introspect},
        {PLACE_ROOT, DBUS_OBJECT_MANAGER, "GetManagedObjects", "", objects_reply},
        {PLACE_MANAGER, BLUEZ_AGENT_MANAGER, "RegisterAgent", "os", agent_manager_method_register},
        {PLACE_MANAGER, BLUEZ_AGENT_MANAGER, "UnregisterAgent", "o",
                agent_manager_method_unregister},
        {PLACE_MANAGER, BLUEZ_AGENT_MANAGER, "RequestDefaultAgent", "o",
                agent_manager_method_request_default},
        {PLACE_ADAPTER, BLUEZ_ADAPTER, "RemoveDevice", "o", method_remove_device},
        {PLACE_ADAPTER, BLUEZ_GATT_MANAGER, "UnregisterApplication", "o",
                registration_method_unregister},
        {PLACE_ADAPTER, BLUEZ_ADVERTISING, "UnregisterAdvertisement", "o",
                registration_method_unregister},
        {PLACE_DEVICE, BLUEZ_DEVICE, "Disconnect", "", method_disconnect},
};

static bool is_at(Bluez *b, Place place, const char *path, const char *interface) {
        const AdapterObject *a;

        switch (place) {
        case PLACE_ANY:
                return true;
        case PLACE_OBJECT:
                return is_object(b, path);
        case PLACE_ROOT:
                return strcmp(path, "/") == 0;
        case PLACE_MANAGER:
                return strcmp(path, BLUEZ_PATH) == 0;
        case PLACE_ADAPTER:
                a = adapter_object_at(b, path);
                return a && adapter_object_has(a, interface);
        case PLACE_DEVICE:
                return device_object_at(b, path) != NULL;
        }
        return false;
}

/* interface may be left out by the caller. */
static bool is_method(sd_bus_message *m, const char *interface, const char *member) {
        const char *called = sd_bus_message_get_interface(m);

        return strcmp(sd_bus_message_get_member(m), member) == 0 &&
               (!called || strcmp(called, interface) == 0);
}

static int carry_out(Bluez *b, sd_bus_message *call) {
        const char *signature = sd_bus_message_get_signature(call, true);
        const char *path = sd_bus_message_get_path(call);

        (void)sd_bus_message_rewind(call, true);
        for (size_t i = 0; i < ELEMENTS(methods); i++)
                if (is_method(call, methods[i].interface, methods[i].member) && signature &&
                        strcmp(methods[i].signature, signature) == 0 &&
                        is_at(b, methods[i].place, path, methods[i].interface))
                        return methods[i].run(b, call);
        return unknown_method(b, call);
}

int calls_answer(Bluez *b, sd_bus_message *call, const Rule *rule) {
        switch (rule->answer) {
        case ANSWER_OK:
                return carry_out(b, call);
        case ANSWER_ODD:
                return sd_bus_reply_method_return(call, "s", "odd");
        case ANSWER_ERROR:
                return sd_bus_reply_method_error(
                        call, &SD_BUS_ERROR_MAKE_CONST(rule->error, rule->text));
        case ANSWER_HOLD:
        case ANSWER_LATE:
                return held_calls_add(b, call, NULL, rule);
        case ANSWER_NEVER:
                break;
        }
        return 0;
}

/* One that bluetoothd answers only after it has asked back. */
static bool is_registration(Bluez *b, sd_bus_message *m, const Rule *rule) {
        bool application = is_method(m, BLUEZ_GATT_MANAGER, "RegisterApplication");
        const char *interface = application ? BLUEZ_GATT_MANAGER : BLUEZ_ADVERTISING;
        const char *signature = sd_bus_message_get_signature(m, true);

        if (!application && !is_method(m, BLUEZ_ADVERTISING, "RegisterAdvertisement"))
                return false;
        return signature && strcmp(signature, "oa{sv}") == 0 &&
               is_at(b, PLACE_ADAPTER, sd_bus_message_get_path(m), interface);
}

static int on_call(Bluez *b, sd_bus_message *m) {
        const char *sender = sd_bus_message_get_sender(m);
        Rule rule = faults_take(&b->faults, sd_bus_message_get_member(m));

        text_copy(b->application, sizeof(b->application), sender ? sender : "");
        tell_call(m);
        int r = is_registration(b, m, &rule) ? registration_begin(b, m, &rule)
                                             : calls_answer(b, m, &rule);
        if (r < 0) {
                event("failed", sd_bus_message_get_member(m), strerror(-r));
                (void)sd_bus_reply_method_errno(m, r, NULL);
        }
        return 1;
}

static void on_properties_changed(Bluez *b, sd_bus_message *m) {
        const char *interface;

        if (sd_bus_message_read(m, "s", &interface) < 0)
                return;
        (void)sd_bus_message_rewind(m, true);
        if (strcmp(interface, BLUEZ_CHARACTERISTIC) != 0 &&
                strcmp(interface, BLUEZ_ADVERTISEMENT) != 0)
                return; /* another bluetoothd's */
        tell_signal(m);
        (void)sd_bus_message_skip(m, "s");
        if (strcmp(interface, BLUEZ_CHARACTERISTIC) == 0)
                gatt_server_properties_changed(b->parameters.server, sd_bus_message_get_sender(m),
                        sd_bus_message_get_path(m), m);
        else
                advertising_manager_changed(b, m);
        (void)sd_bus_message_rewind(m, true);
}

/* What it gives away itself it does not lose. */
static void set_owner(Bluez *b, bool owner) {
        if (b->owner && !owner)
                event("lost", "name", BLUEZ_SERVICE);
        b->owner = owner;
}

static void on_name_owner_changed(Bluez *b, const char *own, sd_bus_message *m) {
        const char *name, *old, *new;

        if (sd_bus_message_read(m, "sss", &name, &old, &new) < 0)
                return;
        if (strcmp(name, BLUEZ_SERVICE) == 0)
                set_owner(b, strcmp(new, own) == 0);
        if (*new || *name != ':')
                return;
        registrations_drop_owner(b, name);
        agent_manager_drop_owner(b, name);
        held_calls_drop(b, name);
}

int calls_filter(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        const char *own = NULL, *sender = sd_bus_message_get_sender(m);
        Bluez *b = userdata;
        uint8_t type = 0;

        (void)sd_bus_message_get_type(m, &type);
        (void)sd_bus_get_unique_name(b->bus, &own);
        if (type == SD_BUS_MESSAGE_METHOD_CALL)
                return on_call(b, m);
        if (!own || !sender || strcmp(sender, own) == 0)
                return 0;
        if (sd_bus_message_is_signal(m, DBUS_PROPERTIES, "PropertiesChanged"))
                on_properties_changed(b, m);
        else if (strcmp(sender, DBUS_SERVICE) == 0 &&
                 sd_bus_message_is_signal(m, DBUS_INTERFACE, "NameOwnerChanged"))
                on_name_owner_changed(b, own, m);
        return 0;
}
