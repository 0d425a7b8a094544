#include "bluez/adapter.h"

#include "bluez/adapter-power.h"
#include "bluez/message.h"
#include "bluez/names.h"
#include "bluez/set-property.h"
#include "loop/claim.h"
#include "loop/timer.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Owned by Peripheral. */
struct Adapter {
        sd_bus *bus;
        struct ev_loop *loop;
        AdapterParameters parameters;
        const AdapterEvents *events;
        void *userdata;
        AdapterInfo *infos[ADAPTERS_MAX]; /* owned */
        size_t n_infos;
        AdapterInfo *chosen; /* one of infos */
        bool listed;         /* BlueZ has told all that it has */
        AdapterChoice choice;
        bool waits, waited; /* for the last one before another is taken; for long enough */
        struct ev_timer wait_timer;
        uint64_t waits_since_usec;
        Claim *claim; /* on the adapter that was chosen last, also while it is away */
        char claimed[CLAIM_NAME_MAX];
        AdapterPower *power;
        sd_bus_slot *alias_slot;
};

static AdapterInfo *find(const Adapter *a, const char *path) {
        for (size_t i = 0; i < a->n_infos; i++)
                if (strcmp(a->infos[i]->path, path) == 0)
                        return a->infos[i];
        return NULL;
}

static AdapterInfo *find_or_add(Adapter *a, const char *path) {
        AdapterInfo *info = find(a, path);

        if (info || a->n_infos == ADAPTERS_MAX)
                return info;
        info = calloc(1, sizeof(*info));
        if (!info)
                return NULL;
        info->path = strdup(path);
        if (!info->path)
                return adapter_info_free(info);
        a->infos[a->n_infos++] = info;
        return info;
}

static AdapterInfo *choose(Adapter *a) {
        AdapterCandidate candidates[ADAPTERS_MAX];
        AdapterInfo *adapters[ADAPTERS_MAX] = {};
        size_t n = 0, chosen = ADAPTER_CHOICE_NONE;

        a->waits = false;
        for (size_t i = 0; a->listed && i < a->n_infos; i++) {
                if (!a->infos[i]->is_adapter)
                        continue;
                if (a->infos[i] == a->chosen)
                        chosen = n;
                adapters[n] = a->infos[i];
                candidates[n++] = adapter_info_candidate(a->infos[i]);
        }
        size_t found = adapter_choice_make(&a->choice, a->parameters.select, candidates, n, chosen,
                !a->waited && a->parameters.wait_usec > 0, &a->waits);
        return found == ADAPTER_CHOICE_NONE ? NULL : adapters[found];
}

bool adapter_ours(const Adapter *adapter) {
        return adapter->chosen && adapter->claim && claim_held(adapter->claim);
}

pid_t adapter_holder(const Adapter *adapter) {
        return adapter->claim ? claim_holder(adapter->claim) : 0;
}

pid_t adapter_predecessor(const Adapter *adapter) {
        return adapter->claim ? claim_predecessor(adapter->claim) : 0;
}

static void keep_powered(Adapter *a) {
        adapter_power_keep(a->power, a->chosen, adapter_ours(a));
}

static void on_power_tried(void *userdata) {
        Adapter *a = userdata;

        a->events->changed(a->userdata);
}

static const AdapterPowerEvents power_events = {.tried = on_power_tried};

static int on_alias_set(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Adapter *a = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        a->alias_slot = sd_bus_slot_unref(a->alias_slot);
        if (e)
                log_warning("the adapter's alias cannot be set to \"%s\": %s", a->parameters.alias,
                        message_error_text(e));
        return 0;
}

static void set_alias(Adapter *a) {
        const char *alias = a->parameters.alias;

        if (!alias)
                return;
        SetProperty set = {a->chosen->path, BLUEZ_ADAPTER, "Alias", "s", alias,
                a->parameters.call_timeout_usec};
        int r = set_property_async(a->bus, &a->alias_slot, &set, on_alias_set, a);
        if (r < 0)
                log_warning("the adapter's alias cannot be set: %s", strerror(-r));
}

static void keep_alias(Adapter *a) {
        const char *alias = a->parameters.alias;

        if (!alias || !a->chosen->alias || strcmp(alias, a->chosen->alias) != 0)
                set_alias(a);
}

