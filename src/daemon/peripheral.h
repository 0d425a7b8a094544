/* Everything that lives on one bus connection: the mirror of BlueZ, the exported application and
 * advertisement, their registration, and the notifier. */
#pragma once

#include "bluez/devices.h"
#include "bluez/gatt-context.h"
#include "bluez/way.h"
#include "config/config.h"
#include "core/att-codes.h"
#include "daemon/advertising.h"
#include "daemon/values.h"

#include <ev.h>

/* Named outcome of write. */
enum { PERIPHERAL_PENDING = GATT_WRITE_PENDING };

typedef struct Peripheral Peripheral;

typedef struct PeripheralEvents {
        /* Something that peripheral_standing() tells has changed. */
        void (*changed)(void *userdata);
        /* The connection is lost: free the peripheral, but not from here. */
        void (*disconnected)(int error, void *userdata);
        /* After peripheral_stop(): nothing is registered any more. */
        void (*stopped)(void *userdata);
        /* A central writes what is legal: to be stored, told and counted, refused or not. device is
         * its address, or NULL. 0: taken; an ATT code from ATT_CODE_MIN to ATT_CODE_MAX: refused
         * with it; PERIPHERAL_PENDING: peripheral_answer_write() follows, or has come from inside;
         * or -errno. write_id is unique in this peripheral. */
        int (*write)(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
                uint64_t write_id, void *userdata);
        /* A central has written one of its descriptors: to be told. */
        void (*descriptor_write)(const Characteristic *c, const Descriptor *d, const char *device,
                const uint8_t *data, size_t size, void *userdata);
        /* Something of this characteristic's queue was sent or dropped, so there may be room. Told
         * where somebody may wait for it (policy block), always from the loop. */
        void (*room)(const Characteristic *c, void *userdata);
        /* A central has connected, subscribed, left, and so on. */
        void (*connection)(const ConnectionEvent *event, void *userdata);
} PeripheralEvents;

/* How things stand. Strings are borrowed until the loop turns; why and fix are NULL on air. */
typedef struct Standing {
        bool on_air;
        uint64_t silent_usec; /* since bluetoothd was last heard, if it does not answer; else 0 */
        const char *name;
        const char *adapter, *address;
        BluezVersion bluez;
        bool pinned;       /* the handles are those of the profile */
        const char *agent; /* its capability; NULL: there is to be none */
        bool agent_registered;
        const char *agent_error; /* BlueZ's words; NULL: none */
        size_t centrals;         /* that are connected */
        bool instances_known;    /* of advertisements, on this adapter */
        unsigned instances_active, instances_free;
        char why[200];
        char fix[200];
} Standing;

/* Connects to the bus and starts. Everything but ret is borrowed for its life. A negative errno:
 * there is no such bus. */
int peripheral_new(Peripheral **ret, struct ev_loop *loop, const Settings *settings,
        const Profile *profile, Values *values, const PeripheralEvents *events, void *userdata);
Peripheral *peripheral_free(Peripheral *peripheral);

/* A value of c was stored: carry it to whoever is subscribed. */
void peripheral_wake(Peripheral *peripheral, const Characteristic *c);
/* Answers a pending write: code 0 takes it, an ATT code refuses it. An id that is not pending (its
 * bluetoothd is gone) does nothing. */
void peripheral_answer_write(Peripheral *peripheral, uint64_t write_id, unsigned code);
/* As serving_next_way(). */
const Way *peripheral_next_way(
        const Peripheral *peripheral, const Characteristic *c, const Way *way);
bool peripheral_subscribed(const Peripheral *peripheral, const Characteristic *c);

/* Another name, for the adapter's alias and the plain advertisement; copied.
 * -EINVAL: empty, or longer than ADVERTISEMENT_NAME_MAX. */
int peripheral_set_name(Peripheral *peripheral, const char *name);

/* Other settings from now on, borrowed as the ones before; and the characteristics have other
 * policies. What needs a restart is as before, and nothing is registered anew. */
void peripheral_reconfigure(Peripheral *peripheral, const Settings *settings);
/* The agent of these settings in the place of the one before. A negative errno: free it. */
int peripheral_renew_pairing(Peripheral *peripheral);
/* The profile has other advertisements, as many as before, each of which is registered in the place
 * of the one before. The name is as in peripheral_set_name(); NULL: the profile's. A negative
 * errno: free it. */
int peripheral_renew_advertisements(Peripheral *peripheral, const char *name);
/* Another profile, in two steps: everything that the old one has made is taken from BlueZ, its
 * subscriptions end, and nothing points into it any more; then the new one is registered. In
 * between nothing but peripheral_free() may be called. The name as above. A negative errno: free
 * it. */
void peripheral_take_down(Peripheral *peripheral);
int peripheral_put_up(
        Peripheral *peripheral, const Settings *settings, const Profile *profile, const char *name);

/* Unregisters; `stopped` follows, never from inside this call. */
void peripheral_stop(Peripheral *peripheral);
/* What has not been unregistered since, in words: "the application and the agent, on hci0". Empty:
 * nothing. */
void peripheral_left(const Peripheral *peripheral, char *out, size_t size);
/* Nobody hears it any more: ends every subscription and every link, which is told. */
void peripheral_forget(Peripheral *peripheral);

void peripheral_standing(const Peripheral *peripheral, Standing *ret);
/* Of the profile, by index; false: there are no more. */
bool peripheral_advertisement(
        const Peripheral *peripheral, size_t index, AdvertisementStanding *ret);
/* Who is connected, and who was. Borrowed. */
const Devices *peripheral_devices(const Peripheral *peripheral);
/* Calls from others than BlueZ, refused. */
uint64_t peripheral_calls_refused(const Peripheral *peripheral);
