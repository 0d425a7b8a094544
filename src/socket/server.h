/* The sockets for local programs: one JSON object a line, in both directions. Translates requests
 * and hands them up; decides nothing. spored-socket(7) is its description. */
#pragma once

#include "core/advertisement-plan.h"
#include "core/bluez-version.h"
#include "core/connection.h"
#include "core/profile.h"

#include <ev.h>

/* Named outcomes of what is handed up: answered by the server. */
enum {
        SERVER_E_QUEUE_FULL = 1, /* refused by the policy */
        SERVER_E_WAIT,           /* likewise, but it may wait: put_timeout, server_room() */
        SERVER_E_UNAVAILABLE,    /* cannot be done as things stand */
        SERVER_E_INVALID,        /* there are errors in it */
};

typedef struct ServerPlace {
        const char *path;  /* at most 107 bytes; its directory is made if missing. NULL: none */
        const char *group; /* NULL: leave as it is */
        unsigned mode;
        int fd; /* 3 or more: listens already (socket activation), and is taken; path is not bound
                 */
} ServerPlace;

typedef struct ServerParameters {
        ServerPlace place;
        ServerPlace read_only;      /* there only what changes nothing is answered */
        const char *admin_group;    /* NULL: root and the daemon's own user alone */
        size_t peers_max;           /* at both places; half of them may come by the read-only one */
        size_t line_max;            /* bytes of one request, without the newline */
        size_t output_max;          /* bytes that may wait for a peer that does not read */
        unsigned requests_per_turn; /* of one peer, before the loop turns */
        const Profile *profile;     /* borrowed for the server's life; NULL: nothing declared */
} ServerParameters;

typedef struct ServerValue {
        const uint8_t *data; /* borrowed until the loop turns */
        size_t size;
        uint64_t seq;      /* counts the values of this characteristic; 0: none has been set */
        uint64_t age_usec; /* since it was last set, or since the start */
        bool stale;
        bool subscribed; /* somebody is notified of it */
} ServerValue;

typedef struct ServerCharacteristicStatus {
        bool subscribed, stale;
        bool stalled; /* a notifier is */
        uint64_t age_usec;
        QueueCounters queue;
        uint64_t sets, sets_refused, unchanged, writes, writes_refused, reads;
        uint64_t reads_refused, descriptor_writes, descriptor_writes_refused;
        uint64_t stales, slow, cut, verdicts_late;
} ServerCharacteristicStatus;

/* One way out of a characteristic that is in use. */
typedef struct ServerWay {
        NotifyBy by;
        const char *device; /* whose socket; borrowed. NULL: the signal's */
        QueueCounters queue;
} ServerWay;

/* All strings borrowed; NULL where there is nothing to say. */
typedef struct ServerStatus {
        bool on_air;
        const char *name;    /* as advertised, else the adapter's alias */
        const char *adapter; /* "hci0" */
        const char *address;
        BluezVersion bluez;
        bool pinned;           /* the handles are those of the profile */
        const char *why, *fix; /* one line each, if not on air */
        uint64_t silent_usec;  /* since bluetoothd was last heard, if it does not answer; else 0 */
        const char *agent;     /* the capability of the one that there is to be */
        bool agent_registered;
        const char *agent_why; /* BlueZ's words for refusing it */
        uint64_t centrals;     /* connected now */
        bool instances_known;  /* advertisements that the adapter has, and how many more it takes */
        unsigned instances_active, instances_free;
        uint64_t devices_dropped; /* from the list of devices, there being no room */
        uint64_t uptime_usec;
        uint64_t calls_refused; /* bus calls from others than BlueZ */
        uint64_t log_dropped;
        uint64_t reloads, reloads_failed; /* of the configuration; failed ones are not in both */
        const char *reload_problem;       /* the first one, if the last reload failed */
        uint64_t reload_failed_usec;      /* ago */
} ServerStatus;

/* What a reload has come to. Borrowed until the loop turns. */
typedef struct ServerReload {
        char *const *in_place, *const *anew, *const *restart; /* the keys, by what became of them */
        size_t n_in_place, n_anew, n_restart;
        const char *problems; /* lines, errors and warnings; NULL: none */
        unsigned errors, warnings;
} ServerReload;

/* Strings borrowed. */
typedef struct ServerDevice {
        const char *address;
        const char *address_type, *name; /* NULL: not known */
        bool connected, bonded;
        uint16_t mtu;        /* of its link; 0: not known */
        bool has_been;       /* connected, since the start */
        uint64_t since_usec; /* then: for how long it is, or is no longer, connected */
} ServerDevice;

/* Strings borrowed. */
typedef struct ServerAdvertisement {
        const char *section; /* NULL: the plain one */
        bool on_air;
        bool connectable;
        bool over;                       /* its timeout has ended it */
        const char *why_not;             /* it is not to be on the air; NULL if it is */
        const char *why_not_connectable; /* it could be; NULL if it is, or is not to be */
        const char *why_error;           /* BlueZ's words for refusing it; NULL: none */
        char left_out[ADVERTISEMENT_ITEMS_SIZE], not_taken[ADVERTISEMENT_ITEMS_SIZE];
        size_t name_size, name_shown; /* bytes of the name, and how many fit; 0: all of it does */
        bool tx_power_told;
        int16_t tx_power; /* dBm */
} ServerAdvertisement;

