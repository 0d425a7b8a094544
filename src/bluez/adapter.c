#include "bluez/adapter.h"

#include "bluez/names.h"
#include "util/clock.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct Adapter {
        sd_bus *bus;
        struct ev_loop *loop;
        AdapterParameters parameters;
        const AdapterEvents *events;
        void *userdata;
        AdapterInfo *infos[ADAPTERS_MAX]; /* owned */
        size_t n_infos;
        AdapterInfo *chosen; /* one of infos */
        sd_bus_slot *power_slot, *alias_slot;
        struct ev_timer power_retry;
        char *power_error;
};

static AdapterInfo *info_free(AdapterInfo *info) {
        free(info->path);
        free(info->address);
        free(info->alias);
        free(info->modalias);
        free(info);
        return NULL;
}

const char *adapter_name(const AdapterInfo *info) {
        const char *slash = strrchr(info->path, '/');

        return slash ? slash + 1 : info->path;
}

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
                return info_free(info);
        a->infos[a->n_infos++] = info;
        return info;
}

static int read_string(char **where, sd_bus_message *m) {
        const char *text;

        int r = sd_bus_message_read(m, "v", "s", &text);
        if (r < 0)
                return r;
        char *copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        free(*where);
        *where = copy;
        return 0;
}

static int read_bool(bool *where, sd_bus_message *m) {
        int value;

        int r = sd_bus_message_read(m, "v", "b", &value);
        if (r >= 0)
                *where = value;
        return r;
}

static int read_property(AdapterInfo *info, const char *name, sd_bus_message *m) {
        if (strcmp(name, "Address") == 0)
                return read_string(&info->address, m);
        if (strcmp(name, "Alias") == 0)
                return read_string(&info->alias, m);
        if (strcmp(name, "Modalias") == 0)
                return read_string(&info->modalias, m);
        if (strcmp(name, "Powered") == 0)
                return read_bool(&info->powered, m);
        return sd_bus_message_skip(m, "v");
}

/* m is at a{sv}. */
static int read_properties(AdapterInfo *info, sd_bus_message *m) {
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r >= 0)
                        r = read_property(info, name, m);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int index_of(const AdapterInfo *info) {
        const char *name = adapter_name(info);

        return strncmp(name, "hci", 3) == 0 ? atoi(name + 3) : INT32_MAX;
}

static bool selected(const Adapter *a, const AdapterInfo *info) {
        const char *select = a->parameters.select;

        if (!info->is_adapter)
                return false;
        if (strcmp(select, "auto") == 0)
                return true;
        return strcmp(select, adapter_name(info)) == 0 ||
               (info->address && strcasecmp(select, info->address) == 0);
}

/* What was chosen stays while it is there: a second adapter must not move the service. */
static AdapterInfo *choose(const Adapter *a) {
        AdapterInfo *best = NULL;

        if (a->chosen && selected(a, a->chosen))
                return a->chosen;
        for (size_t i = 0; i < a->n_infos; i++) {
                AdapterInfo *info = a->infos[i];
                if (selected(a, info) && (!best || index_of(info) < index_of(best)))
                        best = info;
        }
        return best;
}

static int set_property(Adapter *a, sd_bus_slot **slot, const char *name, const char *type,
        const void *value, sd_bus_message_handler_t handler) {
        sd_bus_message *m = NULL;

        *slot = sd_bus_slot_unref(*slot);
        int r = sd_bus_message_new_method_call(
                a->bus, &m, BLUEZ_SERVICE, a->chosen->path, DBUS_PROPERTIES, "Set");
        if (r >= 0)
                r = sd_bus_message_set_auto_start(m, false);
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", BLUEZ_ADAPTER, name);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', type);
        if (r >= 0)
                r = sd_bus_message_append_basic(m, *type, value);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_call_async(a->bus, slot, m, handler, a, a->parameters.call_timeout_usec);
        sd_bus_message_unref(m);
        return r;
}

static void set_power_error(Adapter *a, const char *text) {
        if (text && (!a->power_error || strcmp(text, a->power_error) != 0))
                log_warning("%s cannot be powered on: %s", adapter_name(a->chosen), text);
        free(a->power_error);
        a->power_error = text ? strdup(text) : NULL;
}

