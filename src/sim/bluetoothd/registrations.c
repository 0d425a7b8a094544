/* GattManager1 and LEAdvertisingManager1: what programs register with bluetoothd, which asks them
 * what it is before it answers. */
#include "sim/bluetoothd/bluez-parts.h"

#include "bluez/names.h"
#include "sim/bluetoothd/message-events.h"
#include "sim/event.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static Registration *end_of(Bluez *b) {
        return b->registrations + REGISTRATIONS_MAX;
}

Registration *registration_find(Bluez *b, bool advertisement, const char *owner, const char *path) {
        for (Registration *g = b->registrations; g < end_of(b); g++)
                if (g->owner && g->advertisement == advertisement && strcmp(g->owner, owner) == 0 &&
                        strcmp(g->path, path) == 0)
                        return g;
        return NULL;
}

static size_t count(const Bluez *b, bool advertisement, const AdapterObject *adapter,
        RegistrationState at_least) {
        size_t n = 0;

        for (size_t i = 0; i < REGISTRATIONS_MAX; i++) {
                const Registration *g = &b->registrations[i];
                if (g->owner && g->advertisement == advertisement && g->state >= at_least &&
                        (!adapter || g->adapter == adapter))
                        n++;
        }
        return n;
}

size_t registrations_count(const Bluez *b, bool advertisement, const AdapterObject *adapter) {
        return count(b, advertisement, adapter, REGISTRATION_DONE);
}

size_t advertising_manager_active(const Bluez *b, const AdapterObject *adapter) {
        return count(b, true, adapter, REGISTRATION_ASKING) + (*b->advertised != '\0');
}

static void clear(Registration *g) {
        Bluez *b = g->bluez;

        held_calls_lose_registration(b, g);
        if (!g->advertisement && g->state == REGISTRATION_DONE &&
                gatt_server_has_application(b->parameters.server, g->owner, g->path))
                gatt_server_remove_application(b->parameters.server, g->owner, g->path);
        ev_timer_stop(b->loop, &g->timeout);
        ev_timer_stop(b->loop, &g->discoverable_timeout);
        sd_bus_slot_unref(g->slot);
        sd_bus_message_unref(g->listing);
        sd_bus_message_unref(g->call);
        free(g->path);
        free(g->owner);
        *g = (Registration){};
}

void registration_drop(Registration *g) {
        Bluez *b = g->bluez;
        AdapterObject *adapter = g->adapter;
        bool advertised = g->advertisement && g->state == REGISTRATION_DONE;

        clear(g);
        if (!advertised)
                return;
        advertising_manager_reschedule(adapter);
        advertising_manager_emit_instances(b, adapter);
        bluez_refresh_heard(b);
}

/* An advertisement that is being asked about stays: bluetoothd watches its owner only once it is
 * registered, so one whose owner dies before is never freed (bluez#969). */
void registrations_drop_owner(Bluez *b, const char *owner) {
        for (Registration *g = b->registrations; g < end_of(b); g++)
                if (g->owner && strcmp(g->owner, owner) == 0 &&
                        !(g->advertisement && g->state == REGISTRATION_ASKING))
                        registration_drop(g);
}

void registrations_drop_all(Bluez *b, const AdapterObject *adapter, bool release) {
        for (Registration *g = b->registrations; g < end_of(b); g++) {
                if (!g->owner || (adapter && g->adapter != adapter))
                        continue;
                if (release && g->advertisement && b->bus)
                        object_send_call(b, g->owner, g->path, BLUEZ_ADVERTISEMENT, "Release");
                advertising_manager_reschedule(g->adapter);
                clear(g);
        }
        bluez_refresh_heard(b);
}

/* Whose call has got an answer, and is not registered. */
static int end(Registration *g, int r) {
        registration_drop(g);
        return r < 0 ? r : 0;
}

static int fail(Registration *g, const char *text) {
        return end(g, sd_bus_reply_method_errorf(g->call, BLUEZ_ERROR_FAILED, "%s", text));
}

/* An application that does not list its objects has none. */
static int take_application(Registration *g, const char **ret_text) {
        Bluez *b = g->bluez;

        *ret_text = "No object received";
        if (!g->listing || sd_bus_message_is_method_error(g->listing, NULL) > 0)
                return -ENOENT;
        (void)sd_bus_message_rewind(g->listing, true);
        return gatt_server_add_application(
                b->parameters.server, g->owner, g->path, g->listing, ret_text);
}

/* The signals of what has changed go before the answer. */
static int complete(Registration *g) {
        Bluez *b = g->bluez;
        const char *text = "Failed";

        int r = g->advertisement ? advertising_manager_take(g, &text) : take_application(g, &text);
        if (r < 0)
                return fail(g, text);
        g->state = REGISTRATION_DONE;
        if (g->advertisement) {
                advertising_manager_reschedule(g->adapter);
                advertising_manager_emit_instances(b, g->adapter);
                bluez_refresh_heard(b);
        }
        r = sd_bus_reply_method_return(g->call, NULL);
        g->call = sd_bus_message_unref(g->call);
        g->listing = sd_bus_message_unref(g->listing);
        return r;
}

