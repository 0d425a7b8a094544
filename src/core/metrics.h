/* Builds metrics in the text format of Prometheus (exposition format 0.0.4): for each family its
 * HELP and TYPE, and its samples. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum MetricType {
        METRIC_COUNTER, /* only grows, until the daemon starts anew; its name ends in _total */
        METRIC_GAUGE,
} MetricType;

typedef struct MetricLabel {
        const char *name;
        const char *value; /* any UTF-8: escaped */
} MetricLabel;

typedef struct Metrics Metrics;

int metrics_new(Metrics **ret);
Metrics *metrics_free(Metrics *metrics);

/* The samples that follow belong to it. A name is used once; borrowed until the next. */
void metrics_family(Metrics *metrics, const char *name, MetricType type, const char *help);
/* labels may be NULL if there are none. */
void metrics_sample(Metrics *metrics, const MetricLabel *labels, size_t n_labels, uint64_t value);
/* Microseconds, told in seconds, which is the unit of Prometheus. */
void metrics_sample_usec(
        Metrics *metrics, const MetricLabel *labels, size_t n_labels, uint64_t value_usec);

/* The whole text, owned by the caller; nothing can be added afterwards. -ENOMEM, also for what
 * found no memory before. */
int metrics_text(Metrics *metrics, char **ret);