void adapter_set_alias(Adapter *a, const char *alias) {
        a->parameters.alias = alias;
        /* Whatever it has: a call before this one may still be on its way. */
        if (adapter_ours(a))
                set_alias(a);
}

static AdapterPowerParameters power_parameters(const AdapterParameters *p) {
        return (AdapterPowerParameters){
                .wanted = p->power_on,
                .call_timeout_usec = p->call_timeout_usec,
                .retry_min_usec = p->retry_min_usec,
                .retry_max_usec = p->retry_max_usec,
        };
}

static void start_wait_timer(Adapter *a) {
        timer_start_at(a->loop, &a->wait_timer, a->waits_since_usec + a->parameters.wait_usec);
}

void adapter_reconfigure(Adapter *a, const AdapterParameters *parameters) {
        const char *alias = a->parameters.alias;

        a->parameters = *parameters;
        a->parameters.alias = alias;
        const AdapterPowerParameters power = power_parameters(parameters);
        adapter_power_reconfigure(a->power, &power);
        if (ev_is_active(&a->wait_timer))
                start_wait_timer(a);
        keep_powered(a);
}

static void on_claim_changed(void *userdata) {
        Adapter *a = userdata;

        if (!a->chosen)
                return;
        if (adapter_ours(a)) {
                log_info("%s is ours", adapter_name(a->chosen));
                keep_alias(a);
        }
        keep_powered(a);
        a->events->changed(a->userdata);
}

static const ClaimEvents claim_events = {
        .changed = on_claim_changed,
};

/* Of this bus alone: a simulated BlueZ has an hci0 too. */
static int name_claim(const Adapter *a, char name[static CLAIM_NAME_MAX]) {
        char bus[SD_ID128_STRING_MAX];
        sd_id128_t id;

        int r = sd_bus_get_bus_id(a->bus, &id);
        if (r < 0)
                return r;
        int n = snprintf(name, CLAIM_NAME_MAX, "spored/%s/%s", sd_id128_to_string(id, bus),
                adapter_name(a->chosen));
        return n < CLAIM_NAME_MAX ? 0 : -ENAMETOOLONG;
}

static void claim_chosen(Adapter *a) {
        char name[CLAIM_NAME_MAX];

        int r = name_claim(a, name);
        if (r >= 0 && a->claim && strcmp(name, a->claimed) == 0)
                return;
        a->claim = claim_free(a->claim);
        if (r >= 0)
                r = claim_new(
                        &a->claim, a->loop, name, a->parameters.retry_min_usec, &claim_events, a);
        if (r < 0)
                log_error("%s cannot be claimed: %s", adapter_name(a->chosen), strerror(-r));
        else
                memcpy(a->claimed, name, sizeof(name));
}

static void forget_calls(Adapter *a) {
        a->alias_slot = sd_bus_slot_unref(a->alias_slot);
        adapter_power_forget(a->power);
}

/* Once it serves again it is waited for anew when it leaves. */
static void note_choice(Adapter *a) {
        if (!a->chosen || !a->chosen->has_gatt_manager)
                return;
        AdapterCandidate c = adapter_info_candidate(a->chosen);
        if (adapter_choice_note(&a->choice, &c))
                log_warning("%s has another address now, %s: bonds with the one before are void",
                        c.name, c.address);
        a->waited = false;
}

static void wait_for_the_last(Adapter *a) {
        if (!a->waits) {
                ev_timer_stop(a->loop, &a->wait_timer);
        } else if (!ev_is_active(&a->wait_timer)) {
                log_info("%s is waited for before another adapter is taken", a->choice.name);
                a->waits_since_usec = clock_now_usec();
                start_wait_timer(a);
        }
}

static void update(Adapter *a) {
        AdapterInfo *chosen = choose(a);

        if (chosen != a->chosen) {
                forget_calls(a);
                a->chosen = chosen;
                if (chosen)
                        claim_chosen(a);
                if (adapter_ours(a))
                        keep_alias(a);
        }
        wait_for_the_last(a);
        note_choice(a);
        keep_powered(a);
        a->events->changed(a->userdata);
}

static void on_wait_timer(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Adapter *a = w->data;

        log_warning("%s has not come back: another adapter is taken", a->choice.name);
        a->waited = true;
        update(a);
}

