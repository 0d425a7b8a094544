#include "daemon/peripheral.h"

#include "bluez/adapter.h"
#include "bluez/client.h"
#include "bluez/le-advertisement.h"
#include "bluez/names.h"
#include "bluez/registrar.h"
#include "daemon/serving.h"
#include "daemon/standing.h"
#include "loop/bus-source.h"
#include "loop/bus.h"
#include "loop/timer.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Daemon. */
struct Peripheral {
        struct ev_loop *loop;
        const Settings *settings;
        const Profile *profile;
        Values *values;
        const PeripheralEvents *events;
        void *userdata;
        sd_bus *bus;
        BusSource *source;
        sd_bus_slot *filter_slot;
        BluezClient *client;
        Adapter *adapter;
        Serving *serving;
        LeAdvertisement *advertisement;
        Registrar *application_registrar, *advertisement_registrar;
        struct ev_timer stopped; /* so that `stopped` is told from the loop */
        bool stopping;
        uint64_t calls_refused;
};

/* The one gate: only BlueZ itself may call us. */
static int on_message(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Peripheral *p = userdata;
        const char *owner = bluez_client_owner(p->client);
        const char *sender = sd_bus_message_get_sender(m);
        uint8_t type;

        if (sd_bus_message_get_type(m, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
                return 0;
        if (owner && sender && strcmp(owner, sender) == 0)
                return 0;
        p->calls_refused++;
        log_debug("a call of %s from %s is refused", sd_bus_message_get_member(m),
                sender ? sender : "nobody");
        (void)sd_bus_reply_method_errorf(
                m, SD_BUS_ERROR_ACCESS_DENIED, "only BlueZ may call spored");
        return 1;
}

static bool on_air(const Peripheral *p) {
        const AdapterInfo *adapter = adapter_chosen(p->adapter);

        return adapter && adapter->powered &&
               registrar_state(p->application_registrar) == REGISTRATION_REGISTERED &&
               (!p->profile->advertisement.advertise ||
                       registrar_state(p->advertisement_registrar) == REGISTRATION_REGISTERED);
}

/* After the application, so that no phone caches an empty table; and BlueZ refuses one on an
 * adapter that is off, but keeps what it has while the adapter is off. */
static bool may_advertise(const Peripheral *p, const AdapterInfo *adapter) {
        return p->profile->advertisement.advertise && adapter->has_advertising_manager &&
               registrar_state(p->application_registrar) == REGISTRATION_REGISTERED &&
               (adapter->powered ||
                       registrar_state(p->advertisement_registrar) == REGISTRATION_REGISTERED);
}

static void update_managers(Peripheral *p) {
        const AdapterInfo *adapter = adapter_chosen(p->adapter);
        const char *owner = bluez_client_owner(p->client);
        const char *gatt = NULL, *advertising = NULL;

        if (p->stopping)
                return;
        if (!adapter_ours(p->adapter))
                adapter = NULL;
        if (adapter && adapter->has_gatt_manager)
                gatt = adapter->path;
        registrar_set_manager(p->application_registrar, owner, gatt);
        if (adapter && may_advertise(p, adapter))
                advertising = adapter->path;
        registrar_set_manager(p->advertisement_registrar, owner, advertising);
}

static void on_adapter_changed(void *userdata) {
        Peripheral *p = userdata;

        update_managers(p);
        p->events->changed(p->userdata);
}

static const AdapterEvents adapter_events = {
        .changed = on_adapter_changed,
};

static void on_appeared(const char *owner, void *userdata) {
        Peripheral *p = userdata;

        log_info("bluetoothd is there (%s)", owner);
        int r = serving_set_owner(p->serving, owner);
        if (r < 0)
                log_error("notifications cannot be sent: %s", strerror(-r));
        p->events->changed(p->userdata);
}

static void on_vanished(void *userdata) {
        Peripheral *p = userdata;

        log_info("bluetoothd is not there");
        (void)serving_set_owner(p->serving, NULL);
        adapter_clear(p->adapter);
}

static void on_ready(void *userdata) {
        Peripheral *p = userdata;

        adapter_ready(p->adapter);
}

static void on_not_listed(void *userdata) {
        Peripheral *p = userdata;

        p->events->changed(p->userdata);
}

static int on_interface_added(
        const char *path, const char *interface, sd_bus_message *properties, void *userdata) {
        Peripheral *p = userdata;

        return adapter_interface_added(p->adapter, path, interface, properties);
}

static void on_interface_removed(const char *path, const char *interface, void *userdata) {
        Peripheral *p = userdata;

        adapter_interface_removed(p->adapter, path, interface);
}

static int on_properties_changed(
        const char *path, const char *interface, sd_bus_message *properties, void *userdata) {
        Peripheral *p = userdata;

        return adapter_properties_changed(p->adapter, path, interface, properties);
}

static const BluezClientEvents client_events = {
        .appeared = on_appeared,
        .vanished = on_vanished,
        .ready = on_ready,
        .not_listed = on_not_listed,
        .interface_added = on_interface_added,
        .interface_removed = on_interface_removed,
        .properties_changed = on_properties_changed,
};

static void on_written(const Characteristic *c, const char *device, const uint8_t *data,
        size_t size, void *userdata) {
        Peripheral *p = userdata;

        p->events->written(c, device, data, size, p->userdata);
}

static const ServingEvents serving_events = {
        .written = on_written,
};

static void on_released(void *userdata) {
        Peripheral *p = userdata;

        log_info("BlueZ has released the advertisement");
        registrar_released(p->advertisement_registrar);
}

static const LeAdvertisementEvents advertisement_events = {
        .released = on_released,
};

static void check_stopped(Peripheral *p) {
        if (!p->stopping || registrar_state(p->application_registrar) != REGISTRATION_STOPPED ||
                registrar_state(p->advertisement_registrar) != REGISTRATION_STOPPED)
                return;
        timer_start_once(p->loop, &p->stopped, 0);
}

static void on_application_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Peripheral *p = userdata;

        if (old == REGISTRATION_REGISTERED)
                serving_end_subscriptions(p->serving);
        update_managers(p);
        check_stopped(p);
        p->events->changed(p->userdata);
}

static void on_advertisement_changed(RegistrationState old, RegistrationState new, void *userdata) {
        Peripheral *p = userdata;

        /* The application goes last: a phone that still sees us finds its table. */
        if (p->stopping && new == REGISTRATION_STOPPED)
                registrar_stop(p->application_registrar);
        update_managers(p);
        check_stopped(p);
        p->events->changed(p->userdata);
}

static const RegistrarEvents application_registrar_events = {.changed = on_application_changed};
static const RegistrarEvents advertisement_registrar_events = {
        .changed = on_advertisement_changed,
};

static void on_stopped(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Peripheral *p = w->data;

        p->events->stopped(p->userdata);
}

static void on_disconnected(int error, void *userdata) {
        Peripheral *p = userdata;

        /* Nobody hears us any more, whatever was subscribed. */
        (void)serving_set_owner(p->serving, NULL);
        p->events->disconnected(error, p->userdata);
}

static const BusSourceEvents source_events = {
        .disconnected = on_disconnected,
};

static int new_registrars(Peripheral *p) {
        RegistrarParameters parameters = {
                .what = "application",
                .interface = BLUEZ_GATT_MANAGER,
                .register_method = "RegisterApplication",
                .unregister_method = "UnregisterApplication",
                .object_path = APPLICATION_PATH,
                .timeout_usec = p->settings->bluez.register_timeout_usec,
                .retry_min_usec = p->settings->bluez.retry_min_usec,
                .retry_max_usec = p->settings->bluez.retry_max_usec,
        };

        int r = registrar_new(&p->application_registrar, p->loop, p->bus, &parameters,
                &application_registrar_events, p);
        if (r < 0)
                return r;
        parameters.what = "advertisement";
        parameters.interface = BLUEZ_ADVERTISING;
        parameters.register_method = "RegisterAdvertisement";
        parameters.unregister_method = "UnregisterAdvertisement";
        parameters.object_path = ADVERTISEMENT_PATH;
        return registrar_new(&p->advertisement_registrar, p->loop, p->bus, &parameters,
                &advertisement_registrar_events, p);
}

static int new_objects(Peripheral *p) {
        const Settings *s = p->settings;
        NotifierParameters notifier = {
                .window = s->queue.window,
                .ping_timeout_usec = s->bluez.call_timeout_usec,
                .retry_min_usec = s->bluez.retry_min_usec,
                .retry_max_usec = s->bluez.retry_max_usec,
        };
        AdapterParameters adapter = {
                .select = s->bluez.adapter,
                .alias = p->profile->advertisement.name,
                .power_on = s->bluez.power_on,
                .call_timeout_usec = s->bluez.call_timeout_usec,
                .retry_min_usec = s->bluez.retry_min_usec,
                .retry_max_usec = s->bluez.retry_max_usec,
        };

        int r = serving_new(
                &p->serving, p->loop, p->bus, p->profile, p->values, &notifier, &serving_events, p);
        if (r >= 0)
                r = le_advertisement_new(&p->advertisement, p->bus, &p->profile->advertisement,
                        &advertisement_events, p);
        if (r >= 0)
                r = adapter_new(&p->adapter, p->loop, p->bus, &adapter, &adapter_events, p);
        return r >= 0 ? new_registrars(p) : r;
}

static int start(Peripheral *p) {
        int r = bus_open(&p->bus, p->settings->bluez.bus);

        if (r >= 0)
                r = sd_bus_set_method_call_timeout(p->bus, p->settings->bluez.call_timeout_usec);
        if (r >= 0)
                r = bus_source_new(&p->source, p->loop, p->bus, &source_events, p);
        if (r >= 0)
                r = new_objects(p);
        if (r >= 0)
                r = bluez_client_new(&p->client, p->loop, p->bus,
                        p->settings->bluez.call_timeout_usec, p->settings->bluez.retry_min_usec,
                        p->settings->bluez.retry_max_usec, &client_events, p);
        return r >= 0 ? sd_bus_add_filter(p->bus, &p->filter_slot, on_message, p) : r;
}

int peripheral_new(Peripheral **ret, struct ev_loop *loop, const Settings *settings,
        const Profile *profile, Values *values, const PeripheralEvents *events, void *userdata) {
        Peripheral *p = calloc(1, sizeof(*p));
        if (!p)
                return -ENOMEM;

        p->loop = loop;
        p->settings = settings;
        p->profile = profile;
        p->values = values;
        p->events = events;
        p->userdata = userdata;
        ev_timer_init(&p->stopped, on_stopped, 0., 0.);
        p->stopped.data = p;
        int r = start(p);
        if (r < 0) {
                peripheral_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

Peripheral *peripheral_free(Peripheral *p) {
        if (!p)
                return NULL;
        sd_bus_slot_unref(p->filter_slot);
        ev_timer_stop(p->loop, &p->stopped);
        bluez_client_free(p->client);
        registrar_free(p->advertisement_registrar);
        registrar_free(p->application_registrar);
        adapter_free(p->adapter);
        le_advertisement_free(p->advertisement);
        serving_free(p->serving);
        bus_source_free(p->source);
        /* Closing is enough: BlueZ drops what a client that left the bus had registered. */
        sd_bus_close_unref(p->bus);
        free(p);
        return NULL;
}

void peripheral_wake(Peripheral *p) {
        serving_wake(p->serving);
}

bool peripheral_subscribed(const Peripheral *p, const Characteristic *c) {
        return serving_subscribed(p->serving, c);
}

void peripheral_stop(Peripheral *p) {
        p->stopping = true;
        registrar_stop(p->advertisement_registrar);
}

void peripheral_standing(const Peripheral *p, Standing *ret) {
        const AdapterInfo *adapter = adapter_chosen(p->adapter);
        StandingFacts facts = {
                .on_air = on_air(p),
                .bus_answered = bluez_client_known(p->client),
                .bluetoothd = bluez_client_owner(p->client) != NULL,
                .objects_known = adapter_listed(p->adapter),
                .objects_error = bluez_client_error(p->client),
                .n_adapters = adapter_count(p->adapter),
                .select = p->settings->bluez.adapter,
                .adapter = adapter ? adapter_name(adapter) : NULL,
                .ours = adapter_ours(p->adapter),
                .holder = adapter_holder(p->adapter),
                .powered = adapter && adapter->powered,
                .power_on = p->settings->bluez.power_on,
                .power_error = adapter_power_error(p->adapter),
                .has_managers =
                        adapter && adapter->has_gatt_manager &&
                        (adapter->has_advertising_manager || !p->profile->advertisement.advertise),
                .application_error = registrar_error(p->application_registrar),
                .advertisement_error = registrar_error(p->advertisement_registrar),
        };

        ret->on_air = facts.on_air;
        ret->name = p->profile->advertisement.name;
        if (!ret->name && adapter)
                ret->name = adapter->alias;
        ret->adapter = facts.adapter;
        ret->address = adapter ? adapter->address : NULL;
        ret->bluez = p->settings->bluez.version;
        if (!bluez_version_known(ret->bluez) && adapter && adapter->modalias)
                ret->bluez = bluez_version_from_modalias(adapter->modalias);
        standing_explain(&facts, ret->why, sizeof(ret->why), ret->fix, sizeof(ret->fix));
}

uint64_t peripheral_calls_refused(const Peripheral *p) {
        return p->calls_refused;
}