/* What the server itself counts. */
typedef struct ServerCounts {
        uint64_t peers;         /* connected now */
        uint64_t waiting;       /* of them, with a set that waits for room */
        uint64_t handlers;      /* characteristics that have one */
        uint64_t requests;      /* answered, well or not */
        uint64_t bad_requests;  /* of them, answered with an error that is their own fault */
        uint64_t peers_refused; /* beyond peers_max */
        uint64_t peers_cut_off; /* did not read */
        uint64_t not_permitted; /* operations without the right to them */
        uint64_t wills;         /* carried out */
} ServerCounts;

typedef struct ServerEvents {
        /* Makes data, already checked, the characteristic's value. 0 and *ret; SERVER_E_QUEUE_FULL,
         * already counted; SERVER_E_WAIT; or a negative errno. */
        int (*set)(const Characteristic *c, const uint8_t *data, size_t size, ServerValue *ret,
                void *userdata);
        /* A set that could wait has waited for its put_timeout, or its program has gone: count it
         * as refused. */
        void (*set_given_up)(const Characteristic *c, void *userdata);
        /* A will: as set, but never refused. */
        int (*will)(const Characteristic *c, const uint8_t *data, size_t size, void *userdata);
        void (*get)(const Characteristic *c, ServerValue *ret, void *userdata);
        /* The characteristic whose write of this number waits for a verdict; NULL: none does (any
         * more). */
        const Characteristic *(*pending)(uint64_t number, void *userdata);
        /* Its handler's verdict on one that does; code: an ATT code 0x80 to 0x9f, or 0 if it named
         * none. */
        void (*verdict)(uint64_t number, bool accept, unsigned code, void *userdata);
        /* The characteristic's handler is gone: no verdict will come. From the loop alone, never
         * from inside server_emit_write(). */
        void (*unhandled)(const Characteristic *c, void *userdata);
        /* Another name to advertise. 0, SERVER_E_UNAVAILABLE with a sentence in why, -errno. */
        int (*advertise)(const char *name, char *why, size_t why_size, void *userdata);
        /* Goes off the air, or back on it: begins to. As advertise. */
        int (*activate)(bool active, char *why, size_t why_size, void *userdata);
        /* Loads the configuration anew. 0: it is in effect; SERVER_E_INVALID: the old one is, and
         * *ret says why; -errno: likewise, logged. */
        int (*reload)(ServerReload *ret, void *userdata);
        void (*status)(ServerStatus *ret, void *userdata);
        /* The devices, index counting from 0. False: there are no more. */
        bool (*device)(size_t index, ServerDevice *ret, void *userdata);
        /* Likewise those of the profile. */
        bool (*advertisement)(size_t index, ServerAdvertisement *ret, void *userdata);
        void (*characteristic_status)(
                const Characteristic *c, ServerCharacteristicStatus *ret, void *userdata);
        /* From index 0 on; false: there are no more. */
        bool (*way)(const Characteristic *c, size_t index, ServerWay *ret, void *userdata);
        /* Prometheus text, owned by the caller. -ENOMEM. */
        int (*metrics)(char **ret, void *userdata);
} ServerEvents;

typedef struct Server Server;

/* Listens. -EADDRINUSE: another daemon answers on path; a socket file that nobody answers on is
 * replaced. -ESRCH: there is no such group. Any other errno from the directory, bind, group, mode
 * or a descriptor that was passed; each is logged here, with its place. */
int server_new(Server **ret, struct ev_loop *loop, const ServerParameters *parameters,
        const ServerEvents *events, void *userdata);
/* Closes every peer, without their wills, and removes the socket files that it has bound. */
Server *server_free(Server *server);

/* Other parameters from now on; the places stay as they are. With another profile handlers, watches
 * and waiting sets go on by name; whoever handles or watches what is no more is told, and sets that
 * wait for it are refused. The profile before must live until then. -ESRCH, logged: there is no
 * such group; -ENOMEM: nothing has changed. */
int server_reconfigure(Server *server, const ServerParameters *parameters);
/* Policies and put_timeouts have changed: sets that wait are tried again, as below. */
void server_try_all(Server *server);

/* There may be room in this characteristic's queue: sets that wait are tried again, in order, when
 * the loop turns. */
void server_room(Server *server, const Characteristic *c);
/* Some program handles this characteristic's writes. */
bool server_handled(const Server *server, const Characteristic *c);
ServerCounts server_counts(const Server *server);

typedef struct ServerWrite {
        uint64_t number; /* counts all writes */
        const Characteristic *characteristic;
        const char *device; /* its address, or NULL */
        const uint8_t *data;
        size_t size;
        bool wants_verdict; /* the handler's */
} ServerWrite;

/* A central wrote: tells the handler and the peers that watch this characteristic. */
void server_emit_write(Server *server, const ServerWrite *write);
typedef struct ServerDescriptorWrite {
        const Characteristic *characteristic; /* whose it is */
        const Descriptor *descriptor;
        const char *device; /* its address, or NULL */
        const uint8_t *data;
        size_t size;
} ServerDescriptorWrite;

/* A central wrote a descriptor: tells the peers that watch this characteristic. */
void server_emit_descriptor_write(Server *server, const ServerDescriptorWrite *write);
/* The value has become stale, or is fresh again. */
void server_emit_stale(Server *server, const Characteristic *c, bool stale, uint64_t age_usec);
/* A central has connected, subscribed, left, and so on. */
void server_emit_connection(Server *server, const ConnectionEvent *event);
/* Being on air, or why not, has changed. */
void server_emit_status(Server *server);
