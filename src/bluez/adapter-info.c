#include "bluez/adapter-info.h"

#include "bluez/message.h"
#include "util/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

AdapterInfo *adapter_info_free(AdapterInfo *info) {
        if (!info)
                return NULL;
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

/* BlueZ says each of these with one type; what has another is passed over. */
static int read_string(char **where, sd_bus_message *m) {
        const char *text;

        int r = message_read_variant(m, "s", &text);
        if (r <= 0)
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

        int r = message_read_variant(m, "b", &value);
        if (r > 0)
                *where = value;
        return r;
}

static int read_power_state(AdapterInfo *info, sd_bus_message *m) {
        const char *text;

        int r = message_read_variant(m, "s", &text);
        if (r > 0)
                info->blocked = strcmp(text, "off-blocked") == 0;
        return r;
}

int adapter_info_on_property(const char *name, sd_bus_message *m, void *userdata) {
        AdapterInfo *info = userdata;

        if (strcmp(name, "Address") == 0)
                return read_string(&info->address, m);
        if (strcmp(name, "Alias") == 0)
                return read_string(&info->alias, m);
        if (strcmp(name, "Modalias") == 0)
                return read_string(&info->modalias, m);
        if (strcmp(name, "Powered") == 0)
                return read_bool(&info->powered, m);
        if (strcmp(name, "PowerState") == 0)
                return read_power_state(info, m);
        int r = advertising_capabilities_read(&info->advertising, name, m);
        return r == 0 ? sd_bus_message_skip(m, "v") : r;
}

/* The kernel's; what is not named so has ADAPTER_INDEX_MAX. */
static int index_of(const AdapterInfo *info) {
        const char *name = adapter_name(info);
        uint64_t index;

        if (strncmp(name, "hci", 3) != 0 ||
                parse_unsigned(&index, name + 3, 0, ADAPTER_INDEX_MAX) < 0)
                return ADAPTER_INDEX_MAX;
        return (int)index;
}

AdapterCandidate adapter_info_candidate(const AdapterInfo *info) {
        return (AdapterCandidate){
                .name = adapter_name(info),
                .address = info->address,
                .index = index_of(info),
                .serves = info->has_gatt_manager,
        };
}
