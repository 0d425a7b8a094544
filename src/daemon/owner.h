/* The daemon's one object, for the files that it is spread over: daemon.c (start), air.c (the bus,
 * and off the air), reload.c (another configuration), shutdown.c (stop), programs.c (what local
 * programs ask) and centrals.c (what centrals write). */
#pragma once

#include "config/config.h"
#include "core/backoff.h"
#include "daemon/daemon.h"
#include "daemon/freshness.h"
#include "daemon/metrics-file.h"
#include "daemon/peripheral.h"
#include "daemon/persist.h"
#include "daemon/stalls.h"
#include "daemon/values.h"
#include "daemon/verdicts.h"
#include "loop/service-manager.h"
#include "socket/server.h"

typedef enum Air {
        AIR_OFF,     /* there is no peripheral, and none is to be */
        AIR_ON,      /* on the air, or as near to it as things allow */
        AIR_LEAVING, /* what is registered is being unregistered */
} Air;

/* What the last reload has come to. */
typedef struct Reload {
        uint64_t done, failed; /* how many */
        ConfigChanges changes;
        char *problems; /* owned: lines; NULL: none */
        unsigned errors, warnings;
        char *first; /* owned: the first problem, if the last one failed; else NULL */
        uint64_t failed_usec;
} Reload;

typedef struct Daemon {
        struct ev_loop *loop;
        ServiceManager *service_manager;
        Config *config;               /* owned, but for its profile */
        const ConfigSources *sources; /* where it comes from */
        const DaemonPlaces *places;
        const Settings *settings; /* of config; likewise */
        const char *config_file;
        Profile *profile; /* owned; without services there is nothing to serve */
        Reload reload;
        Values *values;
        Freshness *freshness;
        Stalls *stalls;
        Verdicts *verdicts;
        Persist *persist;          /* NULL: nothing is to be kept */
        MetricsFile *metrics_file; /* NULL: none has been written */
        Server *server;
        Peripheral *peripheral; /* NULL: no bus, see bus_error */
        int bus_error;
        bool bus_lost; /* peripheral is to be freed when connect_again turns up */
        Air air;
        bool deactivated;      /* by a program: it is to be off the air, or to get there */
        bool unregistered;     /* while leaving: nothing is, or what is has been given up */
        struct ev_timer leave; /* ends the leaving */
        char *name;            /* that programs have given it; NULL: the profile's */
        struct ev_timer connect_again;
        Backoff backoff;
        struct ev_signal sigterm, sigint, sighup;
        struct ev_timer shutdown;
        struct ev_periodic never;
        bool stopping;
        bool has_terminal;        /* and is to end with it */
        char announced[512];      /* the last change of being on air that was told */
        Standing told;            /* what status replies borrow from */
        uint64_t calls_refused;   /* on bus connections that have ended */
        uint64_t devices_dropped; /* likewise */
        uint64_t n_writes;        /* by centrals, and legal */
        uint64_t started_usec;
} Daemon;

void daemon_standing(Daemon *d, Standing *ret);
/* What daemon_standing() tells may have changed: logs it and tells whoever wants to know. */
void daemon_announce(Daemon *d);
/* Something that the end of the daemon waits for is done. */
void daemon_end_if_done(Daemon *d);
/* There may be room in this characteristic's queue. */
void daemon_room(const Characteristic *c, void *userdata);
/* A value was stored, whoever it is from: whom it concerns is told. */
void daemon_taken(Daemon *d, const Characteristic *c);
/* There are services to serve. */
bool daemon_serves(const Daemon *d);
/* What of the settings and the profile the server is told; not its places. */
ServerParameters daemon_server_parameters(const Settings *settings, const Profile *profile);
/* Starts to keep values, if that is to be and is not done yet. -errno */
int daemon_new_persist(Daemon *d);
/* Metrics are written as the settings say. -ENOMEM */
int daemon_set_metrics_file(Daemon *d);
