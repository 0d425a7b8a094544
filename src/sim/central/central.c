/* One simulated central. */
#include "sim/central/central.h"

#include "loop/timer.h"
#include "sim/central/tale.h"
#include "sim/event.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_SIZE 18
#define PATH_SIZE    128
#define WORDS_SIZE   80
#define MTU_MIN      23
#define MTU_MAX      517
#define REASON_SHUT  0x13 /* what a central sees when the server ends the link */

/* Somebody waits for one thing. */
typedef struct Waiter {
        CentralDone done; /* NULL: nobody */
        void *userdata;
} Waiter;

struct Central {
        const Air *air;
        const char *name;
        char address[ADDRESS_SIZE];
        const CentralWatch *watch; /* NULL: nobody */
        void *watch_userdata;
        Search *search; /* owned */

        GattLink *link; /* owned; NULL: not connected */
        uint16_t mtu;
        bool vanished;
        RequestQueue *requests; /* owned */
        RemoteTable table;
        Waiter pairing;

        bool confirms;
        uint64_t slow_usec;
        struct ev_timer slow; /* runs while no value is taken */

        uint64_t values, wanted; /* not waited for; waited for */
        Waiter waiting;
        struct ev_timer wait;
};

static void tell_waiter(Waiter *waiter, int r) {
        Waiter told = *waiter;

        *waiter = (Waiter){};
        if (told.done)
                told.done(r, told.userdata);
}

static void make_address(char out[static ADDRESS_SIZE], const char *name) {
        /* FNV-1a, so that the same name has the same address each time. */
        uint64_t hash = UINT64_C(0xcbf29ce484222325);

        for (const char *p = name; *p; p++)
                hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
        /* The two highest bits make it static random (Core Specification, Vol 6, Part B, 1.3.2). */
        (void)snprintf(out, ADDRESS_SIZE, "%02X:%02X:%02X:%02X:%02X:%02X",
                (unsigned)(hash >> 40 & 0xff) | 0xc0, (unsigned)(hash >> 32 & 0xff),
                (unsigned)(hash >> 24 & 0xff), (unsigned)(hash >> 16 & 0xff),
                (unsigned)(hash >> 8 & 0xff), (unsigned)(hash & 0xff));
}

void central_event_begin(const Central *central, const char *what) {
        char words[WORDS_SIZE];

        (void)snprintf(words, sizeof(words), "%s %s", central->name, what);
        event_begin(words);
}

static void check_wait(Central *c) {
        if (!c->waiting.done || c->values < c->wanted)
                return;
        c->values -= c->wanted;
        ev_timer_stop(c->air->loop, &c->wait);
        tell_waiter(&c->waiting, 0);
}

static void on_wait_over(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Central *c = w->data;

        tell_waiter(&c->waiting, -ETIMEDOUT);
}

static void on_slow(struct ev_loop *loop, struct ev_timer *w, int revents) {
        Central *c = w->data;

        if (central_is_up(c))
                gatt_link_hold(c->link, false);
}

static void tell_value(
        const Central *c, const Target *target, const uint8_t *data, size_t size, bool indication) {
        central_event_begin(c, indication ? "indicated" : "notified");
        tale_add_target(c->air->profile, target);
        tale_add_value(c->air->profile, target, data, size);
        event_end();
}

static bool is_service_changed(const Target *target) {
        Uuid uuid;

        return target->known && uuid_parse(&uuid, "2a05") == 0 &&
               uuid_equal(&target->characteristic, &uuid);
}

static void on_value(
        uint16_t handle, const uint8_t *data, size_t size, bool indication, void *userdata) {
        Central *c = userdata;
        const RemoteTable *table;
        Target target = {.handle = handle};

        if (!central_is_up(c))
                return;
        if (c->slow_usec > 0) {
                gatt_link_hold(c->link, true);
                timer_start_once(c->air->loop, &c->slow, c->slow_usec);
        }
        if (central_discover(c, &table) == 0)
                remote_table_target(&target, table, handle);
        tell_value(c, &target, data, size, indication);
        if (indication && c->confirms)
                gatt_link_confirm(c->link);
        c->values++;
        check_wait(c);
        if (is_service_changed(&target) && c->watch)
                c->watch->table_changed(c->watch_userdata);
}

static void on_closed(void *userdata) {
        central_end_link(userdata, REASON_SHUT, true);
}

static const GattLinkEvents link_events = {.value = on_value, .closed = on_closed};

static bool is_address(const char *text) {
        for (size_t i = 0; i < ADDRESS_SIZE - 1; i++)
                if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
                        return false;
        return text[ADDRESS_SIZE - 1] == '\0';
}

int central_set_address(Central *central, const char *address) {
        if (!is_address(address))
                return -EINVAL;
        if (central->link)
                return -EISCONN;
        for (size_t i = 0; i < ADDRESS_SIZE; i++)
                central->address[i] = (char)toupper((unsigned char)address[i]);
        return 0;
}

int central_connect(Central *central, uint16_t mtu) {
        char path[PATH_SIZE], number[8];
        bool bonded;

        int r = bluez_connected(central->air->bluez, central->address, path, sizeof(path), &bonded);
        if (r < 0)
                return r;
        central->mtu = mtu < MTU_MIN ? MTU_MIN : mtu > MTU_MAX ? MTU_MAX : mtu;
        r = gatt_link_new(&central->link, central->air->server, path, central->mtu, bonded,
                &link_events, central);
        if (r < 0) {
                bluez_disconnected(central->air->bluez, central->address, REASON_SHUT);
                return r;
        }
        central->vanished = false;
        request_queue_open(central->requests, central->link, central->mtu);
        central_event_begin(central, "connected");
        event_add("address", central->address);
        (void)snprintf(number, sizeof(number), "%u", central->mtu);
        event_add("mtu", number);
        event_end();
        if (central->watch)
                central->watch->connected(central->watch_userdata);
        return 0;
}

