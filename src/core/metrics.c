#include "core/metrics.h"

#include "util/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Owned by whoever called metrics_new(). */
struct Metrics {
        FILE *out; /* into text; keeps its first error */
        char *text;
        size_t size;
        const char *name; /* of the family, borrowed */
};

int metrics_new(Metrics **ret) {
        Metrics *m = calloc(1, sizeof(*m));
        if (!m)
                return -ENOMEM;

        m->out = open_memstream(&m->text, &m->size);
        if (!m->out) {
                free(m);
                return -ENOMEM;
        }
        *ret = m;
        return 0;
}

Metrics *metrics_free(Metrics *m) {
        if (!m)
                return NULL;
        if (m->out)
                (void)fclose(m->out);
        free(m->text);
        free(m);
        return NULL;
}

static const char *type_name(MetricType type) {
        switch (type) {
        case METRIC_COUNTER:
                return "counter";
        case METRIC_GAUGE:
                return "gauge";
        }
        return "untyped";
}

/* A help text has no quotes around it, so they are not escaped there. */
static void put_escaped(FILE *out, const char *text, bool quoted) {
        for (; *text; text++) {
                if (*text == '\\')
                        (void)fputs("\\\\", out);
                else if (*text == '\n')
                        (void)fputs("\\n", out);
                else if (*text == '"' && quoted)
                        (void)fputs("\\\"", out);
                else
                        (void)fputc(*text, out);
        }
}

void metrics_family(Metrics *m, const char *name, MetricType type, const char *help) {
        m->name = name;
        (void)fprintf(m->out, "# HELP %s ", name);
        put_escaped(m->out, help, false);
        (void)fprintf(m->out, "\n# TYPE %s %s\n", name, type_name(type));
}

static void put_name(const Metrics *m, const MetricLabel *labels, size_t n_labels) {
        (void)fputs(m->name, m->out);
        for (size_t i = 0; i < n_labels; i++) {
                (void)fprintf(m->out, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
                put_escaped(m->out, labels[i].value, true);
                (void)fputc('"', m->out);
        }
        (void)fputs(n_labels > 0 ? "} " : " ", m->out);
}

void metrics_sample(Metrics *m, const MetricLabel *labels, size_t n_labels, uint64_t value) {
        put_name(m, labels, n_labels);
        (void)fprintf(m->out, "%" PRIu64 "\n", value);
}

void metrics_sample_usec(
        Metrics *m, const MetricLabel *labels, size_t n_labels, uint64_t value_usec) {
        put_name(m, labels, n_labels);
        (void)fprintf(m->out, "%" PRIu64 ".%03" PRIu64 "\n", value_usec / USEC_PER_SEC,
                value_usec % USEC_PER_SEC / USEC_PER_MSEC);
}

int metrics_text(Metrics *m, char **ret) {
        int failed = ferror(m->out);

        /* NULL marks it as closed, whatever fclose() says. */
        failed |= fclose(m->out);
        m->out = NULL;
        if (failed || !m->text)
                return -ENOMEM;
        *ret = m->text;
        m->text = NULL;
        return 0;
}