int registration_continue(Registration *g, const Rule *rule) {
        int r;

        switch (rule->answer) {
        case ANSWER_OK:
                return complete(g);
        case ANSWER_ODD:
        case ANSWER_ERROR:
                return end(g, calls_answer(g->bluez, g->call, rule));
        case ANSWER_HOLD:
        case ANSWER_LATE:
                g->state = REGISTRATION_HELD;
                r = held_calls_add(g->bluez, g->call, g, rule);
                return r < 0 ? end(g, r) : 0;
        case ANSWER_NEVER:
                g->state = REGISTRATION_HELD;
                break;
        }
        return 0;
}

static int on_listing(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Registration *g = userdata;
        const Rule rule = g->rule;

        g->slot = sd_bus_slot_unref(g->slot);
        if (g->advertisement)
                tell_advertisement(m);
        else
                tell_objects(m);
        g->listing = sd_bus_message_ref(m);
        int r = registration_continue(g, &rule);
        if (r < 0)
                event("failed", "text", strerror(-r));
        return 0;
}

/* An advertisement is asked for its objects too, as gdbus does of everybody; nobody looks at what
 * it says. */
static int ask(Registration *g) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        Bluez *b = g->bluez;

        if (g->advertisement)
                object_send_call(b, g->owner, g->path, DBUS_OBJECT_MANAGER, "GetManagedObjects");
        int r = sd_bus_message_new_method_call(b->bus, &m, g->owner, g->path,
                g->advertisement ? DBUS_PROPERTIES : DBUS_OBJECT_MANAGER,
                g->advertisement ? "GetAll" : "GetManagedObjects");
        if (r >= 0 && g->advertisement)
                r = sd_bus_message_append(m, "s", BLUEZ_ADVERTISEMENT);
        if (r < 0)
                return r;
        tell_own_call(m);
        return sd_bus_call_async(b->bus, &g->slot, m, on_listing, g, 0);
}

static void on_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Registration *g = w->data;

        object_send_call(g->bluez, g->owner, g->path, BLUEZ_ADVERTISEMENT, "Release");
        registration_drop(g);
}

static void on_discoverable_timeout(struct ev_loop *loop, struct ev_timer *w, int revents) {
        advertising_manager_hide(w->data);
}

static Registration *new_registration(
        Bluez *b, bool advertisement, const char *owner, const char *path, AdapterObject *adapter) {
        unsigned instance = advertisement ? advertising_manager_number(b, adapter) : 0;
        Registration *g = b->registrations;

        while (g->owner)
                if (++g == end_of(b))
                        return NULL;
        *g = (Registration){.bluez = b, .advertisement = advertisement, .adapter = adapter};
        g->instance = instance;
        g->owner = strdup(owner);
        g->path = strdup(path);
        ev_timer_init(&g->timeout, on_timeout, 0., 0.);
        ev_timer_init(&g->discoverable_timeout, on_discoverable_timeout, 0., 0.);
        g->timeout.data = g->discoverable_timeout.data = g;
        if (g->owner && g->path)
                return g;
        clear(g);
        return NULL;
}

/* What bluetoothd refuses before it asks. */
static bool is_refused(Bluez *b, bool advertisement, const char *owner, const char *path,
        const AdapterObject *adapter, sd_bus_error *ret) {
        if (registration_find(b, advertisement, owner, path))
                *ret = SD_BUS_ERROR_MAKE_CONST(BLUEZ_ERROR_ALREADY_EXISTS, "Already Exists");
        else if (advertisement && advertising_manager_active(b, adapter) >= adapter->instances_max)
                *ret = SD_BUS_ERROR_MAKE_CONST(
                        BLUEZ_ERROR_NOT_PERMITTED, "Maximum advertisements reached");
        return sd_bus_error_is_set(ret);
}

int registration_begin(Bluez *b, sd_bus_message *call, const Rule *rule) {
        bool advertisement = strcmp(sd_bus_message_get_member(call), "RegisterAdvertisement") == 0;
        const char *sender = sd_bus_message_get_sender(call), *path;
        AdapterObject *adapter = adapter_object_at(b, sd_bus_message_get_path(call));
        sd_bus_error refusal = SD_BUS_ERROR_NULL;

        int r = sd_bus_message_read(call, "o", &path);
        if (r < 0 || !sender || !adapter)
                return r < 0 ? r : -EINVAL;
        if (rule->answer == ANSWER_OK &&
                is_refused(b, advertisement, sender, path, adapter, &refusal))
                return sd_bus_reply_method_error(call, &refusal);
        Registration *g = new_registration(b, advertisement, sender, path, adapter);
        if (!g) {
                event("failed", "text", "too many registrations");
                return sd_bus_reply_method_errorf(call, BLUEZ_ERROR_FAILED,
                        advertisement ? "Failed to register advertisement"
                                      : "Failed to register application");
        }
        g->call = sd_bus_message_ref(call);
        g->rule = *rule;
        r = ask(g);
        return r < 0 ? end(g, r) : 0;
}

int registration_method_unregister(Bluez *b, sd_bus_message *call) {
        bool advertisement =
                strcmp(sd_bus_message_get_member(call), "UnregisterAdvertisement") == 0;
        const char *sender = sd_bus_message_get_sender(call), *path;

        int r = sd_bus_message_read(call, "o", &path);
        if (r < 0 || !sender)
                return r < 0 ? r : -EINVAL;
        Registration *g = registration_find(b, advertisement, sender, path);
        if (!g)
                return sd_bus_reply_method_errorf(
                        call, BLUEZ_ERROR_DOES_NOT_EXIST, "Does Not Exist");
        registration_drop(g);
        return sd_bus_reply_method_return(call, NULL);
}
