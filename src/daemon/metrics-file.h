/* The metrics in a file, for whoever collects such: node_exporter's textfile collector. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct MetricsFileParameters {
        const char *path; /* copied; NULL: nowhere */
        uint64_t interval_usec;
} MetricsFileParameters;

typedef struct MetricsFileEvents {
        /* As ServerEvents.metrics. */
        int (*text)(char **ret, void *userdata);
        /* After metrics_file_stop(): it is busy no longer. */
        void (*stopped)(void *userdata);
} MetricsFileEvents;

typedef struct MetricsFile MetricsFile;

/* Writes from the first turn of the loop on, which is the default one. */
int metrics_file_new(MetricsFile **ret, struct ev_loop *loop,
        const MetricsFileParameters *parameters, const MetricsFileEvents *events, void *userdata);
/* Removes the file, when the loop has ended: what it says would never change again. */
MetricsFile *metrics_file_free(MetricsFile *file);

/* Another interval, or another path: the file at the old one is removed, once it is not being
 * written any more. -ENOMEM: the path is as before, or nowhere. */
int metrics_file_reconfigure(MetricsFile *file, const MetricsFileParameters *parameters);
void metrics_file_stop(MetricsFile *file);
bool metrics_file_busy(const MetricsFile *file);
