/* What is served: services, characteristics, descriptors, advertisements. Fixed once loaded;
 * everything else points into it. */
#pragma once

#include "core/advertisement.h"
#include "core/format.h"
#include "core/queue.h"
#include "core/uuid.h"

/* Bits of Characteristic.flags and Descriptor.flags; the names are BlueZ's
 * (org.bluez.GattCharacteristic, org.bluez.GattDescriptor). One that demands security has the bit
 * of what it protects beside it: encrypt-read comes with read. */
enum {
        CHARACTERISTIC_READ = 1 << 0,
        CHARACTERISTIC_WRITE = 1 << 1,
        CHARACTERISTIC_WRITE_WITHOUT_RESPONSE = 1 << 2,
        CHARACTERISTIC_NOTIFY = 1 << 3,
        CHARACTERISTIC_INDICATE = 1 << 4,
        CHARACTERISTIC_BROADCAST = 1 << 5,
        CHARACTERISTIC_AUTHENTICATED_SIGNED_WRITES = 1 << 6,
        CHARACTERISTIC_EXTENDED_PROPERTIES = 1 << 7,
        CHARACTERISTIC_RELIABLE_WRITE = 1 << 8,
        CHARACTERISTIC_WRITABLE_AUXILIARIES = 1 << 9,
        CHARACTERISTIC_ENCRYPT_READ = 1 << 10,
        CHARACTERISTIC_ENCRYPT_WRITE = 1 << 11,
        CHARACTERISTIC_ENCRYPT_NOTIFY = 1 << 12,
        CHARACTERISTIC_ENCRYPT_INDICATE = 1 << 13,
        CHARACTERISTIC_ENCRYPT_AUTHENTICATED_READ = 1 << 14,
        CHARACTERISTIC_ENCRYPT_AUTHENTICATED_WRITE = 1 << 15,
        CHARACTERISTIC_ENCRYPT_AUTHENTICATED_NOTIFY = 1 << 16,
        CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE = 1 << 17,
        CHARACTERISTIC_SECURE_READ = 1 << 18,
        CHARACTERISTIC_SECURE_WRITE = 1 << 19,
        CHARACTERISTIC_SECURE_NOTIFY = 1 << 20,
        CHARACTERISTIC_SECURE_INDICATE = 1 << 21,
        CHARACTERISTIC_AUTHORIZE = 1 << 22,
        _CHARACTERISTIC_FLAG_END = 1 << 23,
};

/* The bits of each level of security. */
#define CHARACTERISTIC_FLAGS_ENCRYPT                                                               \
        (CHARACTERISTIC_ENCRYPT_READ | CHARACTERISTIC_ENCRYPT_WRITE |                              \
                CHARACTERISTIC_ENCRYPT_NOTIFY | CHARACTERISTIC_ENCRYPT_INDICATE)
#define CHARACTERISTIC_FLAGS_AUTHENTICATE                                                          \
        (CHARACTERISTIC_ENCRYPT_AUTHENTICATED_READ | CHARACTERISTIC_ENCRYPT_AUTHENTICATED_WRITE |  \
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_NOTIFY |                                      \
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_INDICATE)
#define CHARACTERISTIC_FLAGS_SECURE                                                                \
        (CHARACTERISTIC_SECURE_READ | CHARACTERISTIC_SECURE_WRITE | CHARACTERISTIC_SECURE_NOTIFY | \
                CHARACTERISTIC_SECURE_INDICATE)
#define CHARACTERISTIC_FLAGS_SECURITY                                                              \
        (CHARACTERISTIC_FLAGS_ENCRYPT | CHARACTERISTIC_FLAGS_AUTHENTICATE |                        \
                CHARACTERISTIC_FLAGS_SECURE)
/* Those that demand security of a write. */
#define CHARACTERISTIC_FLAGS_SECURE_WRITE                                                          \
        (CHARACTERISTIC_ENCRYPT_WRITE | CHARACTERISTIC_ENCRYPT_AUTHENTICATED_WRITE |               \
                CHARACTERISTIC_SECURE_WRITE)
/* Those that BlueZ has for a descriptor. */
#define DESCRIPTOR_FLAGS                                                                           \
        (CHARACTERISTIC_READ | CHARACTERISTIC_WRITE | CHARACTERISTIC_ENCRYPT_READ |                \
                CHARACTERISTIC_ENCRYPT_AUTHENTICATED_READ | CHARACTERISTIC_SECURE_READ |           \
                CHARACTERISTIC_FLAGS_SECURE_WRITE | CHARACTERISTIC_AUTHORIZE)

/* With one of these a central may write. */
#define CHARACTERISTIC_WRITABLE                                                                    \
        (CHARACTERISTIC_WRITE | CHARACTERISTIC_WRITE_WITHOUT_RESPONSE |                            \
                CHARACTERISTIC_AUTHENTICATED_SIGNED_WRITES | CHARACTERISTIC_RELIABLE_WRITE)

typedef enum OnWrite {
        ON_WRITE_STORE,   /* a write becomes the value that is read */
        ON_WRITE_FORWARD, /* a write is only told to local programs */
} OnWrite;

typedef enum Unhandled {
        UNHANDLED_ACCEPT, /* a write without a handler is taken */
        UNHANDLED_REFUSE,
} Unhandled;

typedef enum Verdict {
        VERDICT_SPORED,  /* a write that is legal is taken at once */
        VERDICT_HANDLER, /* its handler may refuse it */
} Verdict;