static bool *interface_flag(AdapterInfo *info, const char *interface) {
        if (strcmp(interface, BLUEZ_ADAPTER) == 0)
                return &info->is_adapter;
        if (strcmp(interface, BLUEZ_GATT_MANAGER) == 0)
                return &info->has_gatt_manager;
        if (strcmp(interface, BLUEZ_ADVERTISING) == 0)
                return &info->has_advertising_manager;
        return NULL;
}

int adapter_interface_added(
        Adapter *a, const char *path, const char *interface, sd_bus_message *properties) {
        AdapterInfo other, *info = &other;

        if (interface_flag(&other, interface))
                info = find_or_add(a, path);
        bool *flag = info ? interface_flag(info, interface) : NULL;
        if (!flag)
                return sd_bus_message_skip(properties, "a{sv}");
        int r = message_read_properties(properties, adapter_info_on_property, info);
        if (r < 0)
                return r;
        *flag = true;
        update(a);
        return 0;
}

static void remove_info(Adapter *a, AdapterInfo *info) {
        for (size_t i = 0; i < a->n_infos; i++)
                if (a->infos[i] == info)
                        a->infos[i] = a->infos[--a->n_infos];
        if (a->chosen == info) {
                forget_calls(a);
                a->chosen = NULL;
        }
        adapter_info_free(info);
}

void adapter_interface_removed(Adapter *a, const char *path, const char *interface) {
        AdapterInfo *info = find(a, path);
        bool *flag = info ? interface_flag(info, interface) : NULL;

        if (!flag)
                return;
        *flag = false;
        if (!info->has_advertising_manager)
                info->advertising = (AdvertisingCapabilities){};
        if (!info->is_adapter && !info->has_gatt_manager && !info->has_advertising_manager)
                remove_info(a, info);
        update(a);
}

int adapter_properties_changed(
        Adapter *a, const char *path, const char *interface, sd_bus_message *properties) {
        AdapterInfo *info = find(a, path);

        if (!info || !interface_flag(info, interface))
                return 0;
        int r = message_read_properties(properties, adapter_info_on_property, info);
        update(a);
        return r;
}

void adapter_ready(Adapter *a) {
        a->listed = true;
        update(a);
}

void adapter_clear(Adapter *a) {
        a->listed = a->waits = false;
        ev_timer_stop(a->loop, &a->wait_timer);
        while (a->n_infos > 0)
                remove_info(a, a->infos[a->n_infos - 1]);
        a->events->changed(a->userdata);
}

Adapter *adapter_free(Adapter *adapter) {
        if (!adapter)
                return NULL;
        if (adapter->power)
                forget_calls(adapter);
        ev_timer_stop(adapter->loop, &adapter->wait_timer);
        adapter->claim = claim_free(adapter->claim);
        while (adapter->n_infos > 0)
                remove_info(adapter, adapter->infos[adapter->n_infos - 1]);
        adapter_power_free(adapter->power);
        sd_bus_unref(adapter->bus);
        free(adapter);
        return NULL;
}

int adapter_new(Adapter **ret, struct ev_loop *loop, sd_bus *bus,
        const AdapterParameters *parameters, const AdapterEvents *events, void *userdata) {
        const AdapterPowerParameters power = power_parameters(parameters);
        Adapter *a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;

        a->bus = sd_bus_ref(bus);
        a->loop = loop;
        a->parameters = *parameters;
        a->events = events;
        a->userdata = userdata;
        ev_timer_init(&a->wait_timer, on_wait_timer, 0., 0.);
        a->wait_timer.data = a;
        int r = adapter_power_new(&a->power, loop, bus, &power, &power_events, a);
        if (r < 0) {
                adapter_free(a);
                return r;
        }
        *ret = a;
        return 0;
}

bool adapter_listed(const Adapter *adapter) {
        return adapter->listed;
}

const AdapterInfo *adapter_chosen(const Adapter *adapter) {
        return adapter->chosen;
}

size_t adapter_count(const Adapter *adapter) {
        size_t n = 0;

        for (size_t i = 0; i < adapter->n_infos; i++)
                n += adapter->infos[i]->is_adapter;
        return n;
}

const char *adapter_power_error(const Adapter *adapter) {
        return adapter_power_error_text(adapter->power);
}

const char *adapter_awaited(const Adapter *adapter) {
        return adapter->waits ? adapter->choice.name : NULL;
}
