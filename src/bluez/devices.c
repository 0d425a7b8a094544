#include "bluez/devices.h"

#include "core/link-mtus.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Owned by Peripheral. */
struct Devices {
        size_t max;
        const DevicesEvents *events;
        void *userdata;
        char *adapter; /* object path; NULL: none is ours */
        Device *list;  /* room for max */
        size_t n;
        uint64_t dropped;
};

int devices_new(Devices **ret, size_t max, const DevicesEvents *events, void *userdata) {
        Devices *l = calloc(1, sizeof(*l));
        if (!l)
                return -ENOMEM;

        l->max = max;
        l->events = events;
        l->userdata = userdata;
        l->list = calloc(max, sizeof(*l->list));
        if (!l->list) {
                devices_free(l);
                return -ENOMEM;
        }
        *ret = l;
        return 0;
}

Devices *devices_free(Devices *devices) {
        if (!devices)
                return NULL;
        for (size_t i = 0; i < devices->n; i++)
                device_done(&devices->list[i]);
        free(devices->list);
        free(devices->adapter);
        free(devices);
        return NULL;
}

bool devices_is_ours(const Devices *l, const char *path) {
        size_t size = l->adapter ? strlen(l->adapter) : 0;

        return size > 0 && strncmp(path, l->adapter, size) == 0 && path[size] == '/';
}

static bool is_ours(const Devices *l, const Device *d) {
        return devices_is_ours(l, d->path);
}

static void emit(Devices *l, const Device *d, ConnectionEvent event) {
        event.device = d->address;
        l->events->event(&event, l->userdata);
}

/* Says what is true now, where something else was said before. */
static void tell(Devices *l, Device *d) {
        bool connected = d->connected && is_ours(l, d);

        if (connected == d->told)
                return;
        d->told = connected;
        if (connected) {
                emit(l, d,
                        (ConnectionEvent){.kind = CONNECTION_CONNECTED,
                                .name = d->name,
                                .bonded = device_bonded(d)});
                return;
        }
        d->mtu = 0;
        emit(l, d, (ConnectionEvent){.kind = CONNECTION_DISCONNECTED, .reason = d->reason});
}

/* Also when it leaves at the same time: it leaves by the address that was told last. */
static void tell_address(Devices *l, const Device *d, const Device *before) {
        if (before->told && strcmp(d->address, before->address) != 0)
                emit(l, d, (ConnectionEvent){.kind = CONNECTION_ADDRESS, .was = before->address});
}

static void tell_bond(Devices *l, const Device *d, const Device *before) {
        if (d->told && before->told && device_bonded(d) != device_bonded(before))
                emit(l, d,
                        (ConnectionEvent){.kind = CONNECTION_BONDED, .bonded = device_bonded(d)});
}

static Device *find_path(const Devices *l, const char *path) {
        for (size_t i = 0; i < l->n; i++)
                if (strcmp(l->list[i].path, path) == 0)
                        return &l->list[i];
        return NULL;
}

/* Of what a scan has found nobody has seen anything yet. */
static unsigned rank(const Device *d) {
        return (d->connected ? 4 : 0) + (device_bonded(d) ? 2 : 0) + (d->since_usec > 0);
}

static Device *least(const Devices *l) {
        Device *found = &l->list[0];

        for (size_t i = 1; i < l->n; i++)
                if (rank(&l->list[i]) < rank(found))
                        found = &l->list[i];
        return found;
}

/* Takes what is in d, or frees it. */
static void keep(Devices *l, Device *d) {
        Device *place = l->n < l->max ? &l->list[l->n++] : least(l);

        if (place->path) {
                l->dropped++;
                /* The newest of a scan's: it may be the one that is about to connect. */
                if (place->connected || (rank(place) > 0 && rank(place) >= rank(d))) {
                        device_done(d);
                        return;
                }
                device_done(place);
        }
        *place = *d;
        if (place->connected)
                place->since_usec = clock_now_usec();
        tell(l, place);
}

static void set_connected(Devices *l, Device *d) {
        d->connected = true;
        d->since_usec = clock_now_usec();
        d->reason = NULL;
        tell(l, d);
}