typedef enum OnStale {
        ON_STALE_KEEP,    /* the old value is still read */
        ON_STALE_DEFAULT, /* the initial value takes its place, and is notified */
        ON_STALE_REFUSE,  /* a read is refused */
} OnStale;

typedef enum Oversize {
        OVERSIZE_SEND, /* BlueZ cuts it at a central's MTU - 3 without a word */
        OVERSIZE_DROP,
} Oversize;

/* The way of a value to the centrals. */
typedef enum NotifyBy {
        NOTIFY_BY_SIGNAL, /* PropertiesChanged: to every subscriber */
        NOTIFY_BY_SOCKET, /* a socket for each central, where the running BlueZ has that */
} NotifyBy;

/* The way of a central's write to us. */
typedef enum WriteBy {
        WRITE_BY_CALL,   /* WriteValue: checked, and answered */
        WRITE_BY_SOCKET, /* a socket for writes without response: neither checked nor answered */
} WriteBy;

/* Who goes first when more than one has something to send. */
typedef enum Priority {
        PRIORITY_LOW,
        PRIORITY_NORMAL,
        PRIORITY_HIGH,
        PRIORITY_CRITICAL,
} Priority;

typedef struct Rate {
        double per_second; /* 0: no limit */
        unsigned burst;    /* what may go at once; 1 or more */
} Rate;

typedef struct Descriptor {
        char *name;
        Uuid uuid;
        unsigned flags;  /* of those that BlueZ has for descriptors; never 0 */
        uint16_t handle; /* 0: not pinned */
        Format *format;  /* owned; NULL: plain bytes */
        uint8_t *data;   /* owned: the value before anybody has written one */
        size_t size;
        size_t size_max; /* of what may be written: up to VALUE_SIZE_MAX */
} Descriptor;

typedef struct Characteristic {
        size_t index; /* counts through the whole profile, from 0 */
        char *name;
        Uuid uuid;
        unsigned flags;
        uint16_t handle;           /* of its value; 0: not pinned */
        Format *format;            /* owned; NULL: plain bytes */
        bool single_value;         /* declared by type=: its one field is named "value" */
        size_t size_min, size_max; /* bytes, up to VALUE_SIZE_MAX */
        uint8_t *initial;          /* owned: the value before anybody has set one */
        size_t initial_size;
        OnWrite on_write;
        Unhandled unhandled;
        Verdict verdict;
        QueuePolicy policy;
        size_t depth;
        uint64_t put_timeout_usec; /* how long a set may wait under block */
        uint64_t stall_after_usec;
        bool notify_on_subscribe;   /* a new subscriber gets the current value at once */
        bool notify_on_change;      /* a value that is as the one before is not queued */
        uint64_t min_interval_usec; /* between two notifications; 0: none */
        Rate rate;                  /* of its notifications */
        Priority priority;
        Oversize oversize;
        NotifyBy notify_by;
        WriteBy write_by;
        uint64_t max_age_usec; /* a value that nobody has set for so long is stale; 0: never */
        OnStale on_stale;
        bool persist;             /* the value outlives the daemon */
        Descriptor **descriptors; /* owned */
        size_t n_descriptors;
} Characteristic;

typedef struct Service {
        char *name;
        Uuid uuid;
        bool primary;
        uint16_t handle;           /* 0: not pinned */
        struct Service **includes; /* borrowed, each declared before this one; the array is owned */
        size_t n_includes;
        Characteristic **characteristics; /* owned, in the order of the declaration */
        size_t n_characteristics;
} Service;

typedef struct Profile {
        Service **services; /* owned, in the order of the declaration */
        size_t n_services;
        Characteristic **characteristics; /* borrowed from the services, by index */
        Characteristic **by_name;         /* the same, in the order of their names */
        size_t n_characteristics;
        Advertisement **advertisements; /* owned; the first is the plain section, always there */
        size_t n_advertisements;
} Profile;

int profile_new(Profile **ret);
Profile *profile_free(Profile *profile);
/* Appends an empty object with a copy of name and returns it, owned by its parent; NULL: no
 * memory. The plain advertisement comes with the profile. */
Service *profile_add_service(Profile *profile, const char *name);
Characteristic *profile_add_characteristic(Profile *profile, Service *service, const char *name);
Descriptor *characteristic_add_descriptor(Characteristic *c, const char *name);
Advertisement *profile_add_advertisement(Profile *profile, const char *name);
/* included is another service of the same profile, added before. -ENOMEM */
int service_add_include(Service *service, Service *included);

/* NULL if there is none. */
Characteristic *profile_find(const Profile *profile, const char *name);
/* Something of it is only for who has paired. */
bool profile_demands_security(const Profile *profile);
/* By Characteristic.index, below n_characteristics. */
Characteristic *profile_at(const Profile *profile, size_t index);

/* BlueZ's name of one flag bit; NULL if it is none. */
const char *characteristic_flag_name(unsigned flag);
/* Its bit, with that of what it protects; 0 if text is no flag's name. */
unsigned characteristic_flag_from_name(const char *text);

/* Checks bytes for this characteristic: format if there is one, else size_min and size_max.
 * As format_check(). */
int characteristic_check(const Characteristic *c, const uint8_t *data, size_t size,
        char why[static FORMAT_WHY_SIZE]);
/* The same for a descriptor: format, else size_max. */
int descriptor_check(
        const Descriptor *d, const uint8_t *data, size_t size, char why[static FORMAT_WHY_SIZE]);
