/* The whole configuration: what the files, the environment and -o say, checked. */
#pragma once

#include "core/bluez-version.h"
#include "core/profile.h"
#include "util/log.h"

#include <stdio.h>

/* What the pairing agent can do, in BlueZ's words (org.bluez.AgentManager). */
typedef enum AgentCapability {
        AGENT_CAPABILITY_AUTO, /* NoInputNoOutput if something of the profile demands security, else
                                  none */
        AGENT_CAPABILITY_NONE, /* there is no agent: nobody can pair */
        AGENT_CAPABILITY_NO_INPUT_NO_OUTPUT,
} AgentCapability;

/* What is advertised while as many centrals are connected as there may be. */
typedef enum AtCentrals {
        AT_CENTRALS_STOP,   /* nothing that one could connect to */
        AT_CENTRALS_BEACON, /* the same, but nobody can connect */
        AT_CENTRALS_GO_ON,  /* the same */
} AtCentrals;

/* The plain sections, each key with its default in keys.c. Strings are owned. */
typedef struct Settings {
        struct {
                bool serve;                     /* no: stand aside, say so, exit 0 */
                uint64_t shutdown_timeout_usec; /* from the signal to the exit */
                LogLevel log_level;
        } daemon;
        struct {
                char *bus;                      /* "system", or a D-Bus address */
                char *adapter;                  /* "auto", "hciN" or an address */
                uint64_t adapter_wait_usec;     /* for the one before, until auto takes another */
                bool power_on;                  /* power the adapter on if it is off */
                BluezVersion version;           /* unknown: read from the adapter */
                uint16_t handles;               /* the profile's first; 0: BlueZ chooses */
                uint64_t call_timeout_usec;     /* ordinary calls */
                uint64_t register_timeout_usec; /* bluetoothd may take 25 s */
                uint64_t ping_interval_usec;    /* of a silent bluetoothd; 0: it is not pinged */
                uint64_t retry_min_usec, retry_max_usec;
                unsigned handle_tries; /* with pinned handles, before they are given up */
                uint64_t predecessor_timeout_usec; /* for a process that has ended on the bus */
        } bluez;
        struct {
                AgentCapability capability;
        } agent;
        struct {
                /* Of characteristics that name none. */
                QueuePolicy policy;
                size_t depth;
                uint64_t put_timeout_usec, stall_after_usec;
                bool notify_on_subscribe, notify_on_change;
                uint64_t min_interval_usec;
                Priority priority;
                Oversize oversize;
                /* Of the adapter. */
                double rate;     /* notifications a second; 0: no limit */
                unsigned burst;  /* that may go at once */
                unsigned window; /* signals before bluetoothd must have answered a Ping */
                uint64_t log_slow_publish_usec; /* 0: never */
                uint64_t confirm_timeout_usec;  /* of an indication */
                uint64_t switch_timeout_usec;   /* from sockets to the signal */
        } queue;
        struct {
                char *path;  /* NULL: the default for this kind of run */
                char *group; /* NULL: the daemon's own */
                unsigned mode;
                char *admin_group;    /* NULL: root and the daemon's own user alone */
                char *read_only_path; /* NULL: there is none */
                char *read_only_group;
                unsigned read_only_mode;
                uint64_t handler_timeout_usec; /* for a verdict */
        } socket;
        struct {
                char *file; /* NULL: the default for this kind of run */
                uint64_t interval_usec;
        } persist;
        struct {
                char *file; /* NULL: none is written */
                uint64_t interval_usec;
        } metrics;
        struct {
                size_t queue_bytes; /* depth times size over the whole profile */
                size_t peers;
                size_t line_bytes;          /* the longest request */
                size_t peer_bytes;          /* waiting for one peer that does not read */
                unsigned requests_per_turn; /* of one peer, before others have theirs */
                size_t verdicts;            /* writes that wait for one */
                size_t sockets;             /* given to BlueZ */
                size_t devices;             /* of BlueZ's that are kept */
                size_t centrals;            /* connected, until at_centrals; 0: no maximum */
                AtCentrals at_centrals;
        } limits;
} Settings;

/* One [source NAME] that is switched on and whose target is served: where a number is read and what
 * it sets. Strings are owned. */
typedef struct ValueSource {
        char *name;
        char *file;           /* absolute; may hold what glob(7) expands */
        char *match;          /* the number is the first one in what the group of this regular
                               * expression matches; NULL: in the file */
        double scale, offset; /* value = number * scale + offset; scale is not 0 */
        uint64_t interval_usec;
        bool events;                          /* read also when the kernel tells of a change */
        uint64_t debounce_usec;               /* how long a change must last; 0: it need not */
        double min_change;                    /* a smaller one is none; 0: every change counts */
        const Characteristic *characteristic; /* borrowed from the profile */
        const Field *field;                   /* likewise; a number */
} ValueSource;

typedef struct ConfigSources {
        const char *file;       /* the main file */
        bool may_be_missing;    /* nobody named it: it need not be there */
        char *const *environ_;  /* "NAME=value", NULL-terminated */
        char *const *overrides; /* of -o, "SECTION.KEY=value", NULL-terminated; or NULL */
} ConfigSources;

typedef struct Config Config;

/* Loads and checks everything. Every problem found is written to `problems` as one line,
 * "file:line: [section] key: why"; sets *ret_errors and *ret_warnings to their numbers. With an
 * error *ret is NULL. Returns 0, or -ENOMEM. A file that cannot be read is a problem like any. */
int config_load(Config **ret, const ConfigSources *sources, FILE *problems, unsigned *ret_errors,
        unsigned *ret_warnings);
Config *config_free(Config *config);

/* The path of the main file, whether or not it exists: as given, else the default. Borrowed. */
const char *config_file(const Config *config);
const Settings *config_settings(const Config *config);
/* NULL if no profile was chosen: nothing is declared to serve. Borrowed. */
const Profile *config_profile(const Config *config);
/* In the order of their declaration; NULL if there are none. Borrowed. */
const ValueSource *config_value_sources(const Config *config, size_t *ret_n);

/* The keys that differ between two configurations, by what becomes of them (keys.h). */
typedef struct ConfigChanges {
        char **in_place, **anew, **restart; /* owned: "[queue] depth", "[service s]" */
        size_t n_in_place, n_anew, n_restart;
        bool advertisement; /* one of anew is of [advertisement] */
} ConfigChanges;

/* -ENOMEM. *ret is the caller's, to be cleared in any case. */
int config_compare(ConfigChanges *ret, const Config *running, const Config *loaded);
void config_changes_clear(ConfigChanges *changes);
/* What differs is no key, but the order in which they stand. -ENOMEM */
int config_changes_add_order(ConfigChanges *changes);
/* Nothing of anew is different after all. */
void config_changes_forget_anew(ConfigChanges *changes);

/* Gives loaded, which is to take over from running, the values of running where a change needs a
 * restart. What then does not go together is written to `problems` as by config_load(), and counted
 * in *ret_errors. -ENOMEM. */
int config_keep_running(
        Config *loaded, const Config *running, FILE *problems, unsigned *ret_errors);
/* Gives config another profile to own, or NULL, and returns the one it had, which is the caller's.
 * It has no value sources any more: they point into that one. */
Profile *config_exchange_profile(Config *config, Profile *profile);

/* Writes the effective configuration as INI, each key with a comment that says where its value
 * came from. Loading what it writes gives the same configuration. */
void config_dump(const Config *config, FILE *out);