/* connected_only: of one that is not kept only its coming is of interest. */
static int add(Devices *l, const char *path, sd_bus_message *properties, bool connected_only) {
        Device d = {0};

        device_address(d.address, path);
        int r = device_read(&d, properties);
        if (r >= 0 && (d.connected || !connected_only)) {
                d.path = strdup(path);
                if (d.path) {
                        keep(l, &d);
                        return 0;
                }
                r = -ENOMEM;
        }
        device_done(&d);
        return r;
}

static int change(Devices *l, Device *d, sd_bus_message *properties) {
        Device before = *d;

        int r = device_read(d, properties);
        tell_address(l, d, &before);
        if (d->connected != before.connected)
                d->since_usec = clock_now_usec();
        if (d->connected && !before.connected)
                d->reason = NULL;
        tell(l, d);
        tell_bond(l, d, &before);
        return r;
}

int devices_added(Devices *l, const char *path, sd_bus_message *properties) {
        Device *d = find_path(l, path);

        return d ? change(l, d, properties) : add(l, path, properties, false);
}

int devices_changed(Devices *l, const char *path, sd_bus_message *properties) {
        Device *d = find_path(l, path);

        return d ? change(l, d, properties) : add(l, path, properties, true);
}

void devices_removed(Devices *l, const char *path) {
        Device *d = find_path(l, path);

        if (!d)
                return;
        d->connected = false;
        tell(l, d);
        device_done(d);
        *d = l->list[--l->n];
        l->list[l->n] = (Device){0};
}

void devices_disconnecting(Devices *l, const char *path, const char *reason) {
        Device *d = find_path(l, path);

        if (d)
                d->reason = device_reason(reason);
}

void devices_set_adapter(Devices *l, const char *path) {
        if (path && l->adapter && strcmp(path, l->adapter) == 0)
                return;
        free(l->adapter);
        l->adapter = path ? strdup(path) : NULL;
        for (size_t i = 0; i < l->n; i++)
                tell(l, &l->list[i]);
}

void devices_clear(Devices *l) {
        while (l->n > 0)
                devices_removed(l, l->list[l->n - 1].path);
}

/* Whoever has a call sent to us is connected, whether or not BlueZ has said so. */
static void add_caller(Devices *l, const char *address) {
        Device d = {.connected = true};

        if (!l->adapter || strlen(address) >= sizeof(d.address) ||
                asprintf(&d.path, "%s/dev_%s", l->adapter, address) < 0)
                return;
        strcpy(d.address, address);
        for (char *p = d.path; *p; p++)
                if (*p == ':')
                        *p = '_';
        keep(l, &d);
}

static Device *find(const Devices *l, const char *address) {
        char in_path[DEVICE_ADDRESS_SIZE];

        for (size_t i = 0; i < l->n; i++) {
                Device *d = &l->list[i];
                device_address(in_path, d->path);
                if (is_ours(l, d) &&
                        (strcasecmp(in_path, address) == 0 || strcasecmp(d->address, address) == 0))
                        return d;
        }
        return NULL;
}

void devices_note_mtu(Devices *l, const char *address, uint16_t mtu) {
        Device *d = find(l, address);

        if (mtu < ATT_MTU_MIN)
                return;
        if (!d) {
                add_caller(l, address);
                d = find(l, address);
        } else if (!d->connected) {
                set_connected(l, d);
        }
        if (!d || !d->told || d->mtu == mtu)
                return;
        d->mtu = mtu;
        emit(l, d, (ConnectionEvent){.kind = CONNECTION_MTU, .mtu = mtu});
}

const Device *devices_find(const Devices *devices, const char *address) {
        return find(devices, address);
}

const Device *devices_at(const Devices *l, size_t index) {
        for (size_t i = 0; i < l->n; i++) {
                const Device *d = &l->list[i];
                if (is_ours(l, d) && (d->since_usec > 0 || device_bonded(d)) && index-- == 0)
                        return d;
        }
        return NULL;
}

size_t devices_connected(const Devices *l) {
        size_t n = 0;

        for (size_t i = 0; i < l->n; i++)
                n += l->list[i].told;
        return n;
}

uint64_t devices_dropped(const Devices *devices) {
        return devices->dropped;
}