static void drop_link(Central *c) {
        c->link = gatt_link_free(c->link);
        ev_timer_stop(c->air->loop, &c->slow);
        remote_table_forget(&c->table);
}

void central_end_link(Central *central, uint8_t reason, bool leaves) {
        char number[8];

        if (!central->link)
                return;
        if (leaves)
                bluez_disconnected(central->air->bluez, central->address, reason);
        drop_link(central);
        central_event_begin(central, "disconnected");
        (void)snprintf(number, sizeof(number), "0x%02x", reason);
        event_add("reason", number);
        event_end();
        request_queue_close(central->requests, -ENOTCONN);
        tell_waiter(&central->pairing, -ENOTCONN);
        if (central->watch)
                central->watch->disconnected(central->watch_userdata);
}

void central_vanish(Central *central) {
        central->vanished = true;
        ev_timer_stop(central->air->loop, &central->slow);
        gatt_link_hold(central->link, true);
        request_queue_close(central->requests, -ENOTCONN);
        tell_waiter(&central->pairing, -ENOTCONN);
}

int central_discover(Central *central, const RemoteTable **ret) {
        int r = central->table.attributes
                        ? 0
                        : remote_table_discover(&central->table, central->air->server);

        *ret = &central->table;
        return r;
}

void central_forget_table(Central *central) {
        remote_table_forget(&central->table);
}

int central_write_command(Central *central, uint16_t handle, const uint8_t *data, size_t size) {
        if (!central_is_up(central))
                return -ENOTCONN;
        if (size + 3 > central->mtu)
                return -EMSGSIZE;
        gatt_link_write_command(central->link, handle, data, size);
        return 0;
}

static void on_paired(uint8_t error, const uint8_t *data, size_t size, void *userdata) {
        Central *c = userdata;

        if (!c->pairing.done || !central_is_up(c))
                return;
        if (error == 0)
                gatt_link_set_bonded(c->link);
        tell_waiter(&c->pairing, error);
}

int central_pair(Central *central, CentralDone done, void *userdata) {
        if (!central_is_up(central))
                return -ENOTCONN;
        if (central->pairing.done)
                return -EBUSY;
        central->pairing = (Waiter){done, userdata};
        bluez_pair(central->air->bluez, central->address, on_paired, central);
        return 0;
}

void central_set_confirms(Central *central, bool confirms) {
        central->confirms = confirms;
}

void central_set_slow(Central *central, uint64_t usec) {
        central->slow_usec = usec;
        if (usec > 0)
                return;
        ev_timer_stop(central->air->loop, &central->slow);
        if (central_is_up(central))
                gatt_link_hold(central->link, false);
}

int central_wait(
        Central *central, uint64_t count, uint64_t timeout_usec, CentralDone done, void *userdata) {
        if (central->waiting.done)
                return -EBUSY;
        central->waiting = (Waiter){done, userdata};
        central->wanted = count;
        timer_start_once(central->air->loop, &central->wait, timeout_usec);
        check_wait(central);
        return 0;
}

uint64_t central_values(const Central *central) {
        return central->values;
}

const char *central_name(const Central *central) {
        return central->name;
}

const char *central_address(const Central *central) {
        return central->address;
}

const Air *central_air(const Central *central) {
        return central->air;
}

bool central_is_up(const Central *central) {
        return central->link && !central->vanished;
}

bool central_has_link(const Central *central) {
        return central->link != NULL;
}

Search *central_search(Central *central) {
        return central->search;
}

RequestQueue *central_requests(Central *central) {
        return central->requests;
}

int central_watch(Central *central, const CentralWatch *watch, void *userdata) {
        if (central->watch)
                return -EBUSY;
        central->watch = watch;
        central->watch_userdata = userdata;
        return 0;
}

int central_new(Central **ret, const Air *air, const char *name) {
        Central *c = calloc(1, sizeof(*c));

        if (!c)
                return -ENOMEM;
        c->air = air;
        c->name = name;
        c->confirms = true;
        make_address(c->address, name);
        ev_timer_init(&c->slow, on_slow, 0., 0.);
        ev_timer_init(&c->wait, on_wait_over, 0., 0.);
        c->slow.data = c->wait.data = c;
        int r = search_new(&c->search, air->loop, air->bluez);
        if (r >= 0)
                r = request_queue_new(&c->requests);
        if (r < 0)
                c = central_free(c);
        *ret = c;
        return r;
}

Central *central_free(Central *central) {
        if (!central)
                return NULL;
        bool had_link = central->link != NULL;
        drop_link(central);
        if (had_link)
                bluez_disconnected(central->air->bluez, central->address, REASON_SHUT);
        ev_timer_stop(central->air->loop, &central->wait);
        tell_waiter(&central->pairing, -ECANCELED);
        tell_waiter(&central->waiting, -ECANCELED);
        central->requests = request_queue_free(central->requests);
        central->search = search_free(central->search);
        if (central->watch)
                central->watch->freed(central->watch_userdata);
        free(central);
        return NULL;
}
