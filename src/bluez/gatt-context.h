/* What all objects of the application share: whom they tell, and what they answer with. */
#pragma once

#include "bluez/pending-writes.h"
#include "core/bluez-version.h"
#include "core/profile.h"

/* Named outcome of write: pending_writes_answer() follows, or has come already. */
enum { GATT_WRITE_PENDING = 1 };

typedef struct GattEvents {
        /* The stored value, borrowed for the call. */
        void (*value)(const Characteristic *c, const uint8_t **ret_data, size_t *ret_size,
                void *userdata);
        /* It is read from this offset on; a long read is several of them. 0, or the ATT code to
         * refuse it with. */
        unsigned (*read)(const Characteristic *c, size_t offset, void *userdata);
        /* A write, already checked. device is the central's address, or NULL. 0; an ATT code from
         * ATT_CODE_MIN to ATT_CODE_MAX: refused with it; GATT_WRITE_PENDING; or -errno. */
        int (*write)(const Characteristic *c, const char *device, const uint8_t *data, size_t size,
                uint64_t write_id, void *userdata);
        /* The stored value of one of its descriptors, borrowed for the call. */
        void (*descriptor_value)(const Characteristic *c, const Descriptor *d,
                const uint8_t **ret_data, size_t *ret_size, void *userdata);
        /* A descriptor is written, whole and not too long. */
        void (*descriptor_write)(const Characteristic *c, const Descriptor *d, const char *device,
                const uint8_t *data, size_t size, void *userdata);
        void (*descriptor_write_refused)(const Characteristic *c, const Descriptor *d,
                const char *device, const char *why, void *userdata);
        /* A write was refused: why is a sentence. */
        void (*write_refused)(
                const Characteristic *c, const char *device, const char *why, void *userdata);
        /* A central has subscribed (BlueZ does not say which), or the last one has left. */
        void (*start_notify)(const Characteristic *c, void *userdata);
        void (*stop_notify)(const Characteristic *c, void *userdata);
        /* A central has subscribed, and BlueZ asks for a socket. device is its address, mtu that of
         * its link; NULL and 0: not said. True: *ret_fd is for BlueZ, and the caller's to close;
         * false: start_notify() will follow. */
        bool (*acquire_notify)(const Characteristic *c, const char *device, uint16_t mtu,
                int *ret_fd, void *userdata);
        /* A central writes, and BlueZ asks for a socket. Likewise; or -errno. */
        int (*acquire_write)(
                const Characteristic *c, const char *device, int *ret_fd, void *userdata);
        /* A central has confirmed an indication. */
        void (*confirmed)(const Characteristic *c, void *userdata);
        /* A central's link has this MTU; device is its address. */
        void (*mtu)(const char *device, uint16_t mtu, void *userdata);
} GattEvents;

/* Owned by Application, borrowed by its objects. */
typedef struct GattContext {
        sd_bus *bus;
        const BluezTraits *traits; /* of the BlueZ that runs */
        PendingWrites *pending;
        const GattEvents *events;
        void *userdata;
} GattContext;