static int on_powered(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Adapter *a = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        a->power_slot = sd_bus_slot_unref(a->power_slot);
        if (!a->chosen)
                return 0;
        set_power_error(a, e ? (e->message && *e->message ? e->message : e->name) : NULL);
        if (e) {
                ev_timer_again(a->loop, &a->power_retry);
                a->events->changed(a->userdata);
        }
        return 0;
}

static void power_on(Adapter *a) {
        int yes = 1;

        if (!a->parameters.power_on || !a->chosen || a->chosen->powered || a->power_slot ||
                ev_is_active(&a->power_retry))
                return;
        log_info("powering %s on", adapter_name(a->chosen));
        if (set_property(a, &a->power_slot, "Powered", "b", &yes, on_powered) < 0)
                ev_timer_again(a->loop, &a->power_retry);
}

static void on_power_retry(struct ev_loop *loop, struct ev_timer *w, int revents) {
        ev_timer_stop(loop, w);
        power_on(w->data);
}

static int on_alias_set(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Adapter *a = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        a->alias_slot = sd_bus_slot_unref(a->alias_slot);
        if (e)
                log_warning("the adapter's alias cannot be set to \"%s\": %s", a->parameters.alias,
                        e->message);
        return 0;
}

static void set_alias(Adapter *a) {
        const char *alias = a->parameters.alias;

        if (!alias || (a->chosen->alias && strcmp(alias, a->chosen->alias) == 0))
                return;
        int r = set_property(a, &a->alias_slot, "Alias", "s", alias, on_alias_set);
        if (r < 0)
                log_warning("the adapter's alias cannot be set: %s", strerror(-r));
}

static void forget_calls(Adapter *a) {
        a->power_slot = sd_bus_slot_unref(a->power_slot);
        a->alias_slot = sd_bus_slot_unref(a->alias_slot);
        ev_timer_stop(a->loop, &a->power_retry);
        free(a->power_error);
        a->power_error = NULL;
}

static void update(Adapter *a) {
        AdapterInfo *chosen = choose(a);

        if (chosen != a->chosen) {
                forget_calls(a);
                a->chosen = chosen;
                if (chosen)
                        set_alias(a);
        }
        if (chosen && chosen->powered) {
                ev_timer_stop(a->loop, &a->power_retry);
                set_power_error(a, NULL);
        }
        power_on(a);
        a->events->changed(a->userdata);
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
        int r = read_properties(info, properties);
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
        info_free(info);
}

void adapter_interface_removed(Adapter *a, const char *path, const char *interface) {
        AdapterInfo *info = find(a, path);
        bool *flag = info ? interface_flag(info, interface) : NULL;

        if (!flag)
                return;
        *flag = false;
        if (!info->is_adapter && !info->has_gatt_manager && !info->has_advertising_manager)
                remove_info(a, info);
        update(a);
}

int adapter_properties_changed(
        Adapter *a, const char *path, const char *interface, sd_bus_message *properties) {
        AdapterInfo *info = strcmp(interface, BLUEZ_ADAPTER) == 0 ? find(a, path) : NULL;

        if (!info)
                return 0;
        int r = read_properties(info, properties);
        update(a);
        return r;
}

void adapter_clear(Adapter *a) {
        while (a->n_infos > 0)
                remove_info(a, a->infos[a->n_infos - 1]);
        a->events->changed(a->userdata);
}

int adapter_new(Adapter **ret, struct ev_loop *loop, sd_bus *bus,
        const AdapterParameters *parameters, const AdapterEvents *events, void *userdata) {
        Adapter *a = calloc(1, sizeof(*a));
        if (!a)
                return -ENOMEM;

        a->bus = sd_bus_ref(bus);
        a->loop = loop;
        a->parameters = *parameters;
        a->events = events;
        a->userdata = userdata;
        ev_timer_init(&a->power_retry, on_power_retry, 0.,
                (double)parameters->retry_usec / (double)USEC_PER_SEC);
        a->power_retry.data = a;
        *ret = a;
        return 0;
}

Adapter *adapter_free(Adapter *adapter) {
        if (!adapter)
                return NULL;
        forget_calls(adapter);
        while (adapter->n_infos > 0)
                remove_info(adapter, adapter->infos[adapter->n_infos - 1]);
        sd_bus_unref(adapter->bus);
        free(adapter);
        return NULL;
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
        return adapter->power_error;
}
